"""What commands do with days people give: refuse those nobody can mean, and show them as people write them."""

from __future__ import annotations

import datetime as dt

from django.utils.formats import date_format

from staffelstab.core.days import day_of
from staffelstab.workforce.domain import days
from staffelstab.workforce.services.errors import DayOutOfBounds


def shown(day: dt.date) -> str:
    """The day in the short form of the active language."""
    return date_format(day, "SHORT_DATE_FORMAT")


def check_days(*given: dt.date | None, now: dt.datetime) -> None:
    """Raises DayOutOfBounds for the first day that nobody can mean; None is no day."""
    today = day_of(now)
    for day in given:
        if day is not None and not days.is_plausible(day, today=today):
            first, last = shown(days.FIRST_DAY), shown(days.last_day(today))
            raise DayOutOfBounds(day=shown(day), first=first, last=last)
