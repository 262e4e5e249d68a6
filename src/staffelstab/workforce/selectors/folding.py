"""Search in the register as people type it: case, accents and the spelling of umlauts do not count."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.db.models import Q

from staffelstab.core import searching
from staffelstab.core.searching import Search
from staffelstab.core.sorting import sort_key
from staffelstab.workforce.models import Person, Position, Task

_SEARCHED: Mapping[type[models.Model], str] = {Task: "search", Position: "sort_key", Person: "sort_key"}
_NUMBERS: Mapping[type[models.Model], str] = {Position: "number", Person: "personnel_number"}


def search(model: type[models.Model], text: str, *, number: str = "") -> Search | None:
    """Rows of tasks, positions or persons that have every word of `text`, at a cost that follows what is shown.

    `number`: also rows whose number begins with it; tasks have none. None where neither says anything: every row fits.
    """
    words = sort_key(text).split()
    if not words and not number:
        return None
    spelt = [searching.spellings(word) for word in words]
    plain = Q()
    for spellings in spelt:
        either = Q()
        for spelling in spellings:
            either |= searching.holds(_SEARCHED[model], spelling)
        plain &= either
    if number:
        plain |= Q(**{f"{_NUMBERS[model]}__istartswith": number})
    first, last = (tuple(spellings[place] for spellings in spelt) for place in (0, -1))
    return Search(table=model._meta.db_table, words=first, spellings=last, extra=number, plain=plain)


def matching(model: type[models.Model], text: str, *, number: str = "") -> Q:
    """The rows :func:`search` finds, as a condition. One statement, which asks a function of the database."""
    found = search(model, text, number=number)
    return Q() if found is None else found.condition()
