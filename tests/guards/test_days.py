"""No command and no screen counts days by another clock than the one people look at."""

from __future__ import annotations

from tests.guards import days

EXCEPTED = {
    "core/days.py": "the one place",
    "workforce/formats/tables.py": "cells of a spreadsheet carry no time zone",
}


def test_days_are_counted_in_one_place() -> None:
    assert days.findings(days.PACKAGE, EXCEPTED) == []
