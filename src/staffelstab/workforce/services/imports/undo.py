"""Take an import back: restore before-images, delete what it created, keep what people have changed since."""

# ruff: noqa: S608 - the statements are put together from names of our own tables and columns only

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, models, transaction

from staffelstab.core.progress import Progress
from staffelstab.workforce.domain.import_sheets import SHEET_BY_KEY
from staffelstab.workforce.models import Holding, Person, Position, Responsibility, Task, Unit
from staffelstab.workforce.services.imports import plan, tree
from staffelstab.workforce.services.imports.errors import UndoBlocked, UndoClosesCircle
from staffelstab.workforce.services.imports.merge import REMOVED
from staffelstab.workforce.services.imports.tables import TARGET, TARGETS, Target

_MODELS: Final[Mapping[str, type[models.Model]]] = {
    "units": Unit,
    "positions": Position,
    "persons": Person,
    "holdings": Holding,
    "tasks": Task,
    "responsibilities": Responsibility,
}
_FRESH: Final = "t.organisation_id = %(org)s AND t.import_id = %(import)s AND t.changed_at = %(applied)s"
"""Created by the import and not touched since."""

_NEEDED_NO_MORE: Final[Mapping[str, str]] = {
    "tasks": "NOT EXISTS (SELECT 1 FROM workforce_responsibility r WHERE r.task_id = t.id)",
    "positions": """NOT EXISTS (SELECT 1 FROM workforce_responsibility r WHERE r.position_id = t.id)
        AND NOT EXISTS (SELECT 1 FROM workforce_holding h WHERE h.position_id = t.id)""",
    "persons": "NOT EXISTS (SELECT 1 FROM workforce_holding h WHERE h.person_id = t.id)",
    # A unit stays when it, or a unit below it, holds something or was touched since.
    "units": """NOT EXISTS (SELECT 1 FROM workforce_unit below WHERE below.organisation_id = %(org)s
        AND below.ancestor_ids @> ARRAY[t.id]
        AND (below.import_id IS DISTINCT FROM %(import)s OR below.changed_at <> %(applied)s
             OR EXISTS (SELECT 1 FROM workforce_position p WHERE p.unit_id = below.id)
             OR EXISTS (SELECT 1 FROM workforce_task a WHERE a.unit_id = below.id)))""",
}
_STAGES: Final = (
    ("remove", "responsibilities"),
    ("remove", "holdings"),
    *(("restore", target.sheet) for target in TARGETS),
    # What each table's rows may still be needed by is gone before.
    *(("remove", sheet) for sheet in _NEEDED_NO_MORE),
)


@dataclass(frozen=True, slots=True)
class Undone:
    """How many rows were removed, restored and left alone, and the names of the first of the latter."""

    removed: int
    restored: int
    kept: int
    kept_names: tuple[str, ...]


def undo(*, organisation_id: UUID, import_id: UUID, applied_at: datetime, progress: Progress) -> Undone:
    """Undo in the caller's transaction.

    Raises UndoBlocked and changes nothing when other data depend on new rows; UndoClosesCircle, which is one of it.
    """
    values = {"org": organisation_id, "import": import_id, "applied": applied_at}
    counts = {"remove": 0, "restore": 0}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for done, (step, sheet) in enumerate(_STAGES):
                progress(f"{step}:{sheet}", done, len(_STAGES))
                counts[step] += (_remove if step == "remove" else _restore)(sheet, values)
            progress("commit", len(_STAGES), len(_STAGES))
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        raise UndoBlocked from error
    except tree.CircleOfUnits as error:
        raise UndoClosesCircle from error
    kept, names = _kept(values)
    _execute(
        "DELETE FROM workforce_importchange WHERE organisation_id = %(org)s AND batch_id = %(import)s", values
    )
    return Undone(counts["remove"], counts["restore"], kept, names)


def _remove(sheet: str, values: Mapping[str, Any]) -> int:
    condition = _NEEDED_NO_MORE.get(sheet, "true")
    return _execute(f"DELETE FROM {TARGET[sheet].table} t WHERE {_FRESH} AND {condition}", values)


