"""At which age people leave, by month of birth: the law as data (``forecast_ages.csv``), each row with its source.

Months are numbered: year × 12 + month − 1. State of the law: August 2026.
"""

import csv
import dataclasses
import functools
import importlib.resources
from typing import Final

import numpy as np
import numpy.typing as npt

from staffelstab.foresight.domain.exits import IntArray

_FIRST_MONTH: Final = -(1 << 30)
"""Stands for "born at any time before"."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AgeStep:
    """One row of the law: born from (month, None: at any time before) to (None: until today) → age; `source`."""

    rule: str
    born_from: int | None
    born_until: int | None
    months: int
    source: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AgeLimit:
    """Which rules hold for a kind of employment; `early` None: the scenario's own choice for employees."""

    regular: str
    early: str | None


STANDARD: Final = "standard"
LONG: Final = "long_insured"
VERY_LONG: Final = "very_long_insured"
EARLY_RULES: Final = (VERY_LONG, LONG)

EMPLOYEE: Final = "employee"
LIMITS: Final[dict[str, AgeLimit]] = {
    EMPLOYEE: AgeLimit(regular=STANDARD, early=None),
    "civil_servant": AgeLimit(regular="civil_standard", early="civil_request"),
    "fire_service": AgeLimit(regular="civil_fire", early="civil_fire"),
}
"""Kind of employment → rules. The fire service has no earlier retirement by choice than its special age."""


@functools.cache
def steps() -> tuple[AgeStep, ...]:
    """All rows, per rule in the order of birth."""
    text = importlib.resources.files(__package__).joinpath("forecast_ages.csv").read_text(encoding="utf-8")
    return tuple(
        AgeStep(
            rule=row["rule"],
            born_from=_month(row["born_from"]),
            born_until=_month(row["born_until"]),
            months=int(row["years"]) * 12 + int(row["months"]),
            source=row["source"],
        )
        for row in csv.DictReader(text.splitlines(), delimiter=";")
    )


def age_limit(rule: str, born: IntArray) -> IntArray:
    """The age in months at which each may leave, for months of birth. KeyError for an unknown rule."""
    starts, ages = _table()[rule]
    return ages[np.searchsorted(starts, born, side="right") - 1]


@functools.cache
def _table() -> dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    by_rule: dict[str, list[AgeStep]] = {}
    for step in steps():
        by_rule.setdefault(step.rule, []).append(step)
    return {
        rule: (
            np.array(
                [_FIRST_MONTH if each.born_from is None else each.born_from for each in rows], dtype=np.int64
            ),
            np.array([each.months for each in rows], dtype=np.int64),
        )
        for rule, rows in by_rule.items()
    }


def _month(text: str) -> int | None:
    if not text:
        return None
    year, month = text.split("-")
    return int(year) * 12 + int(month) - 1
