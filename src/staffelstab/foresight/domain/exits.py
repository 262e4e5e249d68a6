"""When people are expected to leave: exit horizons as arrays, scenarios, probability to be still there.

A horizon is a span of quarters `first … last`, relative to the as-of quarter, over which the exit is spread
evenly. A known exit quarter is the span of one quarter; an unknown exit lies at `NEVER`, which leaves
turnover alone.
"""

import dataclasses
import enum
from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from staffelstab.foresight.domain.quarters import Quarter

type IntArray = npt.NDArray[np.integer]
type BoolArray = npt.NDArray[np.bool_]
type FloatArray = npt.NDArray[np.float64]

QUARTERS: Final = 60
"""Length of the outlook: quarters 0 … 59."""

NEVER: Final = 1 << 20
"""`first` and `last` of an unknown exit; every real quarter lies closer than that to the as-of quarter."""

NO_QUARTER: Final = -1
"""Stands for "no exit quarter entered" where absolute quarter indexes are expected."""

DEFAULT_TURNOVER: Final = 0.04
"""Yearly turnover assumed until an organisation enters its own."""

BAND_QUARTERS: Final[Mapping[str, tuple[int, int]]] = {
    "within_1": (0, 3),
    "from_1_to_2": (4, 7),
    "from_2_to_3": (8, 11),
    "from_3_to_5": (12, 19),
    "over_5": (20, 59),
    "unknown": (NEVER, NEVER),
    "": (NEVER, NEVER),
}
"""Stored value of an exit band → first and last quarter from the as-of quarter. Empty: nothing entered."""


class Scenario(enum.StrEnum):
    """How people use their freedom to choose the moment; moves every exit that is not fixed."""

    EARLY = "early"
    REGULAR = "regular"
    LATE = "late"

    @property
    def shift(self) -> int:
        """Quarters by which exits move (negative: sooner)."""
        return {Scenario.EARLY: -8, Scenario.REGULAR: 0, Scenario.LATE: 4}[self]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Horizons:
    """Exit horizons, numbered 0 … `len(horizons) − 1`.

    `first`, `last`: quarters relative to the as-of quarter, `NEVER` for unknown; `fixed`: no scenario moves
    it; all of one length n. `latest` adds compound horizons for persons who hold a task through several
    holdings with different exits: each array of shape (m, 2) appends m horizons, each the later of two with
    lower numbers. Which of the two is later may depend on the scenario (one fixed, one not), hence they are
    kept as pairs.
    """

    first: IntArray
    last: IntArray
    fixed: BoolArray
    latest: tuple[IntArray, ...] = ()

    def __post_init__(self) -> None:
        if not len(self.first) == len(self.last) == len(self.fixed):
            raise ValueError("first, last and fixed differ in length")
        if np.any(self.last < self.first):
            raise ValueError("an exit horizon ends before it begins")
        if np.any(np.abs(self.first) > NEVER) or np.any(self.last > NEVER):
            raise ValueError("an exit horizon lies too far away")

    def __len__(self) -> int:
        return len(self.first) + sum(len(pairs) for pairs in self.latest)

    @classmethod
    def from_entries(
        cls, *, as_of: Quarter, exit_quarter: npt.ArrayLike, exit_band: npt.ArrayLike, fixed: npt.ArrayLike
    ) -> "Horizons":
        """Horizons of holdings as they are stored, one per holding, in the same order.

        `exit_quarter`: `Quarter.index`, `NO_QUARTER` where none is entered; `exit_band`: keys of
        `BAND_QUARTERS`. A band counts from the as-of quarter. ValueError for an unknown band, or for a
        quarter together with a band.
        """
        quarter = np.asarray(exit_quarter, dtype=np.int64)
        names, name_of = np.unique(np.asarray(exit_band), return_inverse=True)
        unknown_names = [str(name) for name in names if str(name) not in BAND_QUARTERS]
        if unknown_names:
            raise ValueError(f"no such exit band: {', '.join(unknown_names)}")
        table = [BAND_QUARTERS[str(name)] for name in names]
        spans = np.array(table, dtype=np.int64).reshape(len(names), 2)[name_of]
        known = quarter != NO_QUARTER
        if np.any(spans[known] != NEVER):
            raise ValueError("an exit quarter and an exit band exclude each other")
        relative = quarter - as_of.index
        return cls(
            first=np.where(known, relative, spans[:, 0]),
            last=np.where(known, relative, spans[:, 1]),
            fixed=np.asarray(fixed, dtype=np.bool_),
        )

    def distinct(self) -> tuple["Horizons", IntArray]:
        """The different horizons among these simple ones, in order, and for each of these its number there."""
        fixed = self.fixed & (self.first != NEVER)
        # Three columns in one integer: sorting one column is several times faster than sorting rows.
        width = 2 * NEVER + 1
        key = (self.first.astype(np.int64) * width + self.last) * 2 + fixed
        _, representative, number = np.unique(key, return_index=True, return_inverse=True)
        horizons = Horizons(
            first=self.first[representative], last=self.last[representative], fixed=fixed[representative]
        )
        return horizons, number.astype(np.int32)

    def span(self, scenario: Scenario) -> tuple[IntArray, IntArray]:
        """First and last quarter in a scenario, never before the current one; `NEVER` for unknown exits."""
        shift = np.where(self.fixed, 0, scenario.shift)
        first = np.where(self.first == NEVER, NEVER, np.maximum(self.first + shift, 0))
        last = np.where(self.last == NEVER, NEVER, np.maximum(self.last + shift, 0))
        return self._with_compounds(first), self._with_compounds(last)

    def presence(self, *, turnover: float, scenario: Scenario) -> FloatArray:
        """S(q): probability to be present at the end of quarter q, shape (len(self), `QUARTERS`).

        S(q) = (1 − λ)^((q+1)/4) · (1 − F(q)) with F(q) = clip((q − first − shift + 1) / (last − first + 1),
        0, 1). A compound horizon has the larger S of its two: the same person stays as long as the longer
        holding lasts.
        """
        if not 0 <= turnover <= 1:
            raise ValueError(f"yearly turnover is a share between 0 and 1, not {turnover}")
        quarter = np.arange(QUARTERS)
        first = (self.first + np.where(self.fixed, 0, scenario.shift))[:, np.newaxis]
        quarters_in_span = (self.last - self.first + 1)[:, np.newaxis]
        gone = np.clip((quarter - first + 1) / quarters_in_span, 0, 1)
        return self._with_compounds((1 - turnover) ** ((quarter + 1) / 4) * (1 - gone))

    def _with_compounds[T: np.generic](self, values: npt.NDArray[T]) -> npt.NDArray[T]:
        """Append the compounds to values of the simple horizons, shape (n, …), where larger means later."""
        for pairs in self.latest:
            values = np.concatenate([values, np.maximum(values[pairs[:, 0]], values[pairs[:, 1]])])
        return values