def _execute(sql: str, values: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def _restore(sheet: str, values: Mapping[str, Any]) -> int:
    table = TARGET[sheet].table
    fields = _MODELS[sheet]._meta.concrete_fields
    kept = _kept_columns(sheet, values)
    written = [f.column for f in fields if f.column in kept - {"id", "organisation_id"}]
    # What a row that was removed is made of besides: the values new rows of today's release begin with.
    added = {f.column: f.get_default() for f in fields if f.column not in kept and not f.has_db_default()}
    values = {**values, "added": json.dumps(added, cls=DjangoJSONEncoder)}
    images = f"""FROM workforce_importchange c,
        LATERAL jsonb_populate_record(NULL::{table}, %(added)s::jsonb || c.before) r
        WHERE c.organisation_id = %(org)s AND c.batch_id = %(import)s AND c."table" = '{sheet}'"""
    count = 0
    if kept:
        count += _execute(
            f"""UPDATE {table} t SET {", ".join(f'"{name}" = r."{name}"' for name in written)} {images}
            AND t.id = c.row_id AND t.organisation_id = %(org)s AND t.changed_at = %(applied)s""",
            values,
        )
        names = [f.column for f in fields if f.column in kept or f.column in added]
        count += _execute(
            f"""INSERT INTO {table} ({", ".join(f'"{name}"' for name in names)})
            SELECT {", ".join(f'r."{name}"' for name in names)} {images} AND (c.before ->> '{REMOVED}')::boolean
            ON CONFLICT DO NOTHING""",
            values,
        )
        if not kept.issuperset(TARGET[sheet].derived):
            _derive_again(TARGET[sheet], values)
    if sheet == "units":
        tree.write_paths(values["org"])
    return count


def _kept_columns(sheet: str, values: Mapping[str, Any]) -> set[str]:
    """The columns of the before-images: those the table had when the import was applied, perhaps by an older release.

    One import writes all of them in one transaction. Empty when there are none.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT jsonb_object_keys(before) FROM (SELECT before FROM workforce_importchange
            WHERE organisation_id = %(org)s AND batch_id = %(import)s AND "table" = %(sheet)s LIMIT 1) one""",
            {**values, "sheet": sheet},
        )
        return {name for (name,) in cursor.fetchall()}


def _derive_again(target: Target, values: Mapping[str, Any]) -> None:
    """Derived columns the before-images do not have, from what was restored."""
    columns = {f.column for f in _MODELS[target.sheet]._meta.concrete_fields}
    inputs = ", ".join(
        f't."{name}"' if name in columns else "NULL" for name in SHEET_BY_KEY[target.sheet].fields
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT t.id, {inputs} FROM {target.table} t JOIN workforce_importchange c ON c.row_id = t.id
            WHERE t.organisation_id = %(org)s AND c.organisation_id = %(org)s AND c.batch_id = %(import)s
              AND c."table" = '{target.sheet}' AND t.changed_at = (c.before ->> 'changed_at')::timestamptz""",
            values,
        )
        rows = cursor.fetchall()
    derive = target.derive
    assert derive is not None  # noqa: S101 - for the type checker: a target with derived columns has one
    found = zip(rows, derive([row[1:] for row in rows]), strict=True)
    plan.write_derived(target.table, target.derived, [(row[0], *values) for row, values in found])


_KEPT: Final = """SELECT x.name, count(*) OVER () FROM (
    SELECT {name} AS name FROM {table} t WHERE t.organisation_id = %(org)s AND t.import_id = %(import)s
    UNION ALL
    SELECT {name} FROM workforce_importchange c JOIN {table} t ON t.id = c.row_id AND t.organisation_id = %(org)s
    WHERE c.organisation_id = %(org)s AND c.batch_id = %(import)s AND c."table" = '{sheet}'
      AND t.import_id IS DISTINCT FROM %(import)s AND t.changed_at <> (c.before ->> 'changed_at')::timestamptz)
x ORDER BY 1 LIMIT 10"""
"""A join and not a condition: asked row by row, a big register would search all before-images for each row."""

_NAMES: Final[Mapping[str, str]] = {
    "units": "t.code",
    "positions": "t.number",
    "persons": "t.personnel_number",
    "tasks": "t.key",
    "holdings": """(SELECT p.number FROM workforce_position p WHERE p.id = t.position_id) || ' · '
        || (SELECT q.personnel_number FROM workforce_person q WHERE q.id = t.person_id)""",
    "responsibilities": """(SELECT a.key FROM workforce_task a WHERE a.id = t.task_id) || ' · '
        || (SELECT p.number FROM workforce_position p WHERE p.id = t.position_id)""",
}


def _kept(values: Mapping[str, Any]) -> tuple[int, tuple[str, ...]]:
    """What remains of the import: rows it created that are needed or touched, and changed rows touched since."""
    total = 0
    names: list[str] = []
    for target in TARGETS:
        sql = _KEPT.format(sheet=target.sheet, name=_NAMES[target.sheet], table=target.table)
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            rows = cursor.fetchall()
        total += rows[0][1] if rows else 0
        names.extend(name for name, _count in rows)
    return total, tuple(names[:10])
