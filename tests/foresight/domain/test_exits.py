"""Exit horizons, scenarios and the probability to be present."""

import numpy as np
import pytest

from staffelstab.foresight.domain.exits import NEVER, NO_QUARTER, Horizons, Scenario
from staffelstab.foresight.domain.quarters import Quarter

AS_OF = Quarter(year=2026, quarter=4)


def horizon(first: int, last: int, *, fixed: bool = False) -> Horizons:
    return Horizons(first=np.array([first]), last=np.array([last]), fixed=np.array([fixed]))


def present(
    horizons: Horizons, *, turnover: float = 0.0, scenario: Scenario = Scenario.REGULAR
) -> list[float]:
    return [float(value) for value in horizons.presence(turnover=turnover, scenario=scenario)[0]]


def test_scenario_shifts_by_two_years_and_one() -> None:
    assert [scenario.shift for scenario in Scenario] == [-8, 0, 4]


def test_horizons_count_from_the_as_of_quarter() -> None:
    horizons = Horizons.from_entries(
        as_of=AS_OF,
        exit_quarter=[Quarter.parse("2028-Q3").index, Quarter.parse("2026-Q2").index, *[NO_QUARTER] * 7],
        exit_band=[
            "",
            "unknown",
            "within_1",
            "from_1_to_2",
            "from_2_to_3",
            "from_3_to_5",
            "over_5",
            "unknown",
            "",
        ],
        fixed=[True, False, True, *[False] * 6],
    )
    assert horizons.first.tolist() == [7, -2, 0, 4, 8, 12, 20, NEVER, NEVER]
    assert horizons.last.tolist() == [7, -2, 3, 7, 11, 19, 59, NEVER, NEVER]
    assert horizons.fixed.tolist() == [True, False, True, *[False] * 6]


def test_horizons_of_no_entries_are_empty() -> None:
    horizons = Horizons.from_entries(as_of=AS_OF, exit_quarter=[], exit_band=[], fixed=[])
    assert (len(horizons), horizons.first.dtype, horizons.last.dtype) == (0, np.int64, np.int64)


def test_horizons_refuse_an_unknown_band() -> None:
    with pytest.raises(ValueError, match=r"^no such exit band: bald, nie$"):
        Horizons.from_entries(
            as_of=AS_OF,
            exit_quarter=[NO_QUARTER] * 3,
            exit_band=["nie", "over_5", "bald"],
            fixed=[False] * 3,
        )


def test_horizons_refuse_a_quarter_with_a_band() -> None:
    with pytest.raises(ValueError, match=r"^an exit quarter and an exit band exclude each other$"):
        Horizons.from_entries(as_of=AS_OF, exit_quarter=[AS_OF.index], exit_band=["over_5"], fixed=[False])


def test_horizons_refuse_columns_of_different_length() -> None:
    with pytest.raises(ValueError, match=r"^first, last and fixed differ in length$"):
        Horizons(first=np.array([1, 2]), last=np.array([1, 2]), fixed=np.array([False]))


def test_horizons_refuse_an_end_before_the_beginning() -> None:
    with pytest.raises(ValueError, match=r"^an exit horizon ends before it begins$"):
        horizon(4, 3)


@pytest.mark.parametrize(("first", "last"), [(-NEVER - 1, 0), (0, NEVER + 1), (NEVER + 1, NEVER + 1)])
def test_horizons_refuse_what_lies_too_far_away(first: int, last: int) -> None:
    with pytest.raises(ValueError, match=r"^an exit horizon lies too far away$"):
        horizon(first, last)


def test_distinct_keeps_each_horizon_once() -> None:
    horizons = Horizons(
        first=np.array([4, 12, 4, 4, NEVER, NEVER]),
        last=np.array([4, 19, 4, 4, NEVER, NEVER]),
        fixed=np.array([False, False, True, False, True, False]),
    )
    distinct, number = horizons.distinct()
    # Nothing can be fixed about an unknown exit: the last two are one.
    assert distinct.first.tolist() == [4, 4, 12, NEVER]
    assert distinct.last.tolist() == [4, 4, 19, NEVER]
    assert distinct.fixed.tolist() == [False, True, False, False]
    assert number.tolist() == [0, 2, 1, 0, 3, 3]


def test_distinct_orders_by_first_then_last_then_fixed() -> None:
    horizons = Horizons(
        first=np.array([5, 4, 4, 4, 4, 1 - NEVER, -NEVER]),
        last=np.array([8, 19, 6, 4, 4, 1 - NEVER, NEVER]),
        fixed=np.array([False, False, False, True, False, False, False]),
    )
    distinct, number = horizons.distinct()
    assert distinct.first.tolist() == [-NEVER, 1 - NEVER, 4, 4, 4, 4, 5]
    assert distinct.last.tolist() == [NEVER, 1 - NEVER, 4, 4, 6, 19, 8]
    assert distinct.fixed.tolist() == [False, False, False, True, False, False, False]
    assert number.tolist() == [6, 5, 4, 3, 2, 1, 0]


