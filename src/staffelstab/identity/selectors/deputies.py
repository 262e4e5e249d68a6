"""Who stands in for whom, in which role, from when until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet

from staffelstab.core import permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.identity.models import Membership, RoleDeputy, RoleGrant
from staffelstab.identity.selectors import units
from staffelstab.identity.selectors.actors import valid_on
from staffelstab.identity.selectors.matching import member_matches


@dataclass(frozen=True, slots=True)
class Deputy:
    """One deputy in words. ``running``: today lies in the period."""

    id: UUID
    holder: str
    deputy: str
    role: str
    since: date
    until: date
    running: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class Deputies:
    """What concerns the actor, and for administrators everything in the house. Nothing that is over."""

    for_me: tuple[Deputy, ...]
    by_me: tuple[Deputy, ...]
    others: tuple[Deputy, ...]
    grants: tuple[tuple[UUID, str], ...]
    """Roles for which the actor may name a deputy: key and words."""


def deputies(*, actor: Actor, today: date) -> Deputies:
    """Deputies of today and of later. Raises PermissionRefused."""
    permissions.require(actor, "identity.deputy.view")
    rows = RoleDeputy.objects.filter(until__gte=today).select_related("grant__account", "deputy")
    concerned = Q(deputy_id=actor.account_id) | Q(grant__account_id=actor.account_id)
    if not actor.may("identity.account.list"):
        rows = rows.filter(concerned)
    found = list(rows.order_by("since", "id").fetch_mode(models.FETCH_RAISE))
    own = list(RoleGrant.objects.filter(account_id=actor.account_id).order_by("role", "unit_id", "source"))
    names = units.labels([*(row.grant.unit_id for row in found), *(grant.unit_id for grant in own)])
    words = [(row, _in_words(row, names, actor, today)) for row in found]
    return Deputies(
        for_me=tuple(line for row, line in words if row.deputy_id == actor.account_id),
        by_me=tuple(line for row, line in words if row.grant.account_id == actor.account_id),
        others=tuple(
            line for row, line in words if actor.account_id not in {row.deputy_id, row.grant.account_id}
        ),
        grants=grant_choices(actor=actor, grants=own, names=names),
    )


def _in_words(row: RoleDeputy, names: Mapping[UUID, str], actor: Actor, today: date) -> Deputy:
    return Deputy(
        id=row.pk,
        holder=str(row.grant.account),
        deputy=str(row.deputy),
        role=role_in_words(row.grant, names),
        since=row.since,
        until=row.until,
        running=row.since <= today,
        may_withdraw=actor.may("identity.deputy.withdraw", row),
    )


def role_in_words(grant: RoleGrant, names: Mapping[UUID, str]) -> str:
    """The role, with its unit where it is bound to one."""
    return f"{grant.label} ({names.get(grant.unit_id, '–')})" if grant.unit_id else grant.label


def grants_of(*, actor: Actor, account_id: UUID) -> list[RoleGrant]:
    """The roles of an account for which the actor may name a deputy. Raises NotFound when there are none."""
    rows = RoleGrant.objects.filter(account_id=account_id).select_related("account")
    found = [
        row for row in rows.order_by("role", "unit_id", "source") if actor.may("identity.deputy.name", row)
    ]
    if not found:
        raise NotFound
    return found


def grant_choices(
    *, actor: Actor, grants: Iterable[RoleGrant], names: Mapping[UUID, str] | None = None
) -> tuple[tuple[UUID, str], ...]:
    """Key and words of those among the grants for which the actor may name a deputy, each role once."""
    allowed = [grant for grant in grants if actor.may("identity.deputy.name", grant)]
    known = units.labels(grant.unit_id for grant in allowed) if names is None else names
    once: dict[str, UUID] = {}
    for grant in allowed:
        # A role given by hand and by a sign-in provider is one role; the one given by hand lasts longer.
        once.setdefault(role_in_words(grant, known), grant.pk)
    return tuple((key, words) for words, key in once.items())


def deputy(*, actor: Actor, deputy_id: UUID) -> RoleDeputy:
    """One deputy the actor may withdraw. Raises NotFound."""
    rows = RoleDeputy.objects.select_related("grant__account", "deputy").filter(pk=deputy_id)
    found: RoleDeputy | None = rows.first()
    if found is None or not actor.may("identity.deputy.withdraw", found):
        raise NotFound
    return found


def _colleagues(actor: Actor, today: date) -> QuerySet[Membership]:
    rows = Membership.objects.select_related("account").filter(valid_on(today), account__is_active=True)
    found: QuerySet[Membership] = rows.exclude(account_id=actor.account_id)
    return found


def colleague_pick(*, actor: Actor, text: str, today: date, limit: int = 20) -> list[str]:
    """Labels of the colleagues whose name or address contains ``text``. Raises PermissionRefused."""
    permissions.require(actor, "identity.deputy.name")
    words = text.strip()
    rows = _colleagues(actor, today).filter(member_matches(words))
    return [label(row) for row in rows.order_by("sort_key", "pk")[:limit]]


def label(row: Membership) -> str:
    """A colleague as the suggestions show one: name and address."""
    return f"{row.account.display_name} ({row.account.email})"


def find_colleague(*, actor: Actor, text: str, today: date) -> UUID | None:
    """The account somebody means by the label or the address; None when there is none."""
    address = text.strip().rpartition("(")[2].rstrip(")").strip().lower()
    found = _colleagues(actor, today).filter(account__email=address).first()
    return found.account_id if found else None
