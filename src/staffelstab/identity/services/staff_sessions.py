"""Sessions of the operating staff in organisations: with a reason, until a time, recorded step by step.

They give what an administrator may read. They never change anything (``core.permissions.READING``).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from staffelstab.core import audit, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.days import day_of
from staffelstab.core.errors import DomainError
from staffelstab.core.tenancy.context import TenancyContext, activate, current_organisation
from staffelstab.identity.models import Membership, Organisation, StaffSession
from staffelstab.identity.models.staff import LONGEST
from staffelstab.identity.selectors import staff
from staffelstab.identity.selectors.actors import organisation_id_by_slug, valid_on
from staffelstab.identity.services.networks import UnknownOrganisation

SHORTEST: Final = timedelta(minutes=5)
SHORTEST_REASON: Final = 10
"""Letters: enough that a word like “test” is not a reason."""


class ReasonMissing(DomainError):
    """The reason says nothing."""

    code = "identity.reason_missing"
    template = _("Please say in a few words why you need the access. The organisation reads it.")


class DurationRefused(DomainError):
    """The session would be too short or too long."""

    code = "identity.duration_refused"
    template = _("A session lasts between 5 minutes and 4 hours.")


class OwnOrganisation(DomainError):
    """Somebody asked for a staff session where they belong."""

    code = "identity.own_organisation"
    template = _("You belong to this organisation. Please switch to it with your own roles.")


class SessionRuns(DomainError):
    """The account has a session in the organisation already."""

    code = "identity.session_runs"
    template = _("A session in this organisation is running already.")


class FactorNeeded(DomainError):
    """Operating staff sign in with a second factor, without exception."""

    code = "identity.factor_needed"
    template = _("Please set up a second factor first: without one there is no access to organisations.")


def open_session(*, slug: str, reason: str, duration: timedelta, actor: Actor, now: datetime) -> StaffSession:
    """Open the organisation with this short name to an actor of the operating staff.

    Raises PermissionRefused, UnknownOrganisation, ReasonMissing, DurationRefused, OwnOrganisation, SessionRuns,
    FactorNeeded.
    """
    permissions.require(actor, "identity.staff.open")
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise ReasonMissing
    if not SHORTEST <= duration <= LONGEST:
        raise DurationRefused
    organisation_id = organisation_id_by_slug(slug.strip().lower())
    if organisation_id is None or actor.account_id is None:
        raise UnknownOrganisation(slug=slug)
    with activate(TenancyContext(organisation_id, actor.account_id)):
        _check(actor.account_id, now)
        session: StaffSession = StaffSession.objects.create(
            organisation_id=organisation_id,
            account_id=actor.account_id,
            account_name=actor.display_name[:150],
            organisation_name=Organisation.objects.get(pk=organisation_id).name,
            reason=reason[:300],
            opened_at=now,
            expires_at=now + duration,
        )
        changes = {"until": (None, session.expires_at.isoformat(timespec="minutes"))}
        audit.record(_as_staff(actor), "identity.staffsession.opened", session, at=now, changes=changes)
    return session


def _check(account_id: UUID, now: datetime) -> None:
    if not Authenticator.objects.filter(user_id=account_id).exclude(type="recovery_codes").exists():
        raise FactorNeeded
    # Two clicks at the same moment open one session: the second waits for the first.
    house = Organisation.objects.select_for_update(of=("self",), no_key=True)
    house.get(pk=current_organisation())
    if Membership.objects.filter(account_id=account_id).filter(valid_on(day_of(now))).exists():
        raise OwnOrganisation
    if StaffSession.objects.filter(account_id=account_id, ended_at=None, expires_at__gt=now).exists():
        raise SessionRuns


def _as_staff(actor: Actor) -> Actor:
    """The actor under the name that organisations read in their protocol."""
    return Actor(account_id=actor.account_id, display_name=staff.shown_name(actor.display_name))


@transaction.atomic
def end_session(*, session: StaffSession, actor: Actor, now: datetime) -> StaffSession:
    """End a session before its time: the own one, or any as the organisation's administration.

    Access ends with the next request. One that has ended stays as it is. Raises PermissionRefused.
    """
    own = session.account_id == actor.account_id
    permissions.require(actor, "identity.staff.leave" if own else "identity.staff.end", session)
    with activate(TenancyContext(session.organisation_id, actor.account_id)):
        found: StaffSession = StaffSession.objects.select_for_update().get(pk=session.pk)
        if not found.runs(now):
            return found
        acting = _as_staff(actor) if own and not actor.reads_only else actor
        found.ended_at, found.ended_by = now, acting.display_name[:200]
        found.save(update_fields=["ended_at", "ended_by"])
        audit.record(acting, "identity.staffsession.ended", found, at=now)
    return found


@transaction.atomic
def record_step(*, session: StaffSession, step: str, refused: bool, actor: Actor, now: datetime) -> None:
    """Write into the organisation's protocol what staff opened: method and path, without the query.

    Raises PermissionRefused for anybody else's session.
    """
    permissions.require(actor, "identity.staff.leave", session)
    action = "identity.staffsession.refused" if refused else "identity.staffsession.looked"
    audit.record(actor, action, session, at=now, changes={"step": (None, step)})
