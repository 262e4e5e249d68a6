"""What the foresight module does when something happens elsewhere."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from staffelstab.core.actors import system_actor
from staffelstab.core.outbox import Event
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.foresight.services.records import record_quarter
from staffelstab.identity.selectors.actors import all_organisation_ids


def on_import_applied(event: Event) -> None:
    """Record the head figures of the register that was just imported."""
    actor = system_actor(organisation_id=event.organisation_id, reason="workforce.import.applied")
    record_quarter(actor=actor, today=timezone.localdate(), now=timezone.now())


def on_new_day(*, now: datetime) -> None:
    """Record the head figures of every organisation, one transaction each. Safe to repeat."""
    for organisation_id in all_organisation_ids():
        actor = system_actor(organisation_id=organisation_id, reason="quarter")
        with activate(TenancyContext(organisation_id=organisation_id)):
            record_quarter(actor=actor, today=timezone.localdate(now), now=now)
