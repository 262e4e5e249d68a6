"""The commands that take an import back: a person asks, a job undoes.

Like the jobs of ``runs``, ``reverse`` opens its own transactions: its progress and its failure must be visible while,
and although, its work is not committed. Whatever happens, the register is what the import made of it or what it was
before.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from staffelstab.core import attempts, audit, outbox, permissions, revisions
from staffelstab.core.actors import Actor
from staffelstab.core.progress import Progress
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.workforce.enums import ImportState
from staffelstab.workforce.models import Import
from staffelstab.workforce.services import trail
from staffelstab.workforce.services.imports import steps
from staffelstab.workforce.services.imports.errors import UNDO_FAILURE, ImportOutdated
from staffelstab.workforce.services.imports.undo import undo

PERMISSION = "workforce.import.use"
REQUESTED = "workforce.import.undo_requested"
UNDONE = "workforce.import.undone"


@transaction.atomic
def take_back(*, batch: Import, actor: Actor, now: datetime) -> Import:
    """Have the latest applied import undone by a job.

    Raises PermissionRefused, ImportNotPossible, ImportOutdated, ImportBusy.
    """
    permissions.require(actor, PERMISSION)
    steps.serialise(batch.organisation_id)
    steps.refuse_while_busy(batch)
    batch = steps.move(batch, ImportState.UNDOING, now=now, actor=actor)
    _refuse_when_outdated(batch)
    audit.record(actor, REQUESTED, batch, at=now)
    outbox.publish(REQUESTED, {"import_id": str(batch.pk)}, at=now)
    return batch


def reverse(*, organisation_id: UUID, import_id: UUID, now: datetime) -> None:
    """Job: undo in one transaction; what people have changed since is kept and listed. Safe to repeat.

    The import becomes UNDONE, or APPLIED again with the reason when that is not possible.
    """
    context = TenancyContext(organisation_id)
    if not steps.begin(context, import_id, ImportState.UNDOING, now=now):
        return
    note = partial(steps.end_without_change, context, import_id, ImportState.APPLIED, now=now)
    with (
        attempts.failure_noted(note, otherwise=UNDO_FAILURE),
        steps.progress_of(import_id, context) as say,
        activate(context),
    ):
        steps.serialise(organisation_id)
        batch = Import.objects.get(pk=import_id)
        if batch.state == ImportState.UNDOING:
            _refuse_when_outdated(batch)
            steps.hold_register()
            _undo(batch, now=now, progress=say)


def _undo(batch: Import, *, now: datetime, progress: Progress) -> None:
    undone = undo(
        organisation_id=batch.organisation_id,
        import_id=batch.pk,
        applied_at=_applied_at(batch),
        progress=progress,
    )
    counts = {"removed": undone.removed, "restored": undone.restored, "kept": undone.kept}
    batch.preview["undone"] = counts | {"kept_names": list(undone.kept_names)}
    batch.state, batch.changed_at, batch.progress_step = ImportState.UNDONE, now, ""
    batch.save(update_fields=["state", "changed_at", "progress_step", "preview"])
    changes: dict[str, tuple[object, object]] = {name: (None, count) for name, count in counts.items()}
    audit.record(steps.requester(batch), UNDONE, batch, at=now, changes=changes)
    outbox.publish(UNDONE, {"import_id": str(batch.pk)}, at=now)
    revisions.bump(batch.organisation_id, trail.TOPIC)


def _refuse_when_outdated(batch: Import) -> None:
    """Raises ImportOutdated when a newer import has been applied since."""
    if Import.objects.filter(state=ImportState.APPLIED, applied_at__gt=_applied_at(batch)).exists():
        raise ImportOutdated


def _applied_at(batch: Import) -> datetime:
    applied_at = batch.applied_at
    assert applied_at is not None  # noqa: S101 - for the type checker: only applied imports get here
    return applied_at
