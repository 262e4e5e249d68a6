"""Background work of imports: the news of an upload, a confirmation or a wish to undo becomes a job of its own.

The subscribers only enqueue: delivery runs inside one transaction, while an import needs several.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.tasks import task
from django.utils import timezone

from staffelstab.core import daily, leftovers
from staffelstab.core.actors import system_actor
from staffelstab.core.outbox import Event
from staffelstab.identity.selectors.actors import all_organisation_ids
from staffelstab.workforce.models import Import
from staffelstab.workforce.services import leavers
from staffelstab.workforce.services.imports import reversal, runs


@task()
def check_import(organisation_id: str, import_id: str) -> None:
    """Examine an uploaded file."""
    runs.check(organisation_id=UUID(organisation_id), import_id=UUID(import_id), now=timezone.now())


@task()
def apply_import(organisation_id: str, import_id: str) -> None:
    """Apply a confirmed import."""
    runs.apply(organisation_id=UUID(organisation_id), import_id=UUID(import_id), now=timezone.now())


@task()
def undo_import(organisation_id: str, import_id: str) -> None:
    """Undo an import."""
    reversal.reverse(organisation_id=UUID(organisation_id), import_id=UUID(import_id), now=timezone.now())


def on_applied(event: Event) -> None:
    """An import was applied: whoever has left by it loses the access."""
    actor = system_actor(organisation_id=event.organisation_id, reason="import")
    leavers.end_all_access(actor=actor, now=timezone.now())


def on_new_day(*, now: datetime) -> None:
    """Whoever has left by today loses the access, in every organisation. Safe to repeat."""
    daily.hand_out("staffelstab.workforce.jobs.on_new_day_in", all_organisation_ids(), now=now)


def on_new_day_in(*, organisation_id: UUID, now: datetime) -> None:
    """Whoever has left by today loses the access in the organisation, whose tenancy is active. Safe to repeat."""
    actor = system_actor(organisation_id=organisation_id, reason="new day")
    leavers.end_all_access(actor=actor, now=now)


def forget_leftovers(*, now: datetime) -> None:
    """Remove uploaded files that no import names any more, in every organisation. Safe to repeat."""
    daily.hand_out("staffelstab.workforce.jobs.forget_leftovers_in", all_organisation_ids(), now=now)


def forget_leftovers_in(*, organisation_id: UUID, now: datetime) -> None:
    """Remove uploaded files that no import names any more, of the organisation whose tenancy is active."""
    names = Import.objects.exclude(stored_as="").values_list("stored_as", flat=True)
    leftovers.sweep(f"imports/{organisation_id}", known=names, now=now)


def on_uploaded(event: Event) -> None:
    """A file was uploaded: have it examined."""
    check_import.enqueue(str(event.organisation_id), str(event.payload["import_id"]))


def on_confirmed(event: Event) -> None:
    """An import was confirmed: have it applied."""
    apply_import.enqueue(str(event.organisation_id), str(event.payload["import_id"]))


def on_undo_requested(event: Event) -> None:
    """An import is to be undone: do it."""
    undo_import.enqueue(str(event.organisation_id), str(event.payload["import_id"]))