def test_presence_ends_with_a_known_quarter() -> None:
    assert present(horizon(3, 3))[:5] == [1.0, 1.0, 1.0, 0.0, 0.0]


def test_presence_is_nowhere_after_a_past_quarter() -> None:
    assert present(horizon(-5, -5)) == [0.0] * 60
    assert present(horizon(0, 0)) == [0.0] * 60


def test_presence_falls_evenly_within_a_band() -> None:
    assert present(horizon(4, 7))[2:9] == [1.0, 1.0, 0.75, 0.5, 0.25, 0.0, 0.0]


def test_presence_of_an_unknown_exit_is_turnover_alone() -> None:
    # (1 − 0.19)^((q+1)/4): 0.81^(2/4) = 0.9, 0.81^(4/4) = 0.81, 0.81^(8/4) = 0.6561
    values = present(horizon(NEVER, NEVER), turnover=0.19)
    assert [values[1], values[3], values[7]] == pytest.approx([0.9, 0.81, 0.6561], abs=1e-15)
    assert present(horizon(NEVER, NEVER)) == [1.0] * 60


def test_presence_multiplies_turnover_and_band() -> None:
    # 0.81^(16/4) = 0.43046721; of the eight quarters 12 … 19 four are over at the end of quarter 15
    assert present(horizon(12, 19), turnover=0.19)[15] == pytest.approx(0.215233605, abs=1e-15)


def test_presence_with_full_turnover_is_nowhere() -> None:
    assert present(horizon(NEVER, NEVER), turnover=1.0) == [0.0] * 60


@pytest.mark.parametrize("turnover", [-0.01, 1.01, float("nan")])
def test_presence_refuses_a_turnover_that_is_no_share(turnover: float) -> None:
    with pytest.raises(ValueError, match="yearly turnover is a share between 0 and 1"):
        horizon(1, 1).presence(turnover=turnover, scenario=Scenario.REGULAR)


def test_scenario_moves_an_exit_that_is_not_fixed() -> None:
    assert present(horizon(10, 10), scenario=Scenario.EARLY).index(0.0) == 2
    assert present(horizon(10, 10), scenario=Scenario.LATE).index(0.0) == 14
    assert present(horizon(5, 5), scenario=Scenario.EARLY) == [0.0] * 60
    # Four of the eight quarters of the band have already passed: 12 − 8 = 4 … 19 − 8 = 11, at the end of 7.
    assert present(horizon(12, 19), scenario=Scenario.EARLY)[7] == 0.5
    # 4 − 8 = −4 … 11 − 8 = 3: at the end of quarter 0 five of eight are over.
    assert present(horizon(4, 11), scenario=Scenario.EARLY)[0] == 0.375


def test_scenario_leaves_a_fixed_exit_alone() -> None:
    for scenario in Scenario:
        assert present(horizon(10, 10, fixed=True), scenario=scenario).index(0.0) == 10
        assert present(horizon(4, 7, fixed=True), scenario=scenario)[5] == 0.5


def test_span_is_never_before_the_current_quarter() -> None:
    horizons = Horizons(
        first=np.array([5, 4, 5, NEVER, -3]),
        last=np.array([5, 11, 5, NEVER, -3]),
        fixed=np.array([False, False, True, False, True]),
    )
    first, last = horizons.span(Scenario.EARLY)
    assert first.tolist() == [0, 0, 5, NEVER, 0]
    assert last.tolist() == [0, 3, 5, NEVER, 0]


def test_compound_horizon_is_the_later_of_two() -> None:
    # 8 may move, 6 is fixed: early 0 against 6, regular 8 against 6. The third compound joins the first two.
    horizons = Horizons(
        first=np.array([8, 6, 7]),
        last=np.array([8, 6, 7]),
        fixed=np.array([False, True, True]),
        latest=(np.array([[0, 1], [1, 2]]), np.array([[3, 4]])),
    )
    assert len(horizons) == 6
    assert horizons.span(Scenario.EARLY)[0].tolist() == [0, 6, 7, 6, 7, 7]
    assert horizons.span(Scenario.REGULAR)[1].tolist() == [8, 6, 7, 8, 7, 8]
    presence = horizons.presence(turnover=0.0, scenario=Scenario.EARLY)
    assert presence.sum(axis=1).tolist() == [0.0, 6.0, 7.0, 6.0, 7.0, 7.0]
