"""What people write behind an option of a command: days and shares, in the forms they are used to."""

from __future__ import annotations

import argparse
import datetime as dt
import re
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200

_GERMAN_DAY: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


def day(text: str) -> dt.date:
    """A day as ``2026-11-22`` or ``22.11.2026``, between 1900 and 2200. Raises ArgumentTypeError with a sentence."""
    german = _GERMAN_DAY.fullmatch(text.strip())
    try:
        found = (
            dt.date(int(german[3]), int(german[2]), int(german[1]))
            if german
            else dt.datetime.strptime(text.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
        )
    except ValueError:
        raise argparse.ArgumentTypeError(
            _("“%(value)s” is not a day. A day is written like this: 2026-11-22") % {"value": text}
        ) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise argparse.ArgumentTypeError(
            _("“%(value)s” is too far away: the year lies between %(first)d and %(last)d.")
            % {"value": text, "first": FIRST_YEAR, "last": LAST_YEAR}
        )
    return found


def share(text: str) -> float:
    """A share from 0 to 1: ``0.04``, ``0,04`` or ``4 %``. Raises ArgumentTypeError with a sentence."""
    written = text.strip().replace(",", ".")
    try:
        value = float(written.removesuffix("%")) / (100 if written.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:  # also refuses what is not a number at all
        raise argparse.ArgumentTypeError(
            _("“%(value)s” is not a share. A share is written like this: 0.04 or 4%%") % {"value": text}
        )
    return value


def file(text: str) -> Path:
    """A path that was given: an empty one, as of a variable nobody set, would mean the folder one stands in."""
    if not text.strip():
        raise argparse.ArgumentTypeError(_("The path is missing."))
    return Path(text)
