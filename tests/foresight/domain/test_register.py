"""Building the register from rows."""

from typing import Any

import numpy as np
import pytest

from staffelstab.foresight.domain.exits import NEVER, Horizons, Scenario
from staffelstab.foresight.domain.register import READY_DEPUTY, RESPONSIBLE, Ratings, Register


def known(*quarters: int) -> Horizons:
    return Horizons(
        first=np.array(quarters, dtype=np.int64),
        last=np.array(quarters, dtype=np.int64),
        fixed=np.zeros(len(quarters), dtype=np.bool_),
    )


def register(
    *, rows: list[tuple[int, int, bool, bool, int]], task_count: int, horizons: Horizons
) -> Register:
    """Rows: task, person, responsible, ready deputy, holding."""
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], [], []]
    task, person, responsible, ready_deputy, holding = columns
    return Register.from_rows(
        task_count=task_count,
        task=task,
        person=person,
        responsible=responsible,
        ready_deputy=ready_deputy,
        holding=holding,
        horizons=horizons,
    )


def exits(built: Register, scenario: Scenario = Scenario.REGULAR) -> list[int]:
    return [int(quarter) for quarter in built.horizons.span(scenario)[0][built.horizon]]


def test_register_groups_rows_by_task_in_any_order() -> None:
    built = register(
        rows=[(2, 11, True, False, 0), (0, 12, True, False, 1), (2, 10, False, True, 2)],
        task_count=4,
        horizons=known(30, 31, 32),
    )
    assert built.task_count == 4
    assert built.offsets.tolist() == [0, 1, 1, 3, 3]
    assert built.person.tolist() == [12, 10, 11]
    assert built.role.tolist() == [RESPONSIBLE, READY_DEPUTY, RESPONSIBLE]
    assert exits(built) == [31, 32, 30]


def test_register_sorts_rows_that_begin_with_the_lowest_task() -> None:
    built = register(
        rows=[(0, 12, True, False, 0), (2, 10, True, False, 1), (1, 11, False, True, 2)],
        task_count=3,
        horizons=known(30, 31, 32),
    )
    assert built.offsets.tolist() == [0, 1, 2, 3]
    assert built.person.tolist() == [12, 11, 10]
    assert built.role.tolist() == [RESPONSIBLE, READY_DEPUTY, RESPONSIBLE]
    assert exits(built) == [30, 32, 31]


def test_register_keeps_small_numbers_small() -> None:
    # a country has millions of holders
    built = register(rows=[(0, 1, True, False, 0)], task_count=1, horizons=known(9))
    assert (built.person.dtype, built.role.dtype, built.horizon.dtype) == (np.int32, np.uint8, np.int32)


def test_register_leaves_out_rows_without_a_role() -> None:
    built = register(
        rows=[(0, 1, False, False, 0), (0, 2, True, False, 0), (1, 1, False, False, 0)],
        task_count=2,
        horizons=known(9),
    )
    assert built.offsets.tolist() == [0, 1, 1]
    assert built.person.tolist() == [2]


def test_register_counts_a_person_once_with_all_roles() -> None:
    built = register(
        rows=[(0, 7, True, False, 0), (0, 7, False, True, 0), (1, 7, True, False, 0)],
        task_count=2,
        horizons=known(9),
    )
    assert built.offsets.tolist() == [0, 1, 2]
    assert built.role.tolist() == [RESPONSIBLE + READY_DEPUTY, RESPONSIBLE]


def test_register_takes_the_later_exit_of_a_person() -> None:
    built = register(
        rows=[
            (0, 1, True, False, 0),
            (0, 1, True, False, 2),
            (0, 1, True, False, 1),
            (0, 2, True, False, 0),
            (0, 3, True, False, 1),
            (0, 3, True, False, 0),
            (1, 1, True, False, 0),
        ],
        task_count=2,
        horizons=known(10, 20, 30),
    )
    assert exits(built) == [30, 10, 20, 10]


def test_register_pairs_holdings_in_any_order() -> None:
    later_first = [(0, 1, True, False, 2), (0, 1, True, False, 1)]
    three = [(0, 1, True, False, 0), (0, 1, True, False, 1), (0, 1, True, False, 2)]
    horizons = known(10, 20, 30, 40)
    assert exits(register(rows=later_first, task_count=1, horizons=horizons)) == [30]
    built = register(rows=three, task_count=1, horizons=horizons)
    assert exits(built) == [30]
    assert [pairs.tolist() for pairs in built.horizons.latest] == [[[0, 1]], [[4, 2]]]


