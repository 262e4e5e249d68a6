"""Quarters as the holdings store them: 4 × year + quarter − 1."""

from __future__ import annotations

import datetime as dt

from staffelstab.core.quarters import quarter_words


def quarter_of(day: dt.date) -> int:
    """The quarter a day lies in."""
    return 4 * day.year + (day.month - 1) // 3


def quarter_label(index: int) -> str:
    """The form for people in their language: ``III/2028``."""
    return quarter_words(index // 4, index % 4 + 1)
