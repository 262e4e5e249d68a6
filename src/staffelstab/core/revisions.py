"""Revision counters: results derived from a module's data are kept under the counter's value.

The counter row is locked from the bump to the commit, so a reader never sees a value before the data it stands
for. Bump at the end of a transaction.
"""

from __future__ import annotations

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
