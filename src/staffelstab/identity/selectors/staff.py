"""Sessions of the operating staff: which one runs, what the organisation and the staff see of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from staffelstab.core import permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.core.ui.paging import keyset_page
from staffelstab.identity.models import NetworkMembership, Operator, Organisation, StaffSession


@dataclass(frozen=True, slots=True)
class StaffSeat:
    """A running session with the organisation it opens."""

    session: StaffSession
    organisation: Organisation
    network_ids: tuple[UUID, ...]


def is_operator(account_id: UUID) -> bool:
    """Whether the account belongs to the operating staff."""
    with activate(TenancyContext(account_id=account_id)):
        return Operator.objects.filter(account_id=account_id).exists()


def running_seat(*, account_id: UUID, organisation_id: UUID, now: datetime) -> StaffSeat | None:
    """The session that gives the account access to the organisation at this moment.

    It ends with its time, by hand, and with the appointment of the account.
    """
    with activate(TenancyContext(organisation_id, account_id)):
        session: StaffSession | None = StaffSession.objects.filter(
            account_id=account_id, ended_at=None, opened_at__lte=now, expires_at__gt=now
        ).first()
        if session is None or not Operator.objects.filter(account_id=account_id).exists():
            return None
        organisation = Organisation.objects.get(pk=organisation_id)
        networks = NetworkMembership.objects.filter(organisation_id=organisation_id).order_by("network_id")
        return StaffSeat(session, organisation, tuple(networks.values_list("network_id", flat=True)))


def shown_name(account_name: str) -> str:
    """The name under which staff appear in an organisation's records: in the records' language."""
    with override(settings.LANGUAGE_CODE):
        return _("Operating staff: %(name)s") % {"name": account_name}


ORDER = ("-opened_at", "-pk")


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as the organisation sees it. ``who`` and ``ended_by`` are empty for readers without names."""

    id: UUID
    reason: str
    who: str
    opened_at: datetime
    until: datetime
    running: bool
    ended: bool
    ended_by: str


@dataclass(frozen=True, slots=True)
class SessionPage:
    """One page of sessions, latest first."""

    rows: tuple[SessionRow, ...]
    next: str
    previous: str
    with_names: bool


def session_page(*, actor: Actor, now: datetime, query: Mapping[str, str]) -> SessionPage:
    """All sessions of the operating staff in the actor's organisation. Raises PermissionRefused."""
    permissions.require(actor, "identity.staff.list")
    names = permissions.allowed(actor, "identity.audit.names")
    page = keyset_page(StaffSession.objects.all(), order=ORDER, query=query)
    rows = tuple(_row(session, now, names=names) for session in page.rows)
    return SessionPage(rows, page.next, page.previous, names)


def running_sessions(*, actor: Actor, now: datetime) -> list[SessionRow]:
    """Those that give access at this moment. Raises PermissionRefused."""
    permissions.require(actor, "identity.staff.list")
    names = permissions.allowed(actor, "identity.audit.names")
    rows = StaffSession.objects.filter(ended_at=None, expires_at__gt=now).order_by(*ORDER)
    return [_row(session, now, names=names) for session in rows]


def _row(session: StaffSession, now: datetime, *, names: bool) -> SessionRow:
    return SessionRow(
        id=session.pk,
        reason=session.reason,
        who=session.account_name if names else "",
        opened_at=session.opened_at,
        until=session.until,
        running=session.runs(now),
        ended=session.ended_at is not None,
        ended_by=session.ended_by if names else "",
    )


OWN_SHOWN = 20


def own_sessions(*, actor: Actor) -> list[StaffSession]:
    """The actor's own sessions in all organisations, latest first. Raises PermissionRefused."""
    permissions.require(actor, "identity.staff.open")
    rows = StaffSession.visible.filter(account_id=actor.account_id).order_by(*ORDER)
    return list(rows[:OWN_SHOWN])


def session(*, actor: Actor, session_id: UUID) -> StaffSession:
    """A session of the actor's organisation, or the actor's own. Raises NotFound."""
    found: StaffSession | None = StaffSession.visible.filter(pk=session_id).first()
    if found is None or not (
        found.account_id == actor.account_id or permissions.allowed(actor, "identity.staff.end", found)
    ):
        raise NotFound
    return found


def open_houses(*, actor: Actor, now: datetime) -> frozenset[str]:
    """The keys of organisations in which a session of the actor runs, for switching to them."""
    if not actor.operator:
        return frozenset()
    rows = StaffSession.visible.filter(account_id=actor.account_id, ended_at=None, expires_at__gt=now)
    return frozenset(str(key) for key in rows.values_list("organisation_id", flat=True))
