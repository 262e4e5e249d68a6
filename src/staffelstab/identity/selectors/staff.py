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
