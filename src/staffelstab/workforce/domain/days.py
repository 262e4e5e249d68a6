"""Which days somebody can mean. A mistyped year (0226, 1926, 9999) must not pass as a day of working life."""

from __future__ import annotations

import datetime as dt
from typing import Final

FIRST_YEAR: Final = 1950
"""The first year that is taken, by hand and from a file: nobody who works today began before."""

FIRST_DAY: Final = dt.date(FIRST_YEAR, 1, 1)

YEARS_AHEAD: Final = 60
"""How far days may lie ahead: further than any working life lasts."""


def last_day(today: dt.date) -> dt.date:
    """The last day that is taken: the end of the year ``YEARS_AHEAD`` years from now."""
    return dt.date(today.year + YEARS_AHEAD, 12, 31)


def is_plausible(day: dt.date, *, today: dt.date) -> bool:
    """Whether the day lies between the first and the last one that are taken, both included."""
    return FIRST_DAY <= day <= last_day(today)
