"""The commands of an import: at once from the command line, or step by step from the screens.

``check`` and ``apply`` are jobs and open their own transactions: their progress and their failure must be visible
while, and although, their work is not committed. All other commands run in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from staffelstab.core import attempts, audit, outbox, permissions, revisions
from staffelstab.core.actors import Actor
from staffelstab.core.days import day_of
from staffelstab.core.ids import new_id
from staffelstab.core.progress import Progress, silent
from staffelstab.core.tenancy.context import TenancyContext, activate, current_organisation
from staffelstab.workforce.enums import ImportState
from staffelstab.workforce.formats.limits import SourceRefused
from staffelstab.workforce.formats.source import open_source
from staffelstab.workforce.models import Import
from staffelstab.workforce.services import trail
from staffelstab.workforce.services.imports import records, steps
from staffelstab.workforce.services.imports.errors import FAILURE, ImportTooLarge
from staffelstab.workforce.services.imports.examine import Examination, examine, refused
from staffelstab.workforce.services.imports.merge import merge

PERMISSION = "workforce.import.use"
UPLOADED = "workforce.import.uploaded"
CONFIRMED = "workforce.import.confirmed"
APPLIED = "workforce.import.applied"
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an import at once ended: READY (dry run), APPLIED or REJECTED.

    ``ended`` counts by sheet what has ended, after a dry run what would end.
    """

    state: ImportState
    examination: Examination
    ended: dict[str, int]
    import_id: UUID | None = None


