"""From a request to an actor: who is signed in, where, in which roles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from staffelstab.core.actors import ANONYMOUS, STAFF, Actor, Grant
from staffelstab.core.tenancy.context import TenancyContext, activate, assume, assumed
from staffelstab.identity.enums import Role
from staffelstab.identity.models import (
    Account,
    Membership,
    NetworkMembership,
    Organisation,
    RoleGrant,
    StaffSession,
)
from staffelstab.identity.selectors import single_sign_on, staff

ORGANISATION_KEY = "staffelstab_organisation"


@dataclass(frozen=True, slots=True)
class House:
    """What the page frame shows of an organisation."""

    name: str
    short_name: str
    colour: str
    slug: str
    seats: int = 1
    """How many organisations the account can switch between: the menu asks for their names only above one."""
    second_factor_missing: bool = False
    """The organisation demands a second factor of one of the actor's roles, and the account has none."""
    staff: StaffSession | None = None
    """The session of the operating staff in which the organisation is seen."""


@dataclass(frozen=True, slots=True)
class Seat:
    """An organisation an account belongs to, for the switcher."""

    organisation_id: UUID
    name: str
    slug: str
    active: bool


def resolve(request: HttpRequest) -> tuple[TenancyContext, Actor, House | None]:
    """Tenancy, actor and house of a request. The session only proposes the organisation; the roles decide."""
    account, today = request.user, timezone.localdate(request.now)  # type: ignore[attr-defined]  # noqa: TID251 - the request's clock
    if not isinstance(account, Account):
        return TenancyContext(), ANONYMOUS, None
    closed = single_sign_on.closed_to(request)
    proposed = _proposed(request)
    actor, house = _seat_at(account, proposed, today) if proposed else (None, None)
    if house is not None and house.slug in closed:
        actor, house = None, None
    if actor is None and proposed:
        actor, house = _staff_at(account, proposed, request.now)  # type: ignore[attr-defined]
    if actor is None:
        first = _first_seat(account, today, closed)
        actor, house = _seat_at(account, first, today) if first else (None, None)
        if proposed or first:
            request.session[ORGANISATION_KEY] = str(first or "")
    if actor is None:
        operator = staff.is_operator(account.pk)
        homeless = Actor(account_id=account.pk, display_name=account.display_name, operator=operator)
        return TenancyContext(account_id=account.pk), homeless, None
    if house is not None and house.second_factor_missing and single_sign_on.second_factor_asked(request):
        house = replace(house, second_factor_missing=False)
    return TenancyContext(actor.organisation_id, account.pk, actor.network_ids), actor, house


def _proposed(request: HttpRequest) -> UUID | None:
    value = request.session.get(ORGANISATION_KEY, "")
    return UUID(value) if value else None


def _first_seat(account: Account, today: date, closed: frozenset[str]) -> UUID | None:
    with activate(TenancyContext(account_id=account.pk)):
        seats = Membership.visible.filter(account_id=account.pk).filter(valid_on(today))
        if closed:
            seats = seats.exclude(organisation__slug__in=closed)
        return (
            seats.order_by("organisation__name", "organisation_id")
            .values_list("organisation_id", flat=True)
            .first()
        )


_SEAT = """
SELECT o.name, o.short_name, o.colour, o.slug,
       EXISTS (SELECT 1 FROM identity_operator p WHERE p.account_id = m.account_id),
       CASE WHEN o.second_factor_roles <> '{}' AND NOT EXISTS (
           SELECT 1 FROM mfa_authenticator f WHERE f.user_id = m.account_id AND f.type IN ('totp', 'webauthn')
       ) THEN o.second_factor_roles ELSE '{}' END,
       g.role, g.unit_id, g.holder,
       ARRAY(SELECT n.network_id FROM identity_networkmembership n WHERE n.organisation_id = o.id ORDER BY 1),
       set_config('staffelstab.networks',
                  coalesce((SELECT string_agg(n.network_id::text, ',' ORDER BY n.network_id)
                            FROM identity_networkmembership n WHERE n.organisation_id = o.id), ''), true),
       (SELECT count(*) FROM identity_membership s
        WHERE s.account_id = m.account_id AND s.since <= %s AND (s.until IS NULL OR s.until >= %s))
FROM identity_membership m
JOIN identity_organisation o ON o.id = m.organisation_id
LEFT JOIN LATERAL (
    SELECT own.role, own.unit_id, '' AS holder FROM identity_rolegrant own
    WHERE own.organisation_id = m.organisation_id AND own.account_id = m.account_id
    UNION
    SELECT held.role, held.unit_id, a.display_name FROM identity_roledeputy d
    JOIN identity_rolegrant held ON held.organisation_id = d.organisation_id AND held.id = d.grant_id
    JOIN identity_membership h ON h.organisation_id = d.organisation_id AND h.account_id = held.account_id
    JOIN identity_account a ON a.id = held.account_id
    WHERE d.organisation_id = m.organisation_id AND d.deputy_id = m.account_id
      AND %s BETWEEN d.since AND d.until AND h.since <= %s AND (h.until IS NULL OR h.until >= %s)
) g ON true
WHERE m.account_id = %s AND m.organisation_id = %s AND m.since <= %s AND (m.until IS NULL OR m.until >= %s)
"""


