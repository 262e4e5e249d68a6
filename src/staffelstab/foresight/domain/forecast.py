"""How many people leave in which year, in three scenarios: from an age structure or from exit horizons.

Both count only those who are there on the day: nobody is hired. Figures are expected values, hence fractions.
"""

import calendar
import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from staffelstab.foresight.domain.exits import NEVER, QUARTERS, FloatArray, Horizons, IntArray, Scenario
from staffelstab.foresight.domain.forecast_ages import EMPLOYEE, LIMITS, VERY_LONG, age_limit
from staffelstab.foresight.domain.quarters import Quarter

OLDEST: Final = 120
"""No age above this one; years."""

LONGEST: Final = 100
"""An outlook ends at most so many years after the day of the count."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AgeBand:
    """`count` people aged `low` to `high` completed years; None: open downwards or upwards.

    `group`: any grouping of the table, None without one. `limit`: a key of `LIMITS`, which age limits hold.
    ValueError for what no table can mean.
    """

    low: int | None
    high: int | None
    count: int
    group: str | None = None
    limit: str = EMPLOYEE

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise ValueError("a band open at both ends says nothing about age")
        if self.count < 0:
            raise ValueError(f"a count is 0 or more, not {self.count}")
        if self.limit not in LIMITS:
            raise ValueError(f"no such age limit: {self.limit}")
        low, high = self.low or 0, OLDEST if self.high is None else self.high
        if not 0 <= low <= high <= OLDEST:
            raise ValueError(f"ages run from 0 to {OLDEST} and upwards, not from {low} to {high}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AgeStructure:
    """Head counts by age on a day."""

    date: dt.date
    bands: tuple[AgeBand, ...]

    @property
    def total(self) -> int:
        """All people counted."""
        return sum(band.count for band in self.bands)

    @property
    def groups(self) -> tuple[str | None, ...]:
        """The groups in the order in which the table names them."""
        return tuple(dict.fromkeys(band.group for band in self.bands))

    def of_group(self, group: str | None) -> "AgeStructure":
        """The part of one group."""
        return dataclasses.replace(self, bands=tuple(band for band in self.bands if band.group == group))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What the table does not say.

    `early`: rule by which employees leave in the early scenario (45 or 35 insured years); `late_months`: how much
    after the age limit they leave in the late one; `youngest`: lower end of an open lowest band, in years.
    """

    early: str = VERY_LONG
    late_months: int = 12
    youngest: int = 16


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class YearFigures:
    """Expected exits in a calendar year, those up to its end, and their share 0 … 1 of the people counted."""

    year: int
    exits: float
    cumulative: float
    cumulative_share: float


