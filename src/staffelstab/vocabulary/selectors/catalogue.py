"""Finding public services: own ones first, then what other organisations share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import TrigramStrictWordSimilarity
from django.db import models
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from staffelstab.core import permissions, searching
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.core.sorting import sort_key
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.identity.models import Organisation
from staffelstab.vocabulary.models import Service, ServiceUpload

VIEW = "vocabulary.service.view"
PICKS = 20
SIMILAR = 30
"""Least similarity in hundredths of a typing error: *Personalauswies* has 60 to *Personalausweis*."""

KEY, NAME, WORD, PART = range(4)
"""Ranks of a hit: the key, the name begins with it, a word does, it stands somewhere. Similar ones come after."""


def services(*, actor: Actor) -> QuerySet[Any]:
    """The current catalogue as the actor sees it: a shared service steps back behind the own one with the same key."""
    permissions.require(actor, VIEW)
    own = Service.objects.filter(key=OuterRef("key"), ended_on=None)
    rows: QuerySet[Any] = Service.visible.filter(ended_on=None).exclude(
        ~Q(organisation_id=current_organisation()) & ~Q(key="") & Exists(own)
    )
    return rows.fetch_mode(models.FETCH_RAISE)


def matching(rows: QuerySet[Any], q: str) -> QuerySet[Any]:
    """Rows with every word of ``q`` in key, name or everyday words, with their ``rank`` (0 is best)."""
    folded = sort_key(q)
    rows = rows.filter(searching.contains_words("search", folded))
    digits = folded.replace(" ", "")
    found: QuerySet[Any] = rows.annotate(
        rank=Case(
            When(key=digits, then=KEY) if digits else When(pk__in=[], then=KEY),
            When(sort_key__startswith=folded, then=NAME),
            When(search__contains=f" {folded}", then=WORD),
            default=PART,
            output_field=IntegerField(),
        )
    )
    return found


def similar(rows: QuerySet[Any], q: str) -> QuerySet[Any]:
    """Rows that look like ``q`` with a typing error, with their ``rank``: the more similar, the lower."""
    rows = rows.annotate(
        rank=Value(100) - Cast(TrigramStrictWordSimilarity(sort_key(q), "search") * 100, IntegerField())
    )
    return rows.filter(rank__lte=100 - SIMILAR)


def searched(rows: QuerySet[Any], q: str) -> tuple[QuerySet[Any], bool]:
    """Rows for a search text and whether they are only similar to it. An empty text gives all, all of one rank."""
    if not sort_key(q):
        return rows.annotate(rank=Value(0)), False
    found = matching(rows, q)
    if found.exists():
        return found, False
    return similar(rows, q), True


def listed(
    *, actor: Actor, q: str = "", topic: str = "", source: str = "", own: bool | None = None
) -> tuple[QuerySet[Any], bool]:
    """The list of services with their ``rank`` for the search text, and whether they are only similar to it.

    ``own`` narrows to the own organisation's (True) or to shared ones (False).
    """
    rows = services(actor=actor)
    if topic:
        rows = rows.filter(topic=topic)
    if source:
        rows = rows.filter(source=source)
    if own is not None:
        mine = Q(organisation_id=current_organisation())
        rows = rows.filter(mine if own else ~mine)
    return searched(rows, q)


def find_services(*, actor: Actor, q: str, limit: int = PICKS) -> list[Service]:
    """The best hits: by rank, own before shared, then by name. Nothing for an empty text."""
    if not sort_key(q):
        return []
    rows, _similar = searched(services(actor=actor), q)
    return list(rows.alias(foreign=foreign()).order_by("rank", "foreign", "sort_key", "pk")[:limit])


def foreign() -> Case:
    """0 for own rows, 1 for those of others: own ones come first."""
    return Case(When(organisation_id=current_organisation(), then=0), default=1, output_field=IntegerField())


def pick_services(*, actor: Actor, q: str, limit: int = PICKS) -> list[Service]:
    """The best hits that have a key, each key once: what a task can refer to."""
    if not sort_key(q):
        return []
    rows, _similar = searched(services(actor=actor).exclude(key=""), q)
    found: dict[str, Service] = {}
    for row in rows.alias(foreign=foreign()).order_by("rank", "foreign", "sort_key", "pk")[: 3 * limit]:
        found.setdefault(row.key, row)
    return list(found.values())[:limit]


def service_names(keys: Iterable[str]) -> dict[str, str]:
    """Names of services by key, ended ones included; the own name before a shared one. One query, or none."""
    wanted = {key for key in keys if key}
    if not wanted:
        return {}
    rows = (
        Service.visible.filter(key__in=wanted)
        .annotate(foreign=foreign())
        .order_by("-foreign", "-sort_key", "-pk")
        .values_list("key", "name")
    )
    return dict(rows)


def service(*, actor: Actor, service_id: UUID) -> Service:
    """One service, own or shared, ended or not. Raises NotFound."""
    permissions.require(actor, VIEW)
    found: Service | None = Service.visible.filter(pk=service_id).first()
    if found is None:
        raise NotFound
    return found


def owner_names(rows: Iterable[Service]) -> dict[UUID, str]:
    """Names of the other organisations that share the services, as far as they may be known. One query, or none."""
    keys = {row.organisation_id for row in rows} - {current_organisation()}
    return dict(Organisation.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}


def sources(*, actor: Actor) -> list[str]:
    """Names of the catalogues the visible services come from."""
    permissions.require(actor, VIEW)
    rows = (
        Service.visible.filter(ended_on=None).order_by("source").values_list("source", flat=True).distinct()
    )
    return list(rows)


def upload(*, actor: Actor, upload_id: UUID) -> ServiceUpload:
    """An uploaded file of the own organisation. Raises NotFound."""
    permissions.require(actor, "vocabulary.service.import")
    found: ServiceUpload | None = ServiceUpload.objects.filter(pk=upload_id).first()
    if found is None:
        raise NotFound
    return found
