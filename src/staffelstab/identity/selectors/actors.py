"""From a request to an actor: who is signed in, where, in which roles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
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
from staffelstab.identity.models.organisations import LOWEST_THRESHOLD
from staffelstab.identity.selectors import opening, single_sign_on, staff

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
    logo: str = ""
    """Digest of the logo; empty without one."""
    group_threshold: int = LOWEST_THRESHOLD
    """The smallest group a figure about people may rest on. Here, because it decides what kept pages show."""

    @property
    def logo_url(self) -> str:
        """Address of the logo; empty without one."""
        return reverse("identity:logo_show", args=[self.logo]) if self.logo else ""

    @property
    def notice(self) -> str:
        """Template of a banner above every page; empty for none."""
        return "identity/staff/banner.html" if self.staff else ""


@dataclass(frozen=True, slots=True)
class Seat:
    """An organisation an account belongs to, for the switcher."""

    organisation_id: UUID
    name: str
    slug: str
    active: bool


def resolve(request: HttpRequest) -> tuple[TenancyContext, Actor, House | None]:
    """Tenancy, actor and house of a request. The session only proposes the organisation; the roles decide."""
    today = timezone.localdate(request.now)  # type: ignore[attr-defined]  # noqa: TID251 - the request's clock
    proposed = _proposed(request)
    opened = opening.enter_session(request.session, proposed, today) if proposed else None
    if opened is not None:
        request.user = opened.account
        request.revisions = opened.revisions  # type: ignore[attr-defined]
    account = request.user
    if not isinstance(account, Account):
        return TenancyContext(), ANONYMOUS, None
    closed = single_sign_on.closed_to(request)
    actor, house = None, None
    if proposed:
        actor, house = _seat(opened, proposed) if opened else _seat_at(account, proposed, today)
    if house is not None and house.slug in closed:
        actor, house = None, None
    if actor is None and proposed:
        actor, house = _staff_at(account, proposed, request.now)  # type: ignore[attr-defined]
    if actor is None:
        first = _first_seat(account, today, closed)
        actor, house = _seat_at(account, first, today) if first else (None, None)
        # Whoever has lost the seat acts in another from here on; what is being sent was not meant for that one.
        request.seat_lost = proposed is not None  # type: ignore[attr-defined]
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


def _seat_at(account: Account, organisation_id: UUID, today: date) -> tuple[Actor, House] | tuple[None, None]:
    """The actor of an account in an organisation; nothing when the membership does not hold today.

    One statement. It leaves the transaction in the actor's context, networks included, and the caller holds it.
    """
    found = opening.enter(account.pk, organisation_id, today)
    return (None, None) if found is None else _seat(found, organisation_id)


def _seat(found: opening.Opening, organisation_id: UUID) -> tuple[Actor, House]:
    assumed(TenancyContext(organisation_id, found.account.pk, found.networks))
    grants = tuple(Grant(role, unit, holder) for role, unit, holder in found.grants)
    actor = Actor(
        account_id=found.account.pk,
        organisation_id=organisation_id,
        display_name=found.account.display_name,
        organisation_name=found.name,
        # Whoever belongs to the house is at least an employee of it.
        grants=grants if any(not grant.holder for grant in grants) else (Grant("employee"), *grants),
        network_ids=found.networks,
        operator=found.operator,
    )
    missing = not actor.roles.isdisjoint(found.second_factor_roles)
    house = House(
        found.name,
        found.short_name or found.name,
        found.colour,
        found.slug,
        found.seats,
        missing,
        logo=found.logo,
        group_threshold=found.group_threshold,
    )
    return actor, house


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
        house.name,
        house.short_name or house.name,
        house.colour,
        house.slug,
        staff=found.session,
        logo=house.logo_digest,
        group_threshold=house.group_threshold,
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
