"""Numbers as people read them in the active language, rounded half up.

Django's ``number_format`` cuts what it does not show (1.7999… becomes *1,7*), and Python's ``round`` takes every other
half downwards; what is shown, and what a spreadsheet gets, is therefore rounded here. Templates have the filters
``number`` and ``percent``.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _

type Number = int | float | Decimal

_HUNDRED: Final = Decimal(100)


def rounded(value: Number, places: int = 0) -> Decimal:
    """`value` with so many decimals, halves away from zero.

    A float counts as the shortest decimal that stands for it: 0.145 is just that, and no hair less.
    """
    return _exact(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def whole(value: Number) -> int:
    """`value` as the nearest whole number, halves away from zero."""
    return int(rounded(value))


def number(value: Number, places: int = 0, *, trim: bool = False) -> str:
    """*1.234,5*: with so many decimals, and digits in groups. `trim`: without zeros at the end."""
    shown = rounded(value, places)
    if trim:
        while places and shown == rounded(shown, places - 1):
            places -= 1
    return str(number_format(shown or abs(shown), places, force_grouping=True))


def percent(share: Number, places: int = 0, *, trim: bool = False) -> str:
    """*48,5 %* for a share 0 … 1, as ``number``."""
    return _("%(number)s%%") % {"number": number(_exact(share) * _HUNDRED, places, trim=trim)}


def _exact(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))