def _seat_at(account: Account, organisation_id: UUID, today: date) -> tuple[Actor, House] | tuple[None, None]:
    """The actor of an account in an organisation; nothing when the membership does not hold today.

    Two statements: they run in every request. They leave the transaction in the actor's context, networks
    included, and the caller holds it.
    """
    assume(TenancyContext(organisation_id, account.pk))
    with connection.cursor() as cursor:
        cursor.execute(_SEAT, [today, today, today, today, today, account.pk, organisation_id, today, today])
        rows = cursor.fetchall()
    if not rows:
        return None, None
    name, short_name, colour, slug, operator, needing, _role, _unit, _holder, networks, _set, count = rows[0]
    assumed(TenancyContext(organisation_id, account.pk, tuple(networks)))
    grants = tuple(
        Grant(role, unit, holder) for *_, role, unit, holder, _networks, _set, _count in rows if role
    )
    actor = Actor(
        account_id=account.pk,
        organisation_id=organisation_id,
        display_name=account.display_name,
        organisation_name=name,
        # Whoever belongs to the house is at least an employee of it.
        grants=grants if any(not grant.holder for grant in grants) else (Grant("employee"), *grants),
        network_ids=tuple(networks),
        operator=operator,
    )
    missing = not actor.roles.isdisjoint(needing)
    return actor, House(name, short_name or name, colour, slug, count, missing)


def _staff_at(
    account: Account, organisation_id: UUID, now: datetime
) -> tuple[Actor, House] | tuple[None, None]:
    """The actor of a session of the operating staff that runs at this moment; nothing without one."""
    found = staff.running_seat(account_id=account.pk, organisation_id=organisation_id, now=now)
    if found is None:
        return None, None
    assume(TenancyContext(organisation_id, account.pk, found.network_ids))
    house = found.organisation
    actor = Actor(
        account_id=account.pk,
        organisation_id=organisation_id,
        display_name=staff.shown_name(account.display_name),
        organisation_name=house.name,
        grants=(Grant(Role.ADMINISTRATOR), Grant(STAFF)),
        network_ids=found.network_ids,
    )
    return actor, House(
        house.name, house.short_name or house.name, house.colour, house.slug, staff=found.session
    )


def valid_on(day: date) -> Q:
    """Condition of memberships that hold on the day."""
    return Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gte=day))


def seats(*, actor: Actor, today: date) -> list[Seat]:
    """The organisations the actor can switch to, by name."""
    rows = (
        Membership.visible.filter(account_id=actor.account_id)
        .filter(valid_on(today))
        .order_by("organisation__name", "organisation_id")
        .values_list("organisation_id", "organisation__name", "organisation__slug")
    )
    return [Seat(key, name, slug, key == actor.organisation_id) for key, name, slug in rows]


def has_seat(*, account: Account, today: date, closed: frozenset[str] = frozenset()) -> bool:
    """Whether the account can enter any organisation today. For the moment after signing in, before a context."""
    return _first_seat(account, today, closed) is not None


def organisation_id_by_slug(slug: str) -> UUID | None:
    """The key of an organisation, for commands and the login page; asks a SECURITY DEFINER function."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_organisation_id(%s)", [slug])
        found = cursor.fetchone()[0]
    return found if found is None else UUID(str(found))


def all_organisation_ids() -> list[UUID]:
    """The keys of all organisations, for jobs that run for each of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_organisation_ids()")
        return [UUID(str(row[0])) for row in cursor.fetchall()]


def roles_of(account_ids: Iterable[UUID]) -> dict[UUID, list[RoleGrant]]:
    """The grants of the accounts in the active organisation."""
    found: dict[UUID, list[RoleGrant]] = {}
    for grant in RoleGrant.objects.filter(account_id__in=list(account_ids)).order_by("role", "unit_id"):
        found.setdefault(grant.account_id, []).append(grant)
    return found


def current_organisation(*, actor: Actor) -> Organisation:
    """The actor's organisation."""
    return Organisation.objects.get(id=str(actor.organisation_id))


def network_ids(organisation_id: UUID) -> tuple[UUID, ...]:
    """The networks of the active organisation."""
    return tuple(
        NetworkMembership.objects.filter(organisation_id=organisation_id).values_list("network_id", flat=True)
    )
