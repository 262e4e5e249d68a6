"""Search as people type it: case, accents and the spelling of umlauts do not count."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import connection, models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from staffelstab.core.sorting import sort_key

FEW: Final = 2000
"""Rows a search may find before it is cheaper to walk through the list in its order until a page is full."""

_SHORTEST: Final = 3
"""Letters of a word the trigram index can find."""

_SPELT_OUT = (("ae", "a"), ("oe", "o"), ("ue", "u"))


def _spellings(word: str) -> set[str]:
    """The word as folded, and as if its ae, oe, ue were umlauts: *Gebuehr* finds *Gebühr*."""
    folded = word
    for written, letter in _SPELT_OUT:
        folded = folded.replace(written, letter)
    return {word, folded}


def contains_words(field: str, text: str) -> Q:
    """Rows whose folded ``field`` contains every word of ``text``, in any order."""
    condition = Q()
    for word in sort_key(text).split():
        either = Q()
        for spelling in sorted(_spellings(word)):
            either |= Q(**{f"{field}__contains": spelling})
        condition &= either
    return condition


def matching(model: type[models.Model], field: str, text: str, *, number: str = "") -> Q:
    """Like :func:`contains_words` for the searchable column of `model`, at a cost that follows what is found.

    `number`: also rows whose number begins with it. One statement, which asks a function of the database
    (``models.functions``); it finds few rows by the index, and says so when there are many.
    """
    words = sort_key(text).split()
    plain = contains_words(field, text)
    if number:
        plain |= Q(personnel_number__istartswith=number)
    if not words or any(len(word) < _SHORTEST for word in words):
        return plain
    found = _few(model, [sorted(_spellings(word)) for word in words], number)
    # One array instead of a parameter per key.
    return plain if found is None else Q(pk__in=RawSQL("SELECT unnest(%s::uuid[])", [found]))


def _few(model: type[models.Model], words: list[list[str]], number: str) -> list[UUID] | None:
    literal = connection.ops.prep_for_like_query
    first, last = ([f"%{literal(spelt[place])}%" for spelt in words] for place in (0, -1))
    prefix = f"{literal(number.upper())}%" if number else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {model._meta.db_table}_containing(%s, %s, %s, %s)", [first, last, prefix, FEW + 1]
        )
        found = [key for (key,) in cursor.fetchall()]
    return None if len(found) > FEW or None in found else found
