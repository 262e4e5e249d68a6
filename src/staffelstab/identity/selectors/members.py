"""The people of an organisation as its administration sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet

from staffelstab.core import permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.core.ui.paging import Page, keyset_page
from staffelstab.identity.enums import Role
from staffelstab.identity.models import Membership, RoleGrant
from staffelstab.identity.selectors import single_sign_on, units
from staffelstab.identity.selectors.actors import roles_of, valid_on
from staffelstab.identity.selectors.matching import member_search

ORDER = ("sort_key", "pk")
STATES = ("active", "ended")


@dataclass(frozen=True, slots=True)
class Member:
    """One person with the roles held in the active organisation, in words.

    ``claimed``: those among them that come from a sign-in provider, with its name. ``invited``: nobody has signed in
    with the account yet, and it has no password.
    """

    account_id: UUID
    name: str
    email: str
    roles: tuple[str, ...]
    since: date
    until: date | None
    active: bool
    claimed: tuple[tuple[str, str], ...] = ()
    invited: bool = False


@dataclass(frozen=True, slots=True)
class MemberPage:
    """One page of members and how many there are under the filters; `more`: that many at least."""

    rows: tuple[Member, ...]
    next: str
    previous: str
    total: int
    more: bool = False


def member_page(*, actor: Actor, today: date, query: Mapping[str, str]) -> MemberPage:
    """Members by name. ``query``: q, role, state (active, ended), after, before. Raises PermissionRefused."""
    permissions.require(actor, "identity.account.list")
    found = _filtered(today, query)
    words = query.get("q", "").strip()
    search = member_search(words) if words else None
    page: Page[Membership] = keyset_page(found, order=ORDER, query=query, counted=True, search=search)
    grants = roles_of(row.account_id for row in page.rows)
    names = units.labels(grant.unit_id for held in grants.values() for grant in held)
    rows = tuple(_member(row, grants.get(row.account_id, []), names, today) for row in page.rows)
    return MemberPage(rows, page.next, page.previous, page.count.number, page.count.more)


def _filtered(today: date, query: Mapping[str, str]) -> QuerySet[Membership]:
    rows = Membership.objects.select_related("account").fetch_mode(models.FETCH_RAISE)
    ended = query.get("state") == "ended"
    rows = rows.exclude(valid_on(today)) if ended else rows.filter(valid_on(today))
    role = query.get("role", "")
    held = RoleGrant.objects.filter(account_id=OuterRef("account_id"))
    if role == Role.EMPLOYEE:
        # Whoever belongs to the organisation without any role is an employee of it.
        rows = rows.filter(Exists(held.filter(role=role)) | ~Exists(held))
    elif role in Role.values:
        rows = rows.filter(Exists(held.filter(role=role)))
    return rows


def _member(row: Membership, grants: list[RoleGrant], names: Mapping[UUID, str], today: date) -> Member:
    active = row.since <= today and (row.until is None or row.until >= today)
    words = tuple(dict.fromkeys(_in_words(grant, names) for grant in grants)) if active else ()
    return Member(
        account_id=row.account_id,
        name=str(row.account),
        email=row.account.email,
        roles=words or ((str(Role.EMPLOYEE.label),) if active else ()),
        since=row.since,
        until=row.until,
        active=active,
        claimed=tuple((_in_words(grant, names), _provider(grant.source)) for grant in grants if grant.source),
        invited=active and row.account.last_login is None and not row.account.has_usable_password(),
    )


def _provider(source: str) -> str:
    """The name of a sign-in provider; its id where it is no longer there."""
    return next((each.name for each in single_sign_on.providers() if each.id == source), source)


def _in_words(grant: RoleGrant, names: Mapping[UUID, str]) -> str:
    return f"{grant.label} ({names.get(grant.unit_id, '–')})" if grant.unit_id else grant.label


def membership(*, actor: Actor, account_id: UUID) -> Membership:
    """The membership of an account in the actor's organisation, the account with it. Raises NotFound."""
    permissions.require(actor, "identity.account.list")
    rows = Membership.objects.select_related("account").filter(account_id=account_id)
    found: Membership | None = rows.first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class MemberDetail:
    """A person with the grants as they are stored."""

    membership: Membership
    member: Member
    grants: tuple[RoleGrant, ...]


def member_detail(*, actor: Actor, account_id: UUID, today: date) -> MemberDetail:
    """One person of the actor's organisation. Raises NotFound."""
    found = membership(actor=actor, account_id=account_id)
    grants = roles_of([account_id]).get(account_id, [])
    names = units.labels(grant.unit_id for grant in grants)
    return MemberDetail(found, _member(found, grants, names, today), tuple(grants))
