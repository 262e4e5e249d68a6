"""Calendar quarters."""

import dataclasses
import datetime as dt
import re
from typing import Final, Self

from staffelstab.core.quarters import quarter_words

SHOWN_QUARTERS: Final = 20
"""Quarters on the time slider of the board: five years."""

LONGEST_LEAD: Final = SHOWN_QUARTERS - 1
"""Lead time in quarters; what has to begin now is then red within what the board shows."""

_PATTERN: Final = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)


@dataclasses.dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A quarter of a calendar year between I/1 and IV/9999; `quarter` is 1 … 4."""

    year: int
    quarter: int

    def __post_init__(self) -> None:
        if not 1 <= self.quarter <= 4:
            raise ValueError(f"a quarter is 1 to 4, not {self.quarter}")
        if not dt.MINYEAR <= self.year <= dt.MAXYEAR:
            raise ValueError(f"a year is {dt.MINYEAR} to {dt.MAXYEAR}, not {self.year}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the written form `2028-Q3`; anything else is a ValueError."""
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise ValueError(f"a quarter is written like 2028-Q3, not {text!r}")
        return cls(year=int(match[1]), quarter=int(match[2]))

    @classmethod
    def from_date(cls, date: dt.date) -> Self:
        return cls(year=date.year, quarter=(date.month + 2) // 3)

    @classmethod
    def from_index(cls, index: int) -> Self:
        """The inverse of `index`."""
        return cls(year=index // 4, quarter=index % 4 + 1)

    @property
    def index(self) -> int:
        """Quarters since I/0, so that differences of indexes are numbers of quarters."""
        return self.year * 4 + self.quarter - 1

    @property
    def label(self) -> str:
        """The form for people in their language: `III/2028`."""
        return quarter_words(self.year, self.quarter)

    def shifted(self, quarters: int) -> Self:
        """The quarter so many quarters later (earlier when negative)."""
        return self.from_index(self.index + quarters)

    def quarters_since(self, other: Self) -> int:
        """How many quarters this one lies after `other` (negative: before it)."""
        return self.index - other.index

    def __str__(self) -> str:
        return f"{self.year:04}-Q{self.quarter}"
