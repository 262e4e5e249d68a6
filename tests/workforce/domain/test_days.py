"""Which days somebody can mean."""

from __future__ import annotations

import datetime as dt

import pytest

from staffelstab.workforce.domain import days

TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (dt.date(1949, 12, 31), False),
        (dt.date(1950, 1, 1), True),
        (TODAY, True),
        (dt.date(2086, 12, 31), True),
        (dt.date(2087, 1, 1), False),
    ],
)
def test_days_of_a_working_life_are_plausible(day: dt.date, expected: bool) -> None:  # noqa: FBT001
    assert days.is_plausible(day, today=TODAY) is expected


def test_the_last_day_is_the_end_of_a_year() -> None:
    assert days.last_day(dt.date(2028, 2, 29)) == dt.date(2088, 12, 31)
