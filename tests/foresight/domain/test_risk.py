"""The risk kernel on organisations small enough to compute by hand."""

from collections.abc import Sequence

import numpy as np
import pytest

from staffelstab.foresight.domain.exits import NO_QUARTER, Horizons, Scenario
from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.domain.register import Ratings, Register
from staffelstab.foresight.domain.risk import NOT_RED, Assessment, _blocks, assess, assess_large

AS_OF = Quarter(year=2026, quarter=4)

# Persons of the small organisation: exit quarter, band, fixed.
ANNA, BEN, CEM, DORA, EMIL, FATMA = range(6)
EXITS: Sequence[tuple[str | None, str, bool]] = (
    ("2028-Q4", "", False),  # Anna: quarter 8
    (None, "unknown", False),  # Ben
    (None, "from_1_to_2", False),  # Cem: quarters 4 … 7
    ("2028-Q4", "", True),  # Dora: quarter 8, fixed
    (None, "over_5", False),  # Emil: quarters 20 … 59
    ("2026-Q1", "", False),  # Fatma: should have left three quarters ago
)

R, D = (True, False), (False, True)

# Task, person, (responsible, ready deputy).
ROWS: Sequence[tuple[int, int, tuple[bool, bool]]] = (
    # task 0: nobody
    (1, ANNA, R),  # task 1: one holder who leaves
    (2, CEM, R),  # task 2: a band, with an unknown deputy
    (2, BEN, D),
    (3, ANNA, R),  # task 3: two on one position, one of them deputy on another one too, and a second deputy
    (3, DORA, R),
    (3, DORA, D),
    (3, BEN, D),
    (4, EMIL, D),  # task 4: deputies only
    (5, FATMA, R),  # task 5: past exit
    (6, EMIL, R),  # task 6: the long band
    (7, BEN, R),  # task 7: unknown
)
TASK_COUNT = 8
RATINGS = Ratings(
    position_risk=np.array([0, 5, 0, 4, 2, 1, 3, 1]),
    criticality=np.array([0, 1, 4, 0, 5, 0, 0, 0]),
    documentation=np.array([0.0, 0.0, 0.0, 0.5, 1.0, 1.0, 0.0, 1.0]),
)


def organisation() -> Register:
    quarters = [NO_QUARTER if text is None else Quarter.parse(text).index for text, _, _ in EXITS]
    return Register.from_rows(
        task_count=TASK_COUNT,
        task=[task for task, _, _ in ROWS],
        person=[person for _, person, _ in ROWS],
        responsible=[role[0] for _, _, role in ROWS],
        ready_deputy=[role[1] for _, _, role in ROWS],
        holding=[person for _, person, _ in ROWS],
        horizons=Horizons.from_entries(
            as_of=AS_OF,
            exit_quarter=quarters,
            exit_band=[band for _, band, _ in EXITS],
            fixed=[fixed for _, _, fixed in EXITS],
        ),
    )


def assessed(scenario: Scenario = Scenario.REGULAR, *, turnover: float = 0.04, lead: int = 7) -> Assessment:
    return assess(organisation(), RATINGS, turnover=turnover, scenario=scenario, lead=lead)


def at(assessment: Assessment, task: int, *quarters: int) -> tuple[list[float], list[float]]:
    p_none, expected = assessment.p_none[task], assessment.expected[task]
    return [float(p_none[q]) for q in quarters], [float(expected[q]) for q in quarters]


def test_task_without_holders_is_red_today() -> None:
    assessment = assessed()
    assert assessment.p_none[0].tolist() == [1.0] * 60
    assert assessment.expected[0].tolist() == [0.0] * 60
    assert (assessment.red_quarter[0], assessment.act_by[0]) == (0, 0)


def test_task_of_one_holder_turns_red_when_the_holder_leaves() -> None:
    assessment = assessed()
    p_none, expected = at(assessment, 1, 3, 7, 8, 59)
    # S(3) = 0.96^(4/4), S(7) = 0.96^(8/4) = 0.9216, S(8) = 0
    assert p_none == pytest.approx([0.04, 0.0784, 1.0, 1.0], abs=1e-12)
    assert expected == pytest.approx([0.96, 0.9216, 0.0, 0.0], abs=1e-12)
    assert (assessment.red_quarter[1], assessment.act_by[1]) == (8, 1)


