"""Letting people in who come through a sign-in provider: their account, their memberships, the roles of their claims.

Everything the claims give is marked with the provider's id (``source``) and withdrawn when a later sign-in no longer
brings it. What was given by hand stays.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db import connection
from django.utils.translation import gettext_lazy as _

from staffelstab.core.actors import Actor, system_actor
from staffelstab.core.days import day_of
from staffelstab.core.errors import DomainError
from staffelstab.core.ids import new_id
from staffelstab.core.tenancy.context import TenancyContext, activate, current_organisation
from staffelstab.identity.domain import single_sign_on as rules
from staffelstab.identity.domain.single_sign_on import Provider
from staffelstab.identity.models import Account, Membership, RoleGrant
from staffelstab.identity.selectors import units
from staffelstab.identity.selectors.actors import organisation_id_by_slug
from staffelstab.identity.services import accounts, particulars

logger = logging.getLogger("staffelstab.single_sign_on")


class NotAdmitted(DomainError):
    """Nothing in the claims admits to an organisation of the provider, and nobody gave access by hand."""

    code = "identity.not_admitted"
    status = 403
    template = _(
        "%(provider)s has confirmed who you are, but you have no access to an organisation here. Please ask the "
        "administration of your organisation."
    )


class AddressNotTrusted(DomainError):
    """The provider names no verified e-mail address of a domain it speaks for."""

    code = "identity.address_not_trusted"
    status = 403
    template = _(
        "%(provider)s names no e-mail address that it may speak for here. Please ask the administration of your "
        "organisation."
    )


class AddressTaken(DomainError):
    """The account with this address belongs to another person of the provider: addresses are given out again."""

    code = "identity.address_taken"
    status = 403
    template = _(
        "Your e-mail address already belongs to somebody else who signs in through %(provider)s. Please ask the "
        "administration of your organisation."
    )


class AccessEnded(DomainError):
    """The administration ended the access by hand; claims do not open it again."""

    code = "identity.access_ended"
    status = 403
    template = _("Your access has been ended by the administration of your organisation.")


@dataclass(frozen=True, slots=True)
class Person:
    """Who comes in through a provider; address and name are empty where it says none.

    ``known``: the account is linked to the provider's person already.
    """

    provider: Provider
    account_id: UUID
    email: str
    name: str
    known: bool


def admit(
    *, provider: Provider, subject: str, claims: Mapping[str, object], account_id: UUID | None, now: datetime
) -> UUID:
    """Settle what the claims give and return the account that comes in.

    ``account_id`` is the account linked to ``subject`` so far, if any; otherwise one is found by its e-mail address or
    made, without a password. What has to be withdrawn is withdrawn also where nobody comes in. Runs before anybody is
    signed in, as the system. Raises NotAdmitted, AddressNotTrusted, AddressTaken, AccessEnded.
    """
    _one_at_a_time(provider, subject)
    entitled = {each.organisation: each.grants for each in rules.entitlements(provider, claims)}
    key, email = account_id, rules.email_of(provider, claims)
    if key is None:
        if not email:
            raise AddressNotTrusted(provider=provider.name)
        key = accounts.account_id_by_email(email)
        _not_somebody_elses(provider, subject, key)
    if key is None and not entitled:
        raise NotAdmitted(provider=provider.name)
    key = key or new_id()
    person = Person(provider, key, email, rules.name_of(claims), known=account_id is not None)
    inside, closed = False, False
    for slug in provider.organisations:
        organisation_id = organisation_id_by_slug(slug)
        if organisation_id is None:
            logger.error("provider %s names the organisation %s, which does not exist", provider.id, slug)
            continue
        with activate(TenancyContext(organisation_id)):
            actor = system_actor(organisation_id=organisation_id, reason=provider.name)
            found = _settle(person, entitled.get(slug), actor, now)
            inside |= found is not None and accounts.holds(found, day_of(now))
            closed |= found is not None and found.closed
    if not inside:
        _refuse(provider, closed=closed)
    with activate(TenancyContext()):
        SocialAccount.objects.get_or_create(provider=provider.id, uid=subject, defaults={"user_id": key})
    return key


def _one_at_a_time(provider: Provider, subject: str) -> None:
    # Two tabs that come back at the same moment must not both make the account.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{provider.id} {subject}"])


def _not_somebody_elses(provider: Provider, subject: str, account_id: UUID | None) -> None:
    with activate(TenancyContext()):
        linked = SocialAccount.objects.filter(provider=provider.id, user_id=account_id)
        if account_id is not None and linked.exclude(uid=subject).exists():
            raise AddressTaken(provider=provider.name)


def _refuse(provider: Provider, *, closed: bool) -> NoReturn:
    if closed:
        raise AccessEnded
    raise NotAdmitted(provider=provider.name)


def _settle(
    person: Person, grants: Iterable[tuple[str, str]] | None, actor: Actor, now: datetime
) -> Membership | None:
    """Make one organisation say what the claims say; ``grants`` None: they do not admit to it."""
    provider = person.provider
    found: Membership | None = Membership.objects.filter(account_id=person.account_id).first()
    if grants is not None and (found is None or _may_reopen(found, provider, now)):
        found = accounts.join(
            account_id=person.account_id,
            email=person.email,
            display_name=person.name or person.email,
            source=provider.id,
            actor=actor,
            now=now,
        )
    elif (
        grants is None
        and found is not None
        and found.source == provider.id
        and accounts.holds(found, day_of(now))
    ):
        accounts.leave(membership=found, actor=actor, now=now)
    if found is not None:
        inside = accounts.holds(found, day_of(now))
        _sync_grants(provider, found, grants if grants and inside else (), actor, now)
        if inside and person.known:
            _follow(person, found, actor, now)
    return found


def _follow(person: Person, membership: Membership, actor: Actor, now: datetime) -> None:
    """Names and addresses change; the provider says so for the addresses it speaks for."""
    account = Account.objects.get(pk=person.account_id)
    if account.email.rpartition("@")[2] in person.provider.email_domains:
        to = (person.name or account.display_name, person.email or account.email)
        particulars.follow(membership=membership, to=to, actor=actor, now=now)


def _may_reopen(membership: Membership, provider: Provider, now: datetime) -> bool:
    ended = not accounts.holds(membership, day_of(now))
    return ended and membership.source == provider.id and not membership.closed


def _sync_grants(
    provider: Provider, membership: Membership, grants: Iterable[tuple[str, str]], actor: Actor, now: datetime
) -> None:
    named = set(grants)
    ids = units.ids_by_code(code for _role, code in named)
    unknown = {code for _role, code in named if code and code not in ids}
    if unknown:
        logger.warning("provider %s names %s units that do not exist", provider.id, len(unknown))
    wanted = {(role, ids.get(code)) for role, code in named if code not in unknown}
    rows = {
        (row.role, row.unit_id): row
        for row in RoleGrant.objects.filter(account_id=membership.account_id, source=provider.id)
    }
    if set(rows) == wanted:
        return
    for each in set(rows) - wanted:
        rows[each].delete()
    for role, unit_id in wanted - set(rows):
        RoleGrant.objects.create(
            organisation_id=current_organisation(),
            account_id=membership.account_id,
            role=role,
            unit_id=unit_id,
            source=provider.id,
        )
    accounts.record_roles(membership=membership, before=rows, after=wanted, actor=actor, now=now)


def end_sessions(*, provider: Provider, subject: str, session_id: str) -> int:
    """End the sessions that came in through the provider: of one of its sessions, else all of the subject.

    Before anybody is known, at the provider's own request. Returns how many.
    """
    with activate(TenancyContext()):
        found = UserSession.objects.filter(data__provider=provider.id)
        if session_id:
            found = found.filter(data__sid=session_id)
        if subject:
            found = found.filter(data__sub=subject)
        sessions = list(found)
        for session in sessions:
            session.end()
    logger.info("provider %s ended %s sessions", provider.id, len(sessions))
    return len(sessions)
