"""Reads about holdings: who is on which position today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.db.models import Q

from staffelstab.core import permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.workforce.models import Holding

NAMES = "workforce.person.view"


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody on a position. Without the right to see names, ``person_id``, ``name`` and ``email`` are empty."""

    person_id: UUID | None
    name: str
    email: str


def current(today: dt.date, prefix: str = "") -> Q:
    """Holdings that hold on a day; ``prefix`` is the path to them, with ``__``."""
    begun = Q(**{f"{prefix}starts_on": None}) | Q(**{f"{prefix}starts_on__lte": today})
    lasting = Q(**{f"{prefix}ends_on": None}) | Q(**{f"{prefix}ends_on__gte": today})
    return begun & lasting


def get_holding(*, actor: Actor, holding_id: UUID, permission: str) -> Holding:
    """One holding with its person and position. Raises NotFound, also without ``permission`` on it."""
    holding: Holding | None = (
        Holding.objects.select_related("person", "position__unit")
        .fetch_mode(models.FETCH_RAISE)
        .filter(pk=holding_id)
        .first()
    )
    if holding is None:
        raise NotFound
    permissions.require(actor, permission, holding)
    return holding


def holders_of(
    position_ids: Iterable[UUID], *, actor: Actor, today: dt.date
) -> Mapping[UUID, tuple[Holder, ...]]:
    """The people on each of the positions today. One statement; nameless where the actor may not see names."""
    rows = (
        Holding.objects.filter(current(today), position__in=list(position_ids), person__ended_on=None)
        .select_related("person")
        .order_by("position_id", "person__sort_key", "pk")
        .fetch_mode(models.FETCH_RAISE)
    )
    named = actor.may(NAMES)
    found: dict[UUID, list[Holder]] = {}
    for row in rows:
        holder = Holder(row.person_id, row.person.name, row.person.email) if named else Holder(None, "", "")
        found.setdefault(row.position_id, []).append(holder)
    return {key: tuple(holders) for key, holders in found.items()}
