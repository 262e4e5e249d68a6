"""How people write a quarter: *III/2028* in German, *Q3 2028* in English."""

from __future__ import annotations

from typing import Final

from django.utils.translation import get_language

_ROMAN: Final = ("I", "II", "III", "IV")


def quarter_words(year: int, quarter: int) -> str:
    """The quarter 1 … 4 of a year in the active language."""
    if (get_language() or "").startswith("en"):
        return f"Q{quarter} {year}"
    return f"{_ROMAN[quarter - 1]}/{year}"