def test_task_of_a_band_and_a_deputy_keeps_the_deputy() -> None:
    assessment = assessed()
    p_none, expected = at(assessment, 2, 3, 5, 7, 11)
    # quarter 3: both 0.96: 0.04² = 0.0016
    # quarter 5: Ben 0.96^1.5 = 0.94060406…, Cem half of it: (1 − 0.940604061)(1 − 0.4703020306) = 0.031461908
    # quarter 7: Cem 0, Ben 0.9216; quarter 11: Ben 0.96³ = 0.884736
    assert p_none == pytest.approx([0.0016, 0.031461908, 0.0784, 0.115264], abs=1e-8)
    assert expected == pytest.approx([1.92, 1.410906092, 0.9216, 0.884736], abs=1e-8)
    # Ben alone: 0.96^(60/4) = 0.5421 at the end of quarter 59, so never half
    assert (assessment.red_quarter[2], assessment.act_by[2]) == (NOT_RED, NOT_RED)


def test_task_of_three_persons_counts_each_once() -> None:
    p_none, expected = at(assessed(), 3, 3, 7, 8)
    # Anna, Dora, Ben: 0.04³, then 0.0784³; from quarter 8 on Ben alone with 0.96^2.25 = 0.9122424429
    assert p_none == pytest.approx([0.000064, 0.000481890304, 0.0877575571], abs=1e-10)
    assert expected == pytest.approx([2.88, 2.7648, 0.9122424429], abs=1e-10)


def test_task_of_a_holder_past_the_exit_is_red_today() -> None:
    assessment = assessed()
    assert assessment.p_none[5].tolist() == [1.0] * 60
    assert (assessment.red_quarter[5], assessment.act_by[5]) == (0, 0)


def test_task_of_the_long_band_turns_red_within_it() -> None:
    assessment = assessed()
    # S(29) = 0.96^7.5 × 30/40 = 0.7363 × 0.75 = 0.5522; S(31) = 0.96^8 × 28/40 = 0.7214 × 0.7 = 0.50497;
    # S(32) = 0.96^8.25 × 27/40 = 0.7141 × 0.675 = 0.4820: red
    p_none, _ = at(assessment, 6, 31)
    assert p_none == pytest.approx([1 - 0.7213895789838336 * 0.7], abs=1e-12)
    assert (assessment.red_quarter[6], assessment.act_by[6]) == (32, 25)


def test_act_by_lies_the_lead_before_red() -> None:
    assert assessed(lead=0).act_by.tolist() == [0, 8, NOT_RED, NOT_RED, 32, 0, 32, NOT_RED]
    assert assessed(lead=10).act_by.tolist() == [0, 0, NOT_RED, NOT_RED, 22, 0, 22, NOT_RED]


def test_without_turnover_nobody_leaves_before_the_exit() -> None:
    assessment = assessed(turnover=0.0)
    assert at(assessment, 1, 7, 8) == ([0.0, 1.0], [1.0, 0.0])
    # Half the band 4 … 7 is over at the end of quarter 5; Ben stays.
    assert at(assessment, 2, 5, 59) == ([0.0, 0.0], [1.5, 1.0])
    # Half the band 20 … 59 is over at the end of quarter 39.
    assert assessment.red_quarter.tolist() == [0, 8, NOT_RED, NOT_RED, 39, 0, 39, NOT_RED]


def test_with_full_turnover_everybody_is_gone_today() -> None:
    assessment = assessed(turnover=1.0)
    assert assessment.red_quarter.tolist() == [0] * 8
    assert assessment.expected.tolist() == [[0.0] * 60] * 8


