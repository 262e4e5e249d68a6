"""Rounded sums: whatever is subtracted, never the few people who differ."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffelstab.foresight.domain.report_rounding import BASE, rounded, rounded_steps

EXITS = st.lists(st.integers(0, 2000).map(lambda tenths: tenths / 10), min_size=1, max_size=8)
"""Exits by year, with the fractions that bands and turnover bring."""


@pytest.mark.parametrize(
    ("value", "shown"), [(0, 0), (2.49, 0), (2.5, 5), (5, 5), (7.4, 5), (7.5, 10), (12, 10), (313, 315)]
)
def test_rounded_goes_to_the_nearest_multiple(value: float, shown: int) -> None:
    assert rounded(value) == shown


def test_steps_are_differences_of_rounded_sums() -> None:
    assert rounded_steps([8, 11, 11, 24]) == ((10, 10), (0, 10), (0, 10), (15, 25))


def test_steps_of_nothing_are_none() -> None:
    assert rounded_steps([]) == ()


def test_steps_refuse_falling_sums() -> None:
    with pytest.raises(ValueError, match=r"^sums of exits do not fall$"):
        rounded_steps([8, 7])


def sums(exits: list[float]) -> list[float]:
    return list(itertools.accumulate(exits))


@given(EXITS)
def test_years_add_up_to_the_sum_shown(exits: list[float]) -> None:
    steps = rounded_steps(sums(exits))
    assert sum(step for step, _total in steps) == steps[-1][1]
    assert all(step >= 0 for step, _total in steps)


@given(EXITS)
def test_a_year_is_less_than_the_base_off_and_a_sum_half_of_it(exits: list[float]) -> None:
    """What the report promises its readers; 0.000001 for the fractions of floats."""
    for year, total, (step, shown) in zip(exits, sums(exits), rounded_steps(sums(exits)), strict=True):
        assert abs(step - year) < BASE + 1e-6
        assert abs(shown - total) <= BASE / 2 + 1e-6


def test_a_year_can_be_nearly_the_base_off() -> None:
    assert rounded_steps([27.6, 42.4]) == ((30, 30), (10, 40))  # 14.8 are shown as 10


@given(EXITS, EXITS)
def test_no_difference_of_two_reports_is_a_few_people(first: list[float], second: list[float]) -> None:
    """Two houses, a house and its unit, or one house on two days: any figure minus any other."""
    shown = [value for exits in (first, second) for step in rounded_steps(sums(exits)) for value in step]
    assert all((one - other) % BASE == 0 for one in shown for other in shown)


@given(EXITS, st.integers(0, 11), st.floats(min_value=0.01, max_value=BASE - 0.01))
def test_few_people_who_come_or_go_move_a_sum_by_nothing_or_by_the_base(
    exits: list[float], place: int, few: float
) -> None:
    """The attacker knows that somebody has left between two days: the difference does not say how many."""
    changed = list(exits)
    changed[place % len(exits)] += few
    before, after = rounded_steps(sums(exits)), rounded_steps(sums(changed))
    assert {later[1] - earlier[1] for earlier, later in zip(before, after, strict=True)} <= {0, BASE}
