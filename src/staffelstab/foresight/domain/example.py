"""A small example computed by the kernel, for the page that explains it."""

import dataclasses
from typing import Final

import numpy as np

from staffelstab.foresight.domain.exits import BAND_QUARTERS, NO_QUARTER, Horizons, Scenario
from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.domain.register import Ratings, Register
from staffelstab.foresight.domain.risk import NOT_RED, Assessment, assess

BAND: Final = "from_1_to_2"
POSITION_RISK: Final = 4
ALONE, WITH_DEPUTY = 0, 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One of the two tasks. `red`, `act_by`: quarters from now, None where it does not turn red."""

    red: int | None
    act_by: int | None
    exit_risk: int
    rest_risk: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One responsible person who leaves in one to two years, once alone and once with a ready deputy of unknown exit.

    `first`, `last`: quarters of the exit; `quarter`: where both are compared, the one at which the task of the person
    alone turns red; `before`: probability that nobody is left there a quarter earlier (None: there is none earlier),
    `at`: in it, `at_with_deputy`: in it, for the other task.
    """

    first: int
    last: int
    quarter: int
    before: float | None
    at: float
    at_with_deputy: float
    alone: Case
    with_deputy: Case


def worked_example(*, turnover: float, lead: int) -> Example:
    """The example under the assumptions of a house; the calendar plays no part in it."""
    register = Register.from_rows(
        task_count=2,
        task=[ALONE, WITH_DEPUTY, WITH_DEPUTY],
        person=[0, 0, 1],
        responsible=[True, True, False],
        ready_deputy=[False, False, True],
        holding=[0, 0, 1],
        horizons=Horizons.from_entries(
            as_of=Quarter(2026, 1),
            exit_quarter=[NO_QUARTER, NO_QUARTER],
            exit_band=[BAND, "unknown"],
            fixed=[False, False],
        ),
    )
    ratings = Ratings(
        position_risk=np.array([POSITION_RISK, POSITION_RISK]),
        criticality=np.zeros(2, dtype=np.int64),
        documentation=np.zeros(2),
    )
    result = assess(register, ratings, turnover=turnover, scenario=Scenario.REGULAR, lead=lead)
    first, last = BAND_QUARTERS[BAND]
    # Whoever leaves in two years at the latest leaves the task red by then.
    quarter = int(result.red_quarter[ALONE])
    return Example(
        first=first,
        last=last,
        quarter=quarter,
        before=float(result.p_none[ALONE, quarter - 1]) if quarter else None,
        at=float(result.p_none[ALONE, quarter]),
        at_with_deputy=float(result.p_none[WITH_DEPUTY, quarter]),
        alone=_case(result, ALONE),
        with_deputy=_case(result, WITH_DEPUTY),
    )


def _case(result: Assessment, task: int) -> Case:
    return Case(
        red=_or_none(int(result.red_quarter[task])),
        act_by=_or_none(int(result.act_by[task])),
        exit_risk=int(result.exit_risk[task]),
        rest_risk=float(result.rest_risk[task]),
    )


def _or_none(quarter: int) -> int | None:
    return None if quarter == NOT_RED else quarter
