"""Revision counters: results derived from a module's data are kept under the counter's value.

The counter row is locked from the bump to the commit, so a reader never sees a value before the data it stands
for. The database moves them by itself when a tenancy context ends (``core.tenancy.touches``); whoever needs the lock
or the value earlier moves one with ``bump``.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from staffelstab.core.ids import new_id
from staffelstab.core.models import Revision

_BUMP = """INSERT INTO core_revision (id, organisation_id, topic, value) VALUES (%s, %s, %s, 1)
ON CONFLICT (organisation_id, topic) DO UPDATE SET value = core_revision.value + 1 RETURNING value"""


def bump(organisation_id: UUID, topic: str) -> int:
    """Move the counter by one and return its new value."""
    with connection.cursor() as cursor:
        cursor.execute(_BUMP, [new_id(), organisation_id, topic])
        return int(cursor.fetchone()[0])


def value(organisation_id: UUID, topic: str) -> int:
    """The counter's committed value; 0 before the first change."""
    found = Revision.objects.filter(organisation_id=organisation_id, topic=topic).values_list(
        "value", flat=True
    )
    return int(found.first() or 0)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The counters of an organisation as this statement sees them.

    `shared`: moves with every change of what organisations may share with each other, whoever makes it. `dirty`:
    this transaction has changed something itself; what it sees may be rolled back and must not be kept.
    """

    values: tuple[tuple[str, int], ...]
    shared: int
    dirty: bool

    def of(self, topics: frozenset[str]) -> tuple[tuple[str, int], ...]:
        """The counters of some topics, by name; a topic that never moved is left out."""
        return tuple(pair for pair in self.values if pair[0] in topics)


_SNAPSHOT = """SELECT pg_current_xact_id_if_assigned() IS NOT NULL, core_shared_revision(),
ARRAY(SELECT topic FROM core_revision WHERE organisation_id = %(organisation)s ORDER BY topic),
ARRAY(SELECT value FROM core_revision WHERE organisation_id = %(organisation)s ORDER BY topic)"""


def snapshot(organisation_id: UUID) -> Snapshot:
    """All counters of the organisation at once. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_SNAPSHOT, {"organisation": organisation_id})
        dirty, shared, topics, values = cursor.fetchone()
    return Snapshot(tuple(zip(topics, values, strict=True)), shared, dirty)