def test_exit_risk_follows_the_earliest_responsible_holder() -> None:
    # nobody 5; quarter 8: 4; band from 4: 5; 8: 4; no responsible holder: 5; past: 5; band from 20: 2; unknown: 1
    assert assessed().exit_risk.tolist() == [5, 4, 5, 4, 5, 5, 2, 1]
    # early: Anna 0, Cem 0, Anna 0 (Dora stays at 8), Emil 12
    assert assessed(Scenario.EARLY).exit_risk.tolist() == [5, 5, 5, 5, 5, 5, 3, 1]
    # late: Anna 12; Cem 8; Dora stays at 8; Emil 24; Fatma −3 + 4 = 1
    assert assessed(Scenario.LATE).exit_risk.tolist() == [5, 3, 4, 4, 5, 5, 2, 1]


def test_exit_risk_counts_the_holding_that_answers_not_the_deputy_of_the_same_person() -> None:
    """One person: responsible until quarter 3, through another position a deputy, or responsible too, far longer."""
    horizons = Horizons(first=np.array([3, 57]), last=np.array([3, 57]), fixed=np.zeros(2, dtype=np.bool_))
    built = Register.from_rows(
        task_count=2,
        task=[0, 0, 1, 1],
        person=[7, 7, 7, 7],
        responsible=[True, False, True, True],
        ready_deputy=[False, True, False, False],
        holding=[0, 1, 1, 0],
        horizons=horizons,
    )
    ratings = Ratings(position_risk=np.zeros(2, int), criticality=np.zeros(2, int), documentation=np.zeros(2))
    result = assess(built, ratings, turnover=0.0)
    assert result.exit_risk.tolist() == [5, 5]
    # Present as long as the longer holding lasts, all the same.
    assert result.red_quarter.tolist() == [57, 57]


@pytest.mark.parametrize(
    ("quarter", "risk"), [(4, 5), (5, 4), (8, 4), (9, 3), (16, 3), (17, 2), (24, 2), (25, 1), (300, 1)]
)
def test_exit_risk_changes_at_its_limits(quarter: int, risk: int) -> None:
    register = Register.from_rows(
        task_count=1,
        task=[0],
        person=[0],
        responsible=[True],
        ready_deputy=[False],
        holding=[0],
        horizons=Horizons(first=np.array([quarter]), last=np.array([quarter]), fixed=np.array([False])),
    )
    ratings = Ratings(position_risk=np.array([0]), criticality=np.array([0]), documentation=np.array([0.0]))
    assert assess(register, ratings).exit_risk.tolist() == [risk]


def test_rest_risk_is_the_damped_product() -> None:
    assessment = assessed()
    assert assessment.position_risk.tolist() == [3, 5, 4, 4, 2, 1, 3, 1]
    # Task 3: Dora and Ben are ready deputies.
    assert assessment.deputy_depth.tolist() == [0.0, 0.0, 0.5, 1.0, 0.5, 0.0, 0.0, 0.0]
    # 3·5; 5·4; 4·5·(1 − 0.15); 4·4·(1 − 0.25 − 0.3); 2·5·(1 − 0.5 − 0.15); 1·5·(1 − 0.5); 3·2; 1·1·0.5, but at least 1
    assert assessment.rest_risk.tolist() == pytest.approx([15, 20, 17, 7.2, 3.5, 2.5, 6, 1], abs=1e-12)


def test_scenario_moves_the_red_quarter() -> None:
    assert assessed(Scenario.EARLY).red_quarter.tolist()[:4] == [0, 0, NOT_RED, NOT_RED]
    assert assessed(Scenario.LATE).red_quarter.tolist()[:4] == [0, 12, NOT_RED, NOT_RED]
    # Fatma: −3 + 4 = 1
    assert assessed(Scenario.LATE).red_quarter[5] == 1


def test_assessment_names_its_parameters() -> None:
    assessment = assessed(Scenario.LATE, turnover=0.05, lead=6)
    assert (assessment.turnover, assessment.scenario, assessment.lead) == (0.05, Scenario.LATE, 6)
    assert assessment.quarters == tuple(range(60))
    assert assessment.p_none.shape == (8, 60)


