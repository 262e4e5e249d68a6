"""The paths of the tree of units, computed anew after many units were written at once."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import connection

_PATHS: Final = """
WITH RECURSIVE tree AS (
    SELECT id, ARRAY[id] AS path FROM workforce_unit WHERE organisation_id = %(org)s AND parent_id IS NULL
    UNION ALL
    SELECT u.id, tree.path || u.id FROM tree
    JOIN workforce_unit u ON u.organisation_id = %(org)s AND u.parent_id = tree.id
)
UPDATE workforce_unit u SET ancestor_ids = tree.path FROM tree
WHERE u.id = tree.id AND u.organisation_id = %(org)s AND u.ancestor_ids IS DISTINCT FROM tree.path
"""

_BROKEN: Final = """
SELECT count(*) FROM workforce_unit u
LEFT JOIN workforce_unit parent ON parent.organisation_id = %(org)s AND parent.id = u.parent_id
WHERE u.organisation_id = %(org)s
  AND u.ancestor_ids IS DISTINCT FROM coalesce(parent.ancestor_ids, '{}') || u.id
"""
"""In a circle every path would have to be longer than the one before it: at least one is not."""


class CircleOfUnits(Exception):
    """Some units cannot be reached from the top any more."""


def write_paths(organisation_id: UUID) -> None:
    """Write ``ancestor_ids`` of every unit from ``parent``. Raises CircleOfUnits."""
    with connection.cursor() as cursor:
        cursor.execute(_PATHS, {"org": organisation_id})
        cursor.execute(_BROKEN, {"org": organisation_id})
        (broken,) = cursor.fetchone()
    if broken:
        raise CircleOfUnits(f"{broken} units have no way to the top")
