"""Search as people type it: case, accents and the spelling of umlauts do not count."""

from __future__ import annotations

from django.db.models import Q

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