def test_large_assessment_equals_the_small_one() -> None:
    small = assessed()
    for block in (1, 3, 100):
        large = assess_large(organisation(), block=block)
        assert large.quarters == (4, 8, 12, 20)
        assert large.p_none.tolist() == small.p_none[:, [4, 8, 12, 20]].tolist()
        assert large.expected.tolist() == small.expected[:, [4, 8, 12, 20]].tolist()
        assert large.red_quarter.tolist() == small.red_quarter.tolist()
        assert large.act_by.tolist() == small.act_by.tolist()


def test_large_assessment_searches_between_the_quarters_asked_for() -> None:
    # At 39 half the band of Emil is over: exactly one half is red. Anna leaves in 8, between 7 and 9.
    for quarters in ((7, 9), (6, 9), (8,), (38, 40), (0, 59), (1,), (2, 30)):
        large = assess_large(organisation(), turnover=0.0, quarters=quarters)
        assert large.red_quarter.tolist() == [0, 8, NOT_RED, NOT_RED, 39, 0, 39, NOT_RED]


def test_large_assessment_names_its_parameters() -> None:
    large = assess_large(organisation(), turnover=0.05, scenario=Scenario.LATE, lead=6, quarters=[3, 5])
    assert (large.turnover, large.scenario, large.lead, large.quarters) == (0.05, Scenario.LATE, 6, (3, 5))
    assert (large.red_quarter.dtype, large.act_by.dtype) == (np.int16, np.int16)


def test_blocks_hold_each_task_with_holders_once() -> None:
    # task 0 has no holder; rows as in ROWS, without the second one of Dora for task 3
    blocks = [
        (tasks.tolist(), len(horizon), starts.tolist())
        for tasks, horizon, starts in _blocks(organisation(), 3)
    ]
    assert blocks == [([1, 2], 3, [0, 1]), ([3, 4, 5], 5, [0, 3, 4]), ([6, 7], 2, [0, 1])]


def test_deputy_depth_ends_with_two_deputies() -> None:
    three = Register.from_rows(
        task_count=1,
        task=[0, 0, 0],
        person=[1, 2, 3],
        responsible=[False] * 3,
        ready_deputy=[True] * 3,
        holding=[0, 0, 0],
        horizons=Horizons(first=np.array([9]), last=np.array([9]), fixed=np.array([False])),
    )
    ratings = Ratings(position_risk=np.array([0]), criticality=np.array([0]), documentation=np.zeros(1))
    assert assess(three, ratings).deputy_depth.tolist() == [1.0]


def test_assessment_of_no_tasks_is_empty() -> None:
    nobody = Horizons.from_entries(as_of=AS_OF, exit_quarter=[], exit_band=[], fixed=[])
    register = Register.from_rows(
        task_count=0, task=[], person=[], responsible=[], ready_deputy=[], holding=[], horizons=nobody
    )
    none = np.zeros(0, dtype=np.int64)
    ratings = Ratings(position_risk=none, criticality=none, documentation=np.zeros(0))
    assessment = assess(register, ratings)
    assert assessment.p_none.shape == (0, 60)
    assert assessment.rest_risk.tolist() == []


def test_assessment_refuses_ratings_of_other_tasks() -> None:
    one = np.array([1])
    with pytest.raises(ValueError, match="there are ratings of 1 tasks, but 8 tasks"):
        assess(organisation(), Ratings(position_risk=one, criticality=one, documentation=np.array([0.0])))


@pytest.mark.parametrize("quarters", [[], [8, 4], [4, 4], [-1, 3], [60]])
def test_large_assessment_refuses_quarters_out_of_order_or_range(quarters: list[int]) -> None:
    with pytest.raises(ValueError, match="ascending numbers within 0 to 59"):
        assess_large(organisation(), quarters=quarters)


def test_large_assessment_refuses_a_negative_lead() -> None:
    with pytest.raises(ValueError, match="number of quarters from 0 on, not -1"):
        assess_large(organisation(), lead=-1)


def test_large_assessment_refuses_an_empty_block() -> None:
    with pytest.raises(ValueError, match="at least one task, not 0"):
        assess_large(organisation(), block=0)
