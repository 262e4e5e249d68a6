"""What every command of the spine does the same way: lock, compare, write down, move the counter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, models

from staffelstab.core import audit, revisions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.core.models import AuditEntry
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.workforce.models.structure import SpineModel
from staffelstab.workforce.services.errors import ChangedMeanwhile

TOPIC = "workforce"
BATCH = 1000

Changes = Mapping[str, tuple[object, object]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail about one of many rows changed together."""

    object_id: UUID
    name: str
    changes: Changes


def share_register() -> None:
    """Wait for an import at work, and keep the next one waiting until the end of the transaction.

    Writing does so by itself (``models.functions.REGISTER_LOCK``); whoever locks rows first calls it before.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT workforce_share_register()")


def lock[Row: SpineModel](row: Row, *, seen: dt.datetime | None, related: tuple[str, ...] = ()) -> Row:
    """The row as the database has it now, locked until the end of the transaction.

    ``seen`` is the ``changed_at`` the form was opened with. Raises ChangedMeanwhile when the row has moved on, and
    NotFound when it is gone.
    """
    share_register()
    rows = type(row).objects.select_for_update(of=("self",))
    fresh: Row | None = (rows.select_related(*related) if related else rows).filter(pk=row.pk).first()
    if fresh is None:
        raise NotFound
    if seen is not None and fresh.changed_at != seen:
        raise ChangedMeanwhile(changed_at=fresh.changed_at)
    return fresh


def assign(row: models.Model, values: Mapping[str, object]) -> dict[str, tuple[object, object]]:
    """Set the values; returns what differs, old and new."""
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    return audit.differences(before, values)


def save(row: SpineModel, *, now: dt.datetime) -> None:
    """Write the row with the time of its change."""
    row.changed_at = now
    row.save()


def record_many(
    actor: Actor, action: str, model: type[models.Model], entries: Iterable[Entry], *, at: dt.datetime
) -> int:
    """One line per row, written in batches. Returns how many."""
    organisation_id = current_organisation()
    rows = [
        AuditEntry(
            organisation_id=organisation_id,
            at=at,
            **audit.who(actor),
            action=action,
            object_type=model._meta.label_lower,
            object_id=entry.object_id,
            object_name=entry.name[:300],
            changes={
                field: [audit.plain(old), audit.plain(new)] for field, (old, new) in entry.changes.items()
            },
        )
        for entry in entries
    ]
    AuditEntry.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def moved() -> None:
    """The register has changed: what is derived from it is computed anew. The last statement of a command."""
    revisions.bump(current_organisation(), TOPIC)