def test_register_takes_an_unknown_exit_for_the_later_one() -> None:
    built = register(
        rows=[(0, 1, True, False, 0), (0, 1, True, False, 1)], task_count=1, horizons=known(10, NEVER)
    )
    assert exits(built) == [NEVER]


def test_register_decides_per_scenario_which_exit_is_later() -> None:
    horizons = Horizons(first=np.array([10, 8]), last=np.array([10, 8]), fixed=np.array([False, True]))
    built = register(rows=[(0, 1, True, False, 0), (0, 1, True, False, 1)], task_count=1, horizons=horizons)
    assert [exits(built, scenario) for scenario in Scenario] == [[8], [10], [14]]


def test_register_without_rows_has_tasks_without_holders() -> None:
    built = register(rows=[], task_count=3, horizons=known())
    assert built.offsets.tolist() == [0, 0, 0, 0]
    assert built.horizon.tolist() == []


def test_register_may_have_no_tasks() -> None:
    assert register(rows=[], task_count=0, horizons=known(5)).task_count == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": [0, 2]}, "a task number lies outside 0 to 1"),
        ({"task": [0, -1]}, "a task number lies outside 0 to 1"),
        ({"person": [0, -1]}, "a person number lies outside"),
        ({"person": [0, 2**31 - 1]}, "a person number lies outside"),
        ({"holding": [0, 1]}, "a holding number lies outside 0 to 0"),
        ({"task": [0]}, r"^the columns differ in length$"),
        ({"ready_deputy": [False]}, "the columns differ in length"),
        ({"responsible": [False]}, "the columns differ in length"),
    ],
)
def test_register_refuses_rows_that_do_not_fit(change: dict[str, Any], message: str) -> None:
    columns: dict[str, Any] = {
        "task": [0, 1],
        "person": [0, 2**31 - 2],
        "responsible": [True, True],
        "ready_deputy": [False, False],
        "holding": [0, 0],
    }
    assert Register.from_rows(task_count=2, horizons=known(5), **columns).offsets.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match=message):
        Register.from_rows(task_count=2, horizons=known(5), **(columns | change))


def test_ratings_fall_back_to_criticality_and_to_three() -> None:
    ratings = Ratings(
        position_risk=np.array([5, 0, 0, 1]), criticality=np.array([2, 4, 0, 0]), documentation=np.zeros(4)
    )
    assert ratings.effective_position_risk().tolist() == [5, 4, 3, 1]


def test_ratings_may_be_the_lowest_and_the_highest() -> None:
    ratings = Ratings(
        position_risk=np.array([0, 0, 1, 5]),
        criticality=np.array([1, 5, 5, 1]),
        documentation=np.array([0.0, 1.0, 0.0, 1.0]),
    )
    assert ratings.effective_position_risk().tolist() == [1, 5, 1, 5]


@pytest.mark.parametrize(
    ("position_risk", "criticality", "documentation", "message"),
    [
        (6, 0, 0.0, "a position risk is 1 to 5"),
        (-1, 0, 0.0, "a position risk is 1 to 5"),
        (0, 6, 0.0, "a criticality is 1 to 5"),
        (0, -1, 0.0, "a criticality is 1 to 5"),
        (0, 0, 1.1, "a documentation is a share"),
        (0, 0, -0.1, "a documentation is a share"),
        (0, 0, float("nan"), r"^a documentation is a share between 0 and 1$"),
    ],
)
def test_ratings_refuse_what_is_out_of_range(
    position_risk: int, criticality: int, documentation: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Ratings(
            position_risk=np.array([position_risk]),
            criticality=np.array([criticality]),
            documentation=np.array([documentation]),
        )


def test_ratings_refuse_columns_of_different_length() -> None:
    for lengths in ((2, 1, 1), (1, 2, 1), (1, 1, 2)):
        position_risk, criticality, documentation = (np.zeros(length, dtype=np.int64) for length in lengths)
        with pytest.raises(
            ValueError, match=r"^position risk, criticality and documentation differ in length$"
        ):
            Ratings(
                position_risk=position_risk,
                criticality=criticality,
                documentation=documentation.astype(np.float64),
            )
