"""Years of a forecast joined until no figure shown is smaller than the group threshold."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from staffelstab.foresight.domain.exits import FloatArray, Scenario
from staffelstab.foresight.domain.forecast import Forecast, YearFigures
from staffelstab.foresight.domain.forecast_groups import merged

_ZERO = 1e-6


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Calendar years `first_year` to `last_year`: `figures` at its end, whose `exits` are those of all its years.

    None where a scenario's exits are fewer than the threshold.
    """

    first_year: int
    last_year: int
    figures: Mapping[Scenario, YearFigures | None]

    @property
    def years(self) -> int:
        """How many years it has."""
        return self.last_year - self.first_year + 1


def in_periods(forecast: Forecast, *, threshold: int, until: int) -> tuple[Period, ...]:
    """Years joined until the exits of each scenario are none or at least `threshold`; up to the period with `until`.

    The periods follow from the whole forecast, so that different ends of the outlook cut between the same periods.
    """
    years = [each.year for each in forecast[Scenario.REGULAR]]
    exits = np.array([[each.exits for each in forecast[scenario]] for scenario in Scenario]).T

    def hidden(value: float) -> bool:
        return _ZERO < value < threshold - _ZERO

    def fits(sums: FloatArray) -> bool:
        return not any(hidden(float(each)) for each in sums)

    return tuple(
        Period(
            first_year=years[first],
            last_year=years[last],
            figures={
                scenario: None if hidden(sum_) else _figures(forecast[scenario], last, exits=sum_)
                for scenario, sum_ in zip(Scenario, exits[first : last + 1].sum(axis=0).tolist(), strict=True)
            },
        )
        for first, last in merged(exits, fits)
        if years[first] <= until
    )


def _figures(figures: tuple[YearFigures, ...], last: int, *, exits: float) -> YearFigures:
    return dataclasses.replace(figures[last], exits=exits)
