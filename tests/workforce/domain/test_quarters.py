"""Quarters as numbers and as people write them."""

from __future__ import annotations

import datetime as dt

import pytest

from staffelstab.workforce.domain.quarters import quarter_label, quarter_of


@pytest.mark.parametrize(
    ("day", "index", "label"),
    [
        (dt.date(2028, 1, 1), 8112, "I/2028"),
        (dt.date(2028, 3, 31), 8112, "I/2028"),
        (dt.date(2028, 4, 1), 8113, "II/2028"),
        (dt.date(2028, 9, 30), 8114, "III/2028"),
        (dt.date(2028, 12, 31), 8115, "IV/2028"),
    ],
)
def test_quarter_holds_three_months(day: dt.date, index: int, label: str) -> None:
    assert (quarter_of(day), quarter_label(index)) == (index, label)
