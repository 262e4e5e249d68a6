"""The month of § 12b BGG."""

from __future__ import annotations

from datetime import date

import pytest

from staffelstab.portal.services.barriers import month_later


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 11, 22), date(2026, 12, 22)),
        (date(2026, 12, 31), date(2027, 1, 31)),
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2028, 1, 30), date(2028, 2, 29)),
    ],
)
def test_month_later(day: date, due: date) -> None:
    assert month_later(day) == due
