"""What the foresight module does when something happens elsewhere."""

from __future__ import annotations

from django.utils import timezone

from staffelstab.core.actors import system_actor
from staffelstab.core.outbox import Event
from staffelstab.foresight.services.records import record_quarter


def on_import_applied(event: Event) -> None:
    """Record the head figures of the register that was just imported."""
    actor = system_actor(organisation_id=event.organisation_id, reason="workforce.import.applied")
    record_quarter(actor=actor, today=timezone.localdate(), now=timezone.now())
