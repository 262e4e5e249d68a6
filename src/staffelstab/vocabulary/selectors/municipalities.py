"""Finding municipalities."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.search import TrigramStrictWordSimilarity
from django.db import models
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from staffelstab.core import permissions, searching
from staffelstab.core.actors import Actor
from staffelstab.core.sorting import sort_key
from staffelstab.vocabulary.models import Municipality

VIEW = "vocabulary.municipality.view"
PICKS = 20
SIMILAR = 30
"""Least similarity in hundredths of a typing error: *Ausgburg* has 38 to *Augsburg*."""


def municipalities(*, actor: Actor) -> QuerySet[Any]:
    """All municipalities of the reference table."""
    permissions.require(actor, VIEW)
    rows: QuerySet[Any] = Municipality.objects.all()
    return rows.fetch_mode(models.FETCH_RAISE)


def searched(rows: QuerySet[Any], q: str) -> tuple[QuerySet[Any], bool]:
    """Rows for a search text, with their ``rank``, and whether they are only similar to it.

    Found are names with every word and keys that begin with it; the same name comes first, then names that begin so.
    """
    folded = sort_key(q)
    if not folded:
        return rows.annotate(rank=Value(0)), False
    words = searching.contains_words("sort_key", folded)
    digits = folded.replace(" ", "")
    found = rows.filter(words | Q(ags__startswith=digits) | Q(ars__startswith=digits)).annotate(
        rank=Case(
            When(sort_key=folded, then=0),
            When(sort_key__startswith=f"{folded} ", then=1),
            When(sort_key__startswith=folded, then=2),
            default=3,
            output_field=IntegerField(),
        )
    )
    if found.exists():
        return found, False
    similarity = Cast(TrigramStrictWordSimilarity(folded, "sort_key") * 100, IntegerField())
    near = rows.annotate(rank=Value(100) - similarity)
    return near.filter(rank__lte=100 - SIMILAR), True


def listed(*, actor: Actor, q: str = "", state: str = "") -> tuple[QuerySet[Any], bool]:
    """The list with its ``rank`` for the search text, and whether the rows are only similar to it."""
    rows = municipalities(actor=actor)
    return searched(rows.filter(state=state) if state else rows, q)


def find_municipalities(*, actor: Actor, q: str, limit: int = PICKS) -> list[Municipality]:
    """The best hits, larger places first among equals. Nothing for an empty text."""
    if not sort_key(q):
        return []
    rows, _similar = searched(municipalities(actor=actor), q)
    return list(rows.order_by("rank", "-population", "ags")[:limit])
