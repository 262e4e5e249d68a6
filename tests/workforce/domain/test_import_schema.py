"""What must hold within one row, and how rows are put together."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from staffelstab.workforce.domain.import_schema import (
    NO_EXIT,
    Finding,
    assemble_holdings,
    assemble_responsibilities,
    check_holdings,
    check_responsibilities,
)
from staffelstab.workforce.domain.import_sheets import SHEETS
from staffelstab.workforce.enums import ExitBand

Q3_2028 = (8114, "")
BAND = (None, ExitBand.FROM_1_TO_2.value)


def holdings(*rows: dict[str, Any]) -> dict[str, list[Any]]:
    """Columns of a batch of holdings; what a row does not say is empty."""
    empty = {
        "position": "S",
        "person": "P",
        "share": None,
        "starts_on": None,
        "ends_on": None,
        "exit_quarter": NO_EXIT,
        "exit_band": NO_EXIT,
        "exit": NO_EXIT,
        "exit_fixed": False,
    }
    return {key: [row.get(key, value) for row in rows] for key, value in empty.items()}


def test_end_before_beginning_is_found_in_its_row() -> None:
    first, second = dt.date(2027, 1, 31), dt.date(2027, 2, 1)
    cells = holdings(
        {"starts_on": first, "ends_on": second},
        {"starts_on": second, "ends_on": first},
        {"starts_on": first, "ends_on": first},
        {"starts_on": second},
        {"ends_on": first},
    )
    assert list(check_holdings(cells)) == [
        Finding(1, "period.reversed", "ends_on", "2027-01-31", {"start": "2027-02-01"})
    ]


@pytest.mark.parametrize(
    ("row", "first", "second"),
    [
        ({"exit_quarter": Q3_2028, "exit_band": BAND}, "2028-Q3", "1-2 Jahre"),
        ({"exit_band": BAND, "exit": Q3_2028}, "1-2 Jahre", "2028-Q3"),
        ({"exit_quarter": Q3_2028, "exit_band": BAND, "exit": (8115, "")}, "2028-Q3", "1-2 Jahre"),
        ({"exit_quarter": Q3_2028, "exit": (None, "odd")}, "2028-Q3", ""),
    ],
)
def test_exit_given_twice_is_found(row: dict[str, Any], first: str, second: str) -> None:
    assert list(check_holdings(holdings({}, row))) == [
        Finding(1, "exit.both", "exit_quarter", first, {"first": first, "second": second})
    ]


@pytest.mark.parametrize("column", ["exit_quarter", "exit_band", "exit"])
def test_exit_given_once_is_fine(column: str) -> None:
    assert list(check_holdings(holdings({column: Q3_2028, "exit_fixed": True}))) == []


def test_fixed_needs_a_quarter() -> None:
    cells = holdings(
        {"exit_fixed": True},
        {"exit_fixed": True, "exit_band": BAND},
        {"exit_fixed": True, "exit": Q3_2028},
        {"exit_band": BAND},
    )
    assert list(check_holdings(cells)) == [
        Finding(0, "fixed.without_exit", "exit_fixed", "ja"),
        Finding(1, "fixed.without_exit", "exit_fixed", "ja"),
    ]


def test_quarter_counts_before_band_before_the_combined_column() -> None:
    cells = holdings(
        {"exit_quarter": Q3_2028, "exit_band": BAND, "exit": (8115, "")},
        {"exit_band": BAND, "exit": (8115, "")},
        {"exit": (8115, "")},
        {"share": 1, "exit_fixed": True, "starts_on": dt.date(2027, 1, 1), "ends_on": dt.date(2027, 2, 1)},
    )
    assert assemble_holdings(cells) == (
        ["S"] * 4,
        ["P"] * 4,
        [None, None, None, 1],
        [None, None, None, dt.date(2027, 1, 1)],
        [None, None, None, dt.date(2027, 2, 1)],
        [8114, None, 8115, None],
        ["", BAND[1], "", ""],
        [False, False, False, True],
    )


def responsibilities(*rows: tuple[str, bool]) -> dict[str, list[Any]]:
    return {
        "task": ["A"] * len(rows),
        "position": ["S"] * len(rows),
        "kind": [kind for kind, _ready in rows],
        "ready": [ready for _kind, ready in rows],
    }


def test_ready_says_something_about_deputies_only() -> None:
    cells = responsibilities(("main", False), ("deputy", True), ("main", True), ("deputy", False))
    assert list(check_responsibilities(cells)) == [Finding(2, "ready.without_deputy", "ready", "ja")]
    assert assemble_responsibilities(cells) == (
        ["A"] * 4,
        ["S"] * 4,
        ["main", "deputy", "main", "deputy"],
        [False, True, False, False],
    )


def test_columns_are_found_by_their_key() -> None:
    sheet = next(sheet for sheet in SHEETS if sheet.check is check_holdings)
    found = [sheet.column(key) for key in ("exit_fixed", "nothing")]
    assert [column.key if column else None for column in found] == ["exit_fixed", None]


@pytest.mark.parametrize("column", ["ends_on", "exit_band"])
def test_holdings_of_columns_with_different_lengths_are_refused(column: str) -> None:
    cells = holdings({}, {})
    cells[column].pop()
    with pytest.raises(ValueError, match="shorter"):
        list(check_holdings(cells))


def test_columns_of_different_lengths_are_not_put_together() -> None:
    cells = holdings({}, {})
    cells["exit"].pop()
    with pytest.raises(ValueError, match="shorter"):
        assemble_holdings(cells)
    cells = responsibilities(("main", False), ("deputy", True))
    cells["ready"].pop()
    with pytest.raises(ValueError, match="shorter"):
        list(check_responsibilities(cells))
    with pytest.raises(ValueError, match="shorter"):
        assemble_responsibilities(cells)
