"""What the foresight module does when something happens elsewhere."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from staffelstab.core import daily, leftovers
from staffelstab.core.actors import system_actor
from staffelstab.core.outbox import Event
from staffelstab.foresight.models import Report
from staffelstab.foresight.services.records import record_quarter
from staffelstab.identity.selectors.actors import all_organisation_ids


def on_import_applied(event: Event) -> None:
    """Record the head figures of the register that was just imported."""
    actor = system_actor(organisation_id=event.organisation_id, reason="workforce.import.applied")
    record_quarter(actor=actor, today=timezone.localdate(), now=timezone.now())


def on_new_day(*, now: datetime) -> None:
    """Have the head figures of every organisation recorded. Safe to repeat."""
    daily.hand_out("staffelstab.foresight.subscribers.on_new_day_in", all_organisation_ids(), now=now)


def on_new_day_in(*, organisation_id: UUID, now: datetime) -> None:
    """Record the head figures of the organisation, whose tenancy is active. Safe to repeat."""
    actor = system_actor(organisation_id=organisation_id, reason="quarter")
    record_quarter(actor=actor, today=timezone.localdate(now), now=now)


def forget_leftovers(*, now: datetime) -> None:
    """Remove files of reports that no report names any more, in every organisation. Safe to repeat."""
    daily.hand_out("staffelstab.foresight.subscribers.forget_leftovers_in", all_organisation_ids(), now=now)


def forget_leftovers_in(*, organisation_id: UUID, now: datetime) -> None:
    """Remove files of reports that no report names any more, of the organisation whose tenancy is active."""
    names = Report.objects.exclude(stored_as="").values_list("stored_as", flat=True)
    leftovers.sweep(f"reports/{organisation_id}", known=names, now=now)
