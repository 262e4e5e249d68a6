"""News this module reacts to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from staffelstab.core import daily
from staffelstab.core.actors import system_actor
from staffelstab.core.outbox import Event
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.selectors.actors import all_organisation_ids
from staffelstab.identity.services import retention, sessions
from staffelstab.identity.services.invitations import send_invitation
from staffelstab.identity.services.particulars import send_address_notice
from staffelstab.identity.services.security import send_reset_notice


def on_member_invited(event: Event) -> None:
    """Send the invitation."""
    send_invitation(account_id=UUID(str(event.payload["account"])), site=str(event.payload["site"]))


def on_factors_reset(event: Event) -> None:
    """Tell the person that the second factors are gone."""
    send_reset_notice(account_id=UUID(str(event.payload["account"])))


def on_address_changed(event: Event) -> None:
    """Tell the old address."""
    send_address_notice(account_id=UUID(str(event.payload["account"])), sealed=str(event.payload["sealed"]))


def on_new_day(*, now: datetime) -> None:
    """Have deleted what is due in every organisation, and take outlived sessions out of the list. Safe to repeat."""
    daily.hand_out("staffelstab.identity.subscribers.on_new_day_in", all_organisation_ids(), now=now)
    with activate(TenancyContext()):
        sessions.end_outlived(now=now)


def on_new_day_in(*, organisation_id: UUID, now: datetime) -> None:
    """Delete what is due in the organisation, whose tenancy is active. Safe to repeat."""
    actor = system_actor(organisation_id=organisation_id, reason="retention")
    retention.forget(actor=actor, today=timezone.localdate(now), now=now)
