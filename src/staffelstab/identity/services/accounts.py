"""Accounts, memberships and roles of an organisation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from staffelstab.core import audit, editions, outbox, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.days import day_of
from staffelstab.core.errors import DomainError
from staffelstab.core.ids import new_id
from staffelstab.core.sorting import sort_key
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.identity.enums import UNIT_ROLES, Role
from staffelstab.identity.formats.invitees import Invitee
from staffelstab.identity.models import Account, Membership, RoleGrant
from staffelstab.identity.selectors import units
from staffelstab.identity.selectors.actors import valid_on


class RoleNotBindable(DomainError):
    """A role that holds for the whole organisation was bound to a unit."""

    code = "identity.role_not_bindable"
    template = _("This role always holds for the whole organisation.")


class UnknownUnit(DomainError):
    """A role was bound to something that is not a unit of the organisation."""

    code = "identity.unknown_unit"
    template = _("This unit does not exist in your organisation.")


class AlreadyMember(DomainError):
    """The person belongs to the organisation already."""

    code = "identity.already_member"
    template = _("%(name)s already belongs to your organisation.")


class LastAdministrator(DomainError):
    """The change would leave the organisation without an administrator."""

    code = "identity.last_administrator"
    template = _("At least one person must remain administrator.")


@transaction.atomic
def add_member(
    *, email: str, display_name: str, actor: Actor, now: datetime, password: str | None = None
) -> Membership:
    """Make the person with this e-mail a member; creates the account when there is none yet.

    The answer is the same whether the account existed elsewhere or not. Raises PermissionRefused.
    """
    permissions.require(actor, "identity.account.manage")
    address = email.strip().lower()
    return join(
        account_id=account_id_by_email(address) or new_id(),
        email=address,
        display_name=display_name,
        password=password,
        actor=actor,
        now=now,
    )


def account_id_by_email(email: str) -> UUID | None:
    """The account with this address anywhere on the installation; asks a SECURITY DEFINER function."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_account_id(%s)", [email])
        found = cursor.fetchone()[0]
    return UUID(str(found)) if found else None


@transaction.atomic
def join(
    *,
    account_id: UUID,
    email: str,
    display_name: str,
    actor: Actor,
    now: datetime,
    password: str | None = None,
    source: str = "",
) -> Membership:
    """Make an account a member, again where it was one, and create it when it does not exist.

    ``source``: the sign-in provider whose claims say so; empty: by hand. Raises PermissionRefused.
    """
    permissions.require(actor, "identity.account.manage")
    # The membership comes first: the database lets an organisation write only accounts of its own members.
    membership: Membership
    membership, created = Membership.objects.get_or_create(
        organisation_id=current_organisation(),
        account_id=account_id,
        defaults={"since": day_of(now), "source": source},
    )
    if not Account.objects.filter(pk=account_id).exists():
        _create_account(account_id, email, display_name, password)
    if not created and not holds(membership, day_of(now)):
        # Roles of a time that has passed do not come back by themselves.
        RoleGrant.objects.filter(account_id=account_id).delete()
        membership.since = day_of(now)
    if not created:
        # Given by hand it stays when the claims go.
        reopened = membership.until is not None
        membership.source = source if reopened else min(membership.source, source)
        membership.until, membership.closed = None, False
        membership.save(update_fields=["since", "until", "source", "closed"])
    membership.account = Account.objects.get(pk=account_id)
    audit.record(actor, "identity.membership.added", membership, at=now)
    return membership


def holds(membership: Membership, day: date) -> bool:
    """Whether the membership holds on the day."""
    return membership.since <= day and (membership.until is None or membership.until >= day)


def _create_account(key: UUID, email: str, display_name: str, password: str | None) -> Account:
    account = Account(id=key, email=email, display_name=display_name, sort_key=sort_key(display_name))
    account.set_password(password)
    account.save(force_insert=True)
    EmailAddress.objects.create(user=account, email=email, verified=True, primary=True)
    return account


@transaction.atomic
def invite_member(*, email: str, display_name: str, actor: Actor, now: datetime, site: str) -> Membership:
    """Make the person a member and send a mail with the way in; ``site`` is the address of this installation.

    Whether the account existed elsewhere shows in that mail only. Raises PermissionRefused, AlreadyMember.
    """
    permissions.require(actor, "identity.account.manage")
    known = Membership.objects.filter(account__email=email.strip().lower()).filter(valid_on(day_of(now)))
    found = known.select_related("account").first()
    if found is not None:
        raise AlreadyMember(name=str(found.account))
    membership = add_member(email=email, display_name=display_name, actor=actor, now=now)
    outbox.publish("identity.member.invited", {"account": str(membership.account_id), "site": site}, at=now)
    return membership


class AlreadyIn(DomainError):
    """The person has signed in or has a password: there is no open invitation."""

    code = "identity.already_in"
    template = _("%(name)s has been signed in already and needs no invitation.")


@transaction.atomic
def invite_again(*, membership: Membership, actor: Actor, now: datetime, site: str) -> None:
    """Send the mail with the way in once more; whichever link is used first is the last one.

    Raises PermissionRefused, AlreadyIn.
    """
    permissions.require(actor, "identity.account.manage")
    account = membership.account
    if account.last_login is not None or account.has_usable_password() or not holds(membership, day_of(now)):
        raise AlreadyIn(name=str(account))
    audit.record(actor, "identity.membership.invited", membership, at=now)
    outbox.publish("identity.member.invited", {"account": str(membership.account_id), "site": site}, at=now)


