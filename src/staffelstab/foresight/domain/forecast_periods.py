"""Years of a forecast joined until no figure shown is smaller than the group threshold."""

import dataclasses
from collections.abc import Mapping
from typing import Final

import numpy as np

from staffelstab.foresight.domain.exits import FloatArray, Scenario
from staffelstab.foresight.domain.forecast import Forecast, YearFigures
from staffelstab.foresight.domain.forecast_groups import merged

_ZERO: Final = 1e-6


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Calendar years `first_year` to `last_year`: `figures` at its end, whose `exits` are those of all its years."""

    first_year: int
    last_year: int
    figures: Mapping[Scenario, YearFigures]

    @property
    def years(self) -> int:
        """How many years it has."""
        return self.last_year - self.first_year + 1


def in_periods(forecast: Forecast, *, total: float, threshold: int, until: int) -> tuple[Period, ...]:
    """Years joined until the exits of each scenario are none or at least `threshold`; up to the period with `until`.

    Those of the `total` who stay beyond the forecast count like one more year, so that nobody subtracts them either:
    years that would leave fewer are not shown. The periods follow from the whole forecast, so different ends of the
    outlook cut between the same periods.
    """
    years = [each.year for each in forecast[Scenario.REGULAR]]
    exits = {scenario: [each.exits for each in forecast[scenario]] for scenario in Scenario}
    staying = [total - forecast[scenario][-1].cumulative for scenario in Scenario]

    def fits(sums: FloatArray) -> bool:
        return bool(np.all((sums < _ZERO) | (sums > threshold - _ZERO)))

    return tuple(
        Period(
            first_year=years[first],
            last_year=years[last],
            figures={
                scenario: dataclasses.replace(
                    forecast[scenario][last], exits=sum(exits[scenario][first : last + 1])
                )
                for scenario in Scenario
            },
        )
        for first, last in merged(np.column_stack([list(exits.values()), staying]).T, fits)
        if last < len(years) and years[first] <= until
    )
