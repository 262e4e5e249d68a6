"""The day of an instant, as people here count it.

Instants are in UTC; between midnight here and midnight there ``now.date()`` is yesterday. A guard of the tests forbids
``.date()`` everywhere else.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def day_of(now: datetime) -> date:
    """The local day of an instant."""
    return now.astimezone(timezone.get_current_timezone()).date()
