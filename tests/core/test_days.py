"""The day of an instant is the local one, in summer and winter."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from staffelstab.core.days import day_of


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 22, 22, 30, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 7, 1, 21, 30, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 22, 30, tzinfo=UTC), date(2026, 7, 2)),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_day_of_is_the_local_day(now: datetime, expected: date) -> None:
    assert day_of(now) == expected
