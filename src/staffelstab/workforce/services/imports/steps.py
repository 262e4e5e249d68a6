"""How an import goes from one state to the next: locked, by the table of states, with an end for every failure."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from uuid import UUID

from django.db import connection

from staffelstab.core import progress
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.core.progress import Progress
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.workforce.domain.import_states import may_follow
from staffelstab.workforce.enums import ImportState
from staffelstab.workforce.models import Import
from staffelstab.workforce.services.imports.errors import ImportBusy, ImportNotPossible

WRITING = (ImportState.APPLYING, ImportState.UNDOING)
"""A job writes the register, or is about to."""

_UNASKED = frozenset({(ImportState.APPLYING, ImportState.READY), (ImportState.UNDOING, ImportState.APPLIED)})
"""Wanted and present state between which only a person's command leads; the job continues it."""


def serialise(organisation_id: UUID) -> None:
    """One import of an organisation writes at a time; the lock goes with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import:{organisation_id}"])


def hold_register() -> None:
    """Hold the register of the active organisation alone until the end of the transaction.

    Waits for those who are writing it; whoever begins to write waits. See ``models.functions.REGISTER_LOCK``.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT workforce_hold_register()")


def refuse_while_busy(batch: Import) -> None:
    """Raises ImportBusy while another import is being applied or undone."""
    other = Import.objects.filter(state__in=WRITING).exclude(pk=batch.pk).first()
    if other is not None:
        raise ImportBusy(name=other.file_name, actor=other.actor_name)


def move(
    batch: Import,
    state: ImportState,
    *,
    now: datetime,
    end_missing: bool | None = None,
    actor: Actor | None = None,
) -> Import:
    """Lock the row and move it. Raises NotFound, ImportNotPossible."""
    fresh: Import | None = Import.objects.select_for_update().filter(pk=batch.pk).first()
    if fresh is None:
        raise NotFound
    if not may_follow(fresh.state, state) or fresh.state == state:
        raise ImportNotPossible(state=fresh.get_state_display())
    fresh.state, fresh.changed_at, fresh.failure = state, now, ""
    fresh.progress_step, fresh.progress_done, fresh.progress_total = "", 0, 0
    if end_missing is not None:
        fresh.end_missing = end_missing
    if actor is not None:
        fresh.account_id, fresh.actor_name = actor.account_id, actor.display_name[:200]
    fresh.save()
    return fresh


def begin(context: TenancyContext, import_id: UUID, state: ImportState, *, now: datetime) -> bool:
    """Mark the work as begun, in a transaction of its own. False when there is nothing to do any more."""
    with activate(context):
        batch: Import | None = Import.objects.select_for_update().filter(pk=import_id).first()
        if batch is None or not may_follow(batch.state, state) or (state, batch.state) in _UNASKED:
            return False
        batch.state, batch.changed_at = state, now
        batch.save(update_fields=["state", "changed_at"])
        return True


def still(import_id: UUID, state: ImportState) -> Import | None:
    """The import as it is now, locked, when it may still become ``state``; None when somebody was quicker."""
    batch: Import | None = Import.objects.select_for_update().filter(pk=import_id).first()
    return batch if batch is not None and may_follow(batch.state, state) else None


def end_without_change(
    context: TenancyContext, import_id: UUID, state: ImportState, reason: str, *, now: datetime
) -> None:
    """The work was rolled back: leave ``reason`` and ``state`` on the import, in a transaction of its own."""
    with activate(context):
        batch = still(import_id, state)
        if batch is not None:
            batch.state, batch.changed_at, batch.failure, batch.progress_step = state, now, reason, ""
            batch.save(update_fields=["state", "changed_at", "failure", "progress_step"])


def progress_of(import_id: UUID, context: TenancyContext) -> AbstractContextManager[Progress]:
    """A progress function that writes to the import's row, at most twice a second."""
    return progress.written_to(Import(pk=import_id), context, interval=0.5)


def requester(batch: Import) -> Actor:
    """Who asked for the work at hand, as the trail names them."""
    return Actor(
        account_id=batch.account_id,
        organisation_id=batch.organisation_id,
        display_name=batch.actor_name,
        system=True,
    )
