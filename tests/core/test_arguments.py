"""Days, shares and paths behind the options of commands."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import translation

from staffelstab.core.management import arguments


@pytest.mark.parametrize("written", ["2026-11-02", "02.11.2026", "2.11.2026", " 2026-11-02 "])
def test_days_are_read_as_people_write_them(written: str) -> None:
    assert arguments.day(written) == dt.date(2026, 11, 2)


@pytest.mark.parametrize(
    ("written", "value"),
    [("0.04", 0.04), ("0,04", 0.04), ("4%", 0.04), ("4 %", 0.04), ("0", 0.0), ("1", 1.0)],
)
def test_shares_are_read_as_people_write_them(written: str, value: float) -> None:
    assert arguments.share(written) == value


def test_paths_are_taken_as_they_are() -> None:
    assert arguments.file("Alter 2026.csv") == Path("Alter 2026.csv")


@pytest.mark.parametrize(
    ("read", "written", "message"),
    [
        (arguments.day, "2026-Q3", "„2026-Q3“ ist kein Tag. Ein Tag wird so geschrieben: 2026-11-22"),
        (arguments.day, "2026-13-01", "„2026-13-01“ ist kein Tag. Ein Tag wird so geschrieben: 2026-11-22"),
        (arguments.day, "30.02.2026", "„30.02.2026“ ist kein Tag. Ein Tag wird so geschrieben: 2026-11-22"),
        (arguments.day, "", "„“ ist kein Tag. Ein Tag wird so geschrieben: 2026-11-22"),
        (
            arguments.day,
            "9998-01-01",
            "„9998-01-01“ ist zu weit weg: Das Jahr liegt zwischen 1900 und 2200.",
        ),
        (arguments.share, "viel", "„viel“ ist kein Anteil. Ein Anteil wird so geschrieben: 0,04 oder 4%"),
        (arguments.share, "1.5", "„1.5“ ist kein Anteil. Ein Anteil wird so geschrieben: 0,04 oder 4%"),
        (arguments.share, "nan", "„nan“ ist kein Anteil. Ein Anteil wird so geschrieben: 0,04 oder 4%"),
        (arguments.file, " ", "Der Pfad fehlt."),
    ],
)
def test_what_is_neither_is_refused_with_what_would_be_right(
    read: Callable[[str], object], written: str, message: str
) -> None:
    with translation.override("de"), pytest.raises(argparse.ArgumentTypeError) as refused:
        read(written)
    assert str(refused.value) == message