@transaction.atomic
def import_file(
    *,
    path: Path,
    name: str,
    actor: Actor,
    now: datetime,
    end_missing: bool = False,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Outcome:
    """Check and apply a file or folder at once. A rejected file and a dry run write nothing at all.

    Raises PermissionRefused.
    """
    permissions.require(actor, PERMISSION)
    organisation_id = current_organisation()
    steps.serialise(organisation_id)
    examination = _examined(
        path, name, organisation_id=organisation_id, now=now, progress=progress, alone=not dry_run
    )
    if _is_rejected(examination, end_missing=end_missing):
        return Outcome(ImportState.REJECTED, examination, {})
    if dry_run:
        missing = {key: sheet.missing for key, sheet in examination.sheets.items() if sheet.missing}
        return Outcome(ImportState.READY, examination, missing if end_missing else {})
    batch = Import(
        id=new_id(),
        organisation_id=organisation_id,
        state=ImportState.APPLYING,
        file_name=name[:200],
        size=path.stat().st_size if path.is_file() else 0,
        end_missing=end_missing,
        account_id=actor.account_id,
        actor_name=actor.display_name[:200],
        created_at=now,
        changed_at=now,
    )
    batch.save(force_insert=True)
    ended = _merge(batch, examination, actor=actor, now=now, progress=progress)
    return Outcome(ImportState.APPLIED, examination, ended, batch.pk)


def _examined(
    path: Path,
    name: str,
    *,
    organisation_id: UUID,
    now: datetime,
    progress: Progress,
    expected: int = 0,
    alone: bool = False,
) -> Examination:
    try:
        with open_source(path, name) as source:
            return examine(
                source,
                organisation_id=organisation_id,
                day=day_of(now),
                progress=progress,
                expected=expected,
                alone=alone,
            )
    except SourceRefused as error:
        return refused(error)


def _is_rejected(examination: Examination, *, end_missing: bool) -> bool:
    if end_missing:
        examination.problems.extend(examination.obstacles.problems)
    return examination.problems.errors > 0


def _merge(
    batch: Import, examination: Examination, *, actor: Actor, now: datetime, progress: Progress
) -> dict[str, int]:
    """Write everything, the trail, the news and the counter; the row says APPLIED."""
    sheets = {key: sheet.rows for key, sheet in examination.sheets.items()}
    ended = merge(
        examination.values,
        import_id=batch.pk,
        now=now,
        end_missing=batch.end_missing,
        sheets=sheets,
        progress=progress,
    )
    records.write(batch, examination)
    batch.preview["ended"] = ended
    batch.state = ImportState.APPLIED
    batch.applied_at = batch.changed_at = now
    batch.progress_step = ""
    batch.save(update_fields=["state", "applied_at", "changed_at", "progress_step", *records.FIELDS])
    counts = {
        key: {"new": sheet.new, "changed": sheet.changed, "ended": ended.get(key, 0)}
        for key, sheet in examination.sheets.items()
    }
    changes = {
        key: (None, ", ".join(f"{n} {what}" for what, n in each.items())) for key, each in counts.items()
    }
    audit.record(actor, APPLIED, batch, at=now, changes=changes)
    outbox.publish(APPLIED, {"import_id": str(batch.pk), "sheets": counts}, at=now)
    revisions.bump(current_organisation(), trail.TOPIC)
    return ended


# --- step by step -------------------------------------------------------------------------------------------


@transaction.atomic
def upload(*, file: File[bytes], name: str, actor: Actor, now: datetime) -> Import:
    """Store an uploaded file and have it checked. Raises PermissionRefused, ImportTooLarge."""
    permissions.require(actor, PERMISSION)
    if file.size > settings.IMPORT_LARGEST_FILE:
        raise ImportTooLarge(limit=settings.IMPORT_LARGEST_FILE // MEGABYTE)
    organisation_id = current_organisation()
    key = new_id()
    stored_as = default_storage.save(f"imports/{organisation_id}/{key}", file)
    batch: Import = Import.objects.create(
        id=key,
        organisation_id=organisation_id,
        file_name=Path(name).name[:200],
        stored_as=stored_as,
        size=file.size,
        account_id=actor.account_id,
        actor_name=actor.display_name[:200],
        created_at=now,
        changed_at=now,
    )
    audit.record(actor, UPLOADED, batch, at=now)
    outbox.publish(UPLOADED, {"import_id": str(key)}, at=now)
    return batch


def check(*, organisation_id: UUID, import_id: UUID, now: datetime) -> None:
    """Job: examine the stored file; the import becomes READY, REJECTED or FAILED. Safe to repeat."""
    context = TenancyContext(organisation_id)
    if not steps.begin(context, import_id, ImportState.CHECKING, now=now):
        return
    note = partial(steps.end_without_change, context, import_id, ImportState.FAILED, now=now)
    with (
        attempts.failure_noted(note, otherwise=FAILURE),
        steps.progress_of(import_id, context) as progress,
        activate(context),
    ):
        batch = Import.objects.get(pk=import_id)
        with _stored_file(batch) as path:
            examination = _examined(
                path, batch.file_name, organisation_id=organisation_id, now=now, progress=progress
            )
        rejected = _is_rejected(examination, end_missing=False)
        _finish(batch, examination, ImportState.REJECTED if rejected else ImportState.READY, now=now)


@transaction.atomic
def confirm(*, batch: Import, end_missing: bool, actor: Actor, now: datetime) -> Import:
    """Have a READY import applied. Raises PermissionRefused, ImportNotPossible, ImportBusy."""
    permissions.require(actor, PERMISSION)
    steps.serialise(current_organisation())
    steps.refuse_while_busy(batch)
    batch = steps.move(batch, ImportState.APPLYING, now=now, end_missing=end_missing, actor=actor)
    audit.record(actor, CONFIRMED, batch, at=now, changes={"end_missing": (None, end_missing)})
    outbox.publish(CONFIRMED, {"import_id": str(batch.pk)}, at=now)
    return batch


def apply(*, organisation_id: UUID, import_id: UUID, now: datetime) -> None:
    """Job: examine the stored file again and merge it in one transaction. Safe to repeat after a killed worker.

    The import becomes APPLIED, or REJECTED when the register has changed in between, or FAILED.
    """
    context = TenancyContext(organisation_id)
    if not steps.begin(context, import_id, ImportState.APPLYING, now=now):
        return
    note = partial(steps.end_without_change, context, import_id, ImportState.FAILED, now=now)
    with (
        attempts.failure_noted(note, otherwise=FAILURE),
        steps.progress_of(import_id, context) as progress,
        activate(context),
    ):
        steps.serialise(organisation_id)
        batch = Import.objects.get(pk=import_id)
        if batch.state != ImportState.APPLYING:
            return
        expected = sum(sheet["rows"] for sheet in batch.preview["sheets"].values())
        with _stored_file(batch) as path:
            examination = _examined(
                path,
                batch.file_name,
                organisation_id=organisation_id,
                now=now,
                progress=progress,
                expected=expected,
                alone=True,
            )
        if _is_rejected(examination, end_missing=batch.end_missing):
            _finish(batch, examination, ImportState.REJECTED, now=now)
            return
        _merge(batch, examination, actor=steps.requester(batch), now=now, progress=progress)
        _forget_file(batch)


@transaction.atomic
def discard(*, batch: Import, actor: Actor, now: datetime) -> Import:
    """Throw away an import that was not applied, with its file. Raises PermissionRefused, ImportNotPossible."""
    permissions.require(actor, PERMISSION)
    batch = steps.move(batch, ImportState.DISCARDED, now=now)
    batch.problems, batch.preview = [], {}
    _forget_file(batch)
    batch.save(update_fields=["problems", "preview", "stored_as"])
    audit.record(actor, "workforce.import.discarded", batch, at=now)
    return batch


# --- helpers ------------------------------------------------------------------------------------------------


def _finish(batch: Import, examination: Examination, state: ImportState, *, now: datetime) -> None:
    """Keep what was found. Not when somebody has thrown the import away, or another worker was quicker."""
    fresh = steps.still(batch.pk, state)
    if fresh is not None:
        records.write(fresh, examination)
        fresh.state, fresh.changed_at, fresh.progress_step = state, now, ""
        fresh.save(update_fields=["state", "changed_at", "progress_step", *records.FIELDS])


@contextmanager
def _stored_file(batch: Import) -> Iterator[Path]:
    """The uploaded file as a path, whatever the storage is."""
    with default_storage.open(batch.stored_as) as stored, NamedTemporaryFile(prefix="import-") as copy:
        for chunk in stored.chunks():
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)


def _forget_file(batch: Import) -> None:
    """Delete the upload when the change is committed: it holds personal data nobody needs any more."""
    stored_as = batch.stored_as
    if stored_as:
        transaction.on_commit(_deletion(stored_as))
        batch.stored_as = ""
        batch.save(update_fields=["stored_as"])


def _deletion(stored_as: str) -> Callable[[], None]:
    return lambda: default_storage.delete(stored_as)