@dataclass(frozen=True, slots=True)
class Invited:
    """What became of a list: how many were invited, and the addresses that had access already."""

    invited: int
    known: tuple[str, ...]


@transaction.atomic
def invite_members(*, people: Iterable[Invitee], actor: Actor, now: datetime, site: str) -> Invited:
    """Invite all of a list, or nobody. Raises PermissionRefused."""
    permissions.require(actor, "identity.account.manage")
    invited, known = 0, []
    for person in people:
        try:
            invite_member(email=person.email, display_name=person.name, actor=actor, now=now, site=site)
        except AlreadyMember:
            known.append(person.email)
        else:
            invited += 1
    return Invited(invited, tuple(known))


class EndInThePast(DomainError):
    """The last day of an access lies before today."""

    code = "identity.end_in_the_past"
    template = _("The last day must not lie before today.")


@transaction.atomic
def end_membership(
    *, membership: Membership, actor: Actor, now: datetime, last_day: date | None = None
) -> Membership:
    """End a membership: at once, or after its last day. Access ends with the next request, by the clock.

    No sign-in provider opens it again. Raises PermissionRefused, LastAdministrator, EndInThePast.
    """
    permissions.require(actor, "identity.account.manage")
    if last_day is not None and last_day < day_of(now):
        raise EndInThePast
    # Two administrators who end each other at the same moment must not both succeed.
    _lock_grants()
    _keep_administrator(without=membership.account_id)
    membership.closed = True
    if last_day is None:
        return leave(membership=membership, actor=actor, now=now)
    changes = audit.differences({"until": membership.until}, {"until": last_day})
    membership.until = last_day
    membership.save(update_fields=["until", "closed"])
    audit.record(actor, "identity.membership.limited", membership, at=now, changes=changes)
    return membership


@transaction.atomic
def leave(*, membership: Membership, actor: Actor, now: datetime) -> Membership:
    """End a membership at once with all its roles, also that of the last administrator. Raises PermissionRefused."""
    permissions.require(actor, "identity.account.manage")
    RoleGrant.objects.filter(account_id=membership.account_id).delete()
    yesterday: date = day_of(now) - timedelta(days=1)
    membership.since = min(membership.since, yesterday)
    membership.until = yesterday
    membership.save(update_fields=["since", "until", "closed"])
    audit.record(actor, "identity.membership.ended", membership, at=now)
    return membership


def edition_of(grants: Iterable[RoleGrant]) -> str:
    """A short text that changes with the roles given by hand; a form carries it."""
    return editions.edition(sorted((grant.role, str(grant.unit_id)) for grant in grants if not grant.source))


@transaction.atomic
def set_roles(
    *,
    membership: Membership,
    grants: Iterable[tuple[str, UUID | None]],
    actor: Actor,
    now: datetime,
    seen: str | None = None,
) -> list[RoleGrant]:
    """Replace the roles of a member that were given by hand; those from a sign-in provider stay.

    ``seen``: their :func:`edition_of` when the form was opened. Raises PermissionRefused, RoleNotBindable, UnknownUnit,
    LastAdministrator, and Stale when somebody else has changed them since.
    """
    permissions.require(actor, "identity.account.manage")
    wanted = set(grants)
    for role, unit_id in wanted:
        if unit_id is not None and Role(role) not in UNIT_ROLES:
            raise RoleNotBindable(role=role)
    if units.unknown(unit for _role, unit in wanted):
        raise UnknownUnit
    _lock_grants()
    if (Role.ADMINISTRATOR, None) not in wanted:
        _keep_administrator(without=membership.account_id)
    rows = list(RoleGrant.objects.filter(account_id=membership.account_id, source=""))
    before = {(row.role, row.unit_id): row for row in rows}
    if wanted != set(before):
        editions.compare(edition_of(rows), seen)
    for key, row in before.items():
        if key not in wanted:
            row.delete()
    for role, unit_id in wanted - set(before):
        RoleGrant.objects.create(
            organisation_id=current_organisation(),
            account_id=membership.account_id,
            role=role,
            unit_id=unit_id,
        )
    record_roles(membership=membership, before=before, after=wanted, actor=actor, now=now)
    return list(RoleGrant.objects.filter(account_id=membership.account_id).order_by("role", "unit_id"))


def record_roles(
    *,
    membership: Membership,
    before: Iterable[tuple[str, UUID | None]],
    after: Iterable[tuple[str, UUID | None]],
    actor: Actor,
    now: datetime,
) -> None:
    """Write the change of somebody's roles into the trail, in words."""
    old, new = set(before), set(after)
    labels = units.labels(unit for _role, unit in {*old, *new})
    changes = {"roles": (_names(old, labels), _names(new, labels))}
    audit.record(actor, "identity.roles.changed", membership, at=now, changes=changes)


def _lock_grants() -> None:
    list(RoleGrant.objects.filter(role=Role.ADMINISTRATOR).select_for_update().values_list("pk", flat=True))


def _names(grants: Iterable[tuple[str, UUID | None]], labels: Mapping[UUID, str]) -> list[str]:
    return sorted(role if unit is None else f"{role}@{labels.get(unit, unit)}" for role, unit in grants)


def _keep_administrator(*, without: UUID) -> None:
    lasting = Membership.objects.filter(until=None).exclude(account_id=without).values("account_id")
    others = RoleGrant.objects.filter(role=Role.ADMINISTRATOR, account_id__in=lasting)
    if RoleGrant.objects.filter(role=Role.ADMINISTRATOR, account_id=without).exists() and not others.exists():
        raise LastAdministrator