type Forecast = Mapping[Scenario, tuple[YearFigures, ...]]
"""One entry per year from the year of the count on, which counts from that day only."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HoldingsForecast:
    """A forecast from exit horizons: of `known` people; those `unknown` are in no figure of it.

    Both are expected numbers where the people behind a horizon are, hence fractions.
    """

    forecast: Forecast
    known: float
    unknown: float


def forecast_age_structure(
    structure: AgeStructure,
    *,
    until: int,
    turnover: float = 0.0,
    assumptions: Assumptions = Assumptions(),
) -> Forecast:
    """Exits per year up to the end of `until`.

    Ages are even within a band, by months. People leave at the end of the month in which they reach the age limit
    of their month of birth; whoever has passed it leaves evenly within twelve months. An open highest band reaches
    up to the regular age limit. `turnover`: share 0 … 1 of those present who leave each year for other reasons.
    ValueError for a turnover outside that or a year before the count or more than `LONGEST` after it.
    """
    _check(until=until, start=structure.date.year, longest=structure.date.year + LONGEST, turnover=turnover)
    years = np.arange(structure.date.year, until + 1)
    share = structure.date.day / calendar.monthrange(structure.date.year, structure.date.month)[1]
    month = structure.date.year * 12 + structure.date.month - 1
    # months whose end lies after the day, 0 being the first of them
    first = month + 1 if share == 1 else month
    months = years * 12 + 12 - first
    elapsed = (months + (first - month - share)) / 12
    return {
        scenario: _by_year(
            years,
            remaining=structure.total
            - _gone(structure, scenario, assumptions, first=first, months=int(months[-1]))[months],
            attrition=(1 - turnover) ** elapsed,
            total=structure.total,
        )
        for scenario in Scenario
    }


def forecast_holdings(
    horizons: Horizons,
    *,
    as_of: Quarter,
    until: int,
    turnover: float = 0.0,
    persons: npt.ArrayLike | None = None,
) -> HoldingsForecast:
    """Exits per year up to the end of `until` of people with exit horizons, which count from `as_of`.

    `persons`: how many people share each horizon, one each when None. A scenario moves what is not fixed; an exit
    that lies in the past counts in the year of `as_of`. People with an unknown exit are counted apart. ValueError
    for a turnover outside 0 … 1, or a year before `as_of` or after the last whole one of the outlook.
    """
    _check(until=until, start=as_of.year, longest=last_year(as_of), turnover=turnover)
    count = np.ones(len(horizons)) if persons is None else np.asarray(persons)
    known = horizons.span(Scenario.REGULAR)[1] != NEVER
    total = float(count[known].sum())
    years = np.arange(as_of.year, until + 1)
    ends = years * 4 + 3 - as_of.index
    return HoldingsForecast(
        forecast={
            scenario: _by_year(
                years,
                remaining=horizons_present(horizons, scenario, count * known)[ends],
                attrition=(1 - turnover) ** ((ends + 1) / 4),
                total=total,
            )
            for scenario in Scenario
        },
        known=total,
        unknown=float(count[~known].sum()),
    )


def last_year(as_of: Quarter) -> int:
    """The last calendar year that lies wholly within the outlook of the exit horizons."""
    return (as_of.index + QUARTERS) // 4 - 1


def horizons_present(horizons: Horizons, scenario: Scenario, count: FloatArray) -> FloatArray:
    """Expected number still there at the end of each quarter, shape (`QUARTERS`,), without turnover."""
    present: FloatArray = count @ horizons.presence(turnover=0.0, scenario=scenario)
    return present


def _check(*, until: int, start: int, longest: int, turnover: float) -> None:
    if not start <= until <= longest:
        raise ValueError(f"the outlook ends between {start} and {longest}, not {until}")
    if not 0 <= turnover <= 1:
        raise ValueError(f"yearly turnover is a share between 0 and 1, not {turnover}")


def _by_year(
    years: IntArray, *, remaining: FloatArray, attrition: FloatArray, total: float
) -> tuple[YearFigures, ...]:
    """Figures from what is left at the end of each year by age alone, and by turnover alone."""
    # a sum of fractions may end a hair below zero
    present = np.concatenate([[total], np.maximum(remaining, 0) * attrition])
    exits, gone = present[:-1] - present[1:], total - present[1:]
    return tuple(
        YearFigures(
            year=int(year),
            exits=float(left),
            cumulative=float(sum_),
            cumulative_share=float(sum_ / total) if total else 0.0,
        )
        for year, left, sum_ in zip(years, exits, gone, strict=True)
    )


def _gone(
    structure: AgeStructure, scenario: Scenario, assumptions: Assumptions, *, first: int, months: int
) -> FloatArray:
    """How many have left by the end of each of so many months from `first` on: entry j + 1 after month j, 0 before."""
    monthly = np.zeros(months)
    for band in structure.bands:
        born, weight = _births(band, structure.date, assumptions, first=first)
        left = born + _limit(band.limit, born, scenario, assumptions) - first
        monthly[:12] += band.count * float(weight[left < 0].sum()) / 12
        inside = (left >= 0) & (left < months)
        monthly += band.count * np.bincount(left[inside], weight[inside], minlength=months)
    return np.concatenate([[0.0], np.cumsum(monthly)])


def _births(
    band: AgeBand, day: dt.date, assumptions: Assumptions, *, first: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Months of birth of a band and their shares, which add up to 1."""
    share = day.day / calendar.monthrange(day.year, day.month)[1]
    month = day.year * 12 + day.month - 1
    high = OLDEST if band.high is None else band.high
    low = min(assumptions.youngest, high) if band.low is None else band.low
    age = np.arange(low * 12, (high + 1) * 12 + 1)
    born = month - age
    # Who has completed m months was born in one of two calendar months, in shares that depend on the day.
    weight = np.ones(len(age))
    weight[0], weight[-1] = share, 1 - share
    if band.high is None:
        active = born + age_limit(LIMITS[band.limit].regular, born) >= first
        if not active.any():
            return born[:1], np.ones(1)
        born, weight = born[active], weight[active]
    return born, weight / weight.sum()


def _limit(limit: str, born: npt.NDArray[np.int64], scenario: Scenario, assumptions: Assumptions) -> IntArray:
    """Age in months at which people born in these months leave."""
    rules = LIMITS[limit]
    regular = age_limit(rules.regular, born)
    if scenario is Scenario.EARLY:
        return np.minimum(age_limit(rules.early or assumptions.early, born), regular)
    return regular + (assumptions.late_months if scenario is Scenario.LATE else 0)
