"""Quarters and days of the demo, counted from its day."""

from __future__ import annotations

from datetime import date, timedelta

from staffelstab.foresight.domain.quarters import Quarter

BANDS = ("bis 1 Jahr", "1-2 Jahre", "2-3 Jahre", "3-5 Jahre", "über 5 Jahre")
UNKNOWN = "unbekannt"


def quarter_after(today: date, quarters: int) -> str:
    """Return the quarter ``quarters`` after the one of ``today`` as ``2028-Q3``."""
    return str(Quarter.from_date(today).shifted(quarters))


def band_of(quarters: int) -> str:
    """Return the exit band that contains an exit in ``quarters`` quarters."""
    for band, end in zip(BANDS, (4, 8, 12, 20), strict=False):
        if quarters < end:
            return band
    return BANDS[-1]


def first_of_month_before(today: date, days: int) -> str:
    """Return the first day of the month ``days`` days before ``today`` as ISO."""
    return (today - timedelta(days=days)).replace(day=1).isoformat()


def day_after(today: date, days: int) -> str:
    """Return the day ``days`` days after ``today`` as ISO (negative: before)."""
    return (today + timedelta(days=days)).isoformat()
