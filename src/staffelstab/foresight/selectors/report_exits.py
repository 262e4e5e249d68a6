"""Exits by year as a report publishes them: those of the forecast, which keeps to the threshold, rounded."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final
from uuid import UUID

from staffelstab.core.actors import Actor
from staffelstab.core.ui import numbers
from staffelstab.foresight.domain.exits import Scenario
from staffelstab.foresight.domain.forecast_periods import Period
from staffelstab.foresight.domain.report_rounding import rounded, rounded_steps
from staffelstab.foresight.selectors.exit_chart import ExitBar
from staffelstab.foresight.selectors.forecast import organisation_forecast
from staffelstab.identity.selectors.thresholds import group_threshold

YEARS: Final = 10
"""Calendar years after that of the day."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ExitSpan:
    """Calendar years `first` … `last` (mostly one): exits in them, and all since the day, by scenario."""

    first: int
    last: int
    exits: dict[Scenario, int]
    total: dict[Scenario, int]

    @property
    def label(self) -> str:
        """*2028*, or *2028–2030* for years joined to reach the threshold."""
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"

    @property
    def bar(self) -> ExitBar:
        """The regular scenario with the two others, as a chart draws it."""
        return ExitBar(
            first=self.first,
            last=self.last,
            exits=self.exits[Scenario.REGULAR],
            lowest=self.lowest,
            highest=self.highest,
        )

    @property
    def lowest(self) -> int:
        """The smallest of the scenarios' exits."""
        return min(self.exits.values())

    @property
    def highest(self) -> int:
        """The largest of the scenarios' exits."""
        return max(self.exits.values())


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Exits:
    """Exits of a subject, every figure a multiple of ``report_rounding.BASE``.

    `spans`: empty where no exit is known; `known`: persons whose exit is known, to whom all shares refer; `unknown`:
    persons besides them, in no span; `estimated`: the subject is a unit, whose people are taken to leave within a few
    years like those of the whole house.
    """

    spans: tuple[ExitSpan, ...]
    known: int
    unknown: int
    estimated: bool

    @property
    def last_year(self) -> int:
        """The last calendar year reported."""
        return self.spans[-1].last

    def total(self, scenario: Scenario) -> int:
        """Exits until the end of the last year."""
        return self.spans[-1].total[scenario]

    def share(self, scenario: Scenario) -> float:
        """The same as a share of the known, 0 … 1."""
        return self.share_of(self.spans[-1].total[scenario])

    def share_of(self, exits: int) -> float:
        """So many exits as a share of the known, 0 … 1, whole per cent."""
        return float(numbers.rounded(exits / self.known, 2)) if self.known else 0.0


def exits(*, actor: Actor, as_of: dt.date, unit_id: UUID | None = None) -> Exits | None:
    """Exits of the active organisation, or of a unit with the ones below it; None where too few people are counted.

    Raises PermissionRefused, NotFound for a unit that does not exist.
    """
    found = organisation_forecast(
        actor=actor,
        as_of=as_of,
        until=as_of.year + YEARS,
        unit_ids=None if unit_id is None else (unit_id,),
    )
    if found.suppressed:
        return None
    spans = _spans(found.periods)
    most = max((span.total[each] for span in spans for each in Scenario), default=0)
    return Exits(
        spans=spans,
        # both are rounded, and nobody understands 105 %
        known=max(rounded(found.holders - found.unknown), most),
        unknown=rounded(found.unknown),
        estimated=found.estimated,
    )


def threshold() -> int:
    """The smallest number of persons a figure may rest on."""
    return group_threshold()


def _spans(periods: tuple[Period, ...]) -> tuple[ExitSpan, ...]:
    """The years of the forecast without those whose exits are too few: where all together are, there is none."""
    shown = [period for period in periods if all(period.figures[each] is not None for each in Scenario)]
    steps = {
        scenario: rounded_steps(
            [figures.cumulative for period in shown if (figures := period.figures[scenario]) is not None]
        )
        for scenario in Scenario
    }
    return tuple(
        ExitSpan(
            first=period.first_year,
            last=period.last_year,
            exits={scenario: steps[scenario][place][0] for scenario in Scenario},
            total={scenario: steps[scenario][place][1] for scenario in Scenario},
        )
        for place, period in enumerate(shown)
    )
