"""Search as people type it: case, accents and the spelling of umlauts do not count."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from staffelstab.core import searching
from staffelstab.core.searching import Search
from staffelstab.core.sorting import sort_key

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


def search(model: type[models.Model], field: str, text: str, *, number: str = "") -> Search | None:
    """Like :func:`contains_words` for the searchable column of `model`, at a cost that follows what is shown.

    `number`: also rows whose number begins with it. None where neither says anything: every row fits.
    """
    words = sort_key(text).split()
    if not words and not number:
        return None
    spelt = [sorted(_spellings(word)) for word in words]
    plain = Q()
    for spellings in spelt:
        either = Q()
        for spelling in spellings:
            either |= searching.holds(field, spelling)
        plain &= either
    if number:
        plain |= Q(personnel_number__istartswith=number)
    first, last = (tuple(spellings[place] for spellings in spelt) for place in (0, -1))
    return Search(table=model._meta.db_table, words=first, spellings=last, extra=number, plain=plain)


def matching(model: type[models.Model], field: str, text: str, *, number: str = "") -> Q:
    """The rows :func:`search` finds, as a condition. One statement, which asks a function of the database."""
    found = search(model, field, text, number=number)
    return Q() if found is None else found.condition()
