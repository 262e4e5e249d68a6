"""Take an import back: restore before-images, delete what it created, keep what people have changed since."""

# ruff: noqa: S608 - the statements are put together from names of our own tables and columns only

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction

from staffelstab.workforce.models import Holding, Person, Position, Responsibility, Task, Unit
from staffelstab.workforce.services.imports.errors import UndoBlocked
from staffelstab.workforce.services.imports.merge import ANCESTORS, REMOVED
from staffelstab.workforce.services.imports.staging import Progress
from staffelstab.workforce.services.imports.tables import TARGET, TARGETS

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
    """Undo in the caller's transaction. Raises UndoBlocked and changes nothing when other data depend on new rows."""
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
    names = [
        f.column for f in _MODELS[sheet]._meta.concrete_fields if f.column not in {"id", "organisation_id"}
    ]
    images = f"""FROM workforce_importchange c, LATERAL jsonb_populate_record(NULL::{table}, c.before) r
        WHERE c.organisation_id = %(org)s AND c.batch_id = %(import)s AND c."table" = '{sheet}'"""
    count = _execute(
        f"""UPDATE {table} t SET {", ".join(f'"{name}" = r."{name}"' for name in names)} {images}
        AND t.id = c.row_id AND t.organisation_id = %(org)s AND t.changed_at = %(applied)s""",
        values,
    )
    columns = ", ".join(f'"{name}"' for name in ("id", "organisation_id", *names))
    chosen = ", ".join(f'r."{name}"' for name in ("id", "organisation_id", *names))
    count += _execute(
        f"""INSERT INTO {table} ({columns}) SELECT {chosen} {images} AND (c.before ->> '{REMOVED}')::boolean
        ON CONFLICT DO NOTHING""",
        values,
    )
    if sheet == "units":
        _execute(ANCESTORS, values)
    return count


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
