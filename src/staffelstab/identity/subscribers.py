"""News this module reacts to."""

from __future__ import annotations

from uuid import UUID

from staffelstab.core.outbox import Event
from staffelstab.identity.services.invitations import send_invitation


def on_member_invited(event: Event) -> None:
    """Send the invitation."""
    send_invitation(account_id=UUID(str(event.payload["account"])), site=str(event.payload["site"]))
