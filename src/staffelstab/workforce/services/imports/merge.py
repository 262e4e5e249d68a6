"""Write a plan: before-images, updates, endings, new rows, the tree of units. Set-based, in the caller's transaction.

Rows that do not differ are not touched. New rows carry ``import_id``; changed and ended ones leave their
before-image in ``ImportChange``; all of them get the moment of the import as ``changed_at``, by which the undo
recognises what nobody has touched since.
"""

# ruff: noqa: S608 - the statements are put together from names of our own tables and columns only

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from staffelstab.core.progress import Progress
from staffelstab.workforce.services.imports import plan, tree
from staffelstab.workforce.services.imports.tables import (
    HOLDINGS,
    KEYED,
    RESPONSIBILITIES,
    TARGETS,
    Target,
)

_LINKS: Final[Mapping[str, tuple[str, ...]]] = {
    "holdings": ("position_id", "person_id"),
    "responsibilities": ("task_id", "position_id"),
}
"""Columns that say which row it is, written once."""

_REMOVES: Final[Mapping[str, str]] = {
    "responsibilities": "true",
    "holdings": "coalesce(t.starts_on >= %(day)s, false)",
}
"""Which rows an ending deletes: responsibilities have no end, and a holding yet to begin has never held."""

REMOVED: Final = "_removed"
"""Key in a before-image that is no column: the import deleted the row."""


def merge(
    values: Mapping[str, Any],
    *,
    import_id: UUID,
    now: datetime,
    end_missing: bool,
    sheets: Mapping[str, int],
    progress: Progress,
) -> dict[str, int]:
    """Apply the plan; ``sheets`` are the sheets of the file with their rows. Returns how many rows ended, by sheet.

    Raises CircleOfUnits, which the checks of the file leave no room for.
    """
    values = {**values, "import": import_id, "now": now}
    done, total = 0, sum(sheets.values())
    ended = _end_missing(values) if end_missing else {}
    for target in TARGETS:
        progress(f"write:{target.sheet}", done, total)
        if target.sheet in sheets:
            _change(target, values)
            _insert(target, values)
            done += sheets[target.sheet]
    if "units" in sheets:
        tree.write_paths(values["org"])
    progress("commit", done, total)
    return ended


def _keep_before(target: Target, ids: str, values: Mapping[str, Any], *, removed: str = "false") -> None:
    """Before-images of rows; ``removed`` is SQL that says of ``t`` whether the row will be deleted."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO workforce_importchange (id, organisation_id, batch_id, "table", row_id, before)
            SELECT gen_random_uuid(), %(org)s, %(import)s, '{target.sheet}', t.id,
                to_jsonb(t) || jsonb_build_object('{REMOVED}', {removed})
            FROM {target.table} t WHERE t.organisation_id = %(org)s AND t.id IN ({ids})""",
            values,
        )


def _change(target: Target, values: Mapping[str, Any]) -> None:
    changed = f"SELECT id FROM {target.plan} WHERE action = 'changed'"
    _keep_before(target, changed, values)
    written = [f"{value.name} = p.{value.name}" for value in target.values]
    if target in KEYED:
        # An end that is still to come was entered by hand and stays.
        written.append("ended_on = CASE WHEN t.ended_on > %(day)s THEN t.ended_on END")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE {target.table} t SET {", ".join(written)}, changed_at = %(now)s
            FROM {target.plan} p
            WHERE p.action = 'changed' AND t.id = p.id AND t.organisation_id = %(org)s""",
            values,
        )


def _insert(target: Target, values: Mapping[str, Any]) -> None:
    names = [*target.key] if target in KEYED else [*_LINKS[target.sheet]]
    names += [value.name for value in target.values]
    columns = ", ".join(f'"{name}"' for name in (*names, *target.constants))
    chosen = ", ".join([*(f'p."{name}"' for name in names), *target.constants.values()])
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {target.table} (id, organisation_id, import_id, changed_at, {columns})
            SELECT p.id, %(org)s, %(import)s, %(now)s, {chosen} FROM {target.plan} p WHERE p.action = 'new'""",
            values,
        )


def _end_missing(values: Mapping[str, Any]) -> dict[str, int]:
    """End what the file does not name; holdings and responsibilities first, they look at what else ends."""
    ended: dict[str, int] = {}
    for target in (HOLDINGS, RESPONSIBILITIES, *KEYED):
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMP TABLE import_ending_{target.sheet} ON COMMIT DROP AS {plan.MISSING[target.sheet]}",
                values,
            )
    for target in (HOLDINGS, RESPONSIBILITIES, *KEYED):
        ids = f"SELECT id FROM import_ending_{target.sheet}"
        _keep_before(target, ids, values, removed=_REMOVES.get(target.sheet, "false"))
        here = f"t.organisation_id = %(org)s AND t.id IN ({ids})"
        with connection.cursor() as cursor:
            if target is RESPONSIBILITIES:
                cursor.execute(f"DELETE FROM workforce_responsibility t WHERE {here}", values)
                ended[target.sheet] = cursor.rowcount
            elif target is HOLDINGS:
                # The last day is the day before: who is ended today does not hold the position today.
                cursor.execute(
                    f"DELETE FROM workforce_holding t WHERE {here} AND t.starts_on >= %(day)s", values
                )
                ended[target.sheet] = cursor.rowcount
                cursor.execute(
                    f"""UPDATE workforce_holding t SET ends_on = %(day)s::date - 1, changed_at = %(now)s
                    WHERE {here}""",
                    values,
                )
                ended[target.sheet] += cursor.rowcount
            else:
                cursor.execute(
                    f"UPDATE {target.table} t SET ended_on = %(day)s, changed_at = %(now)s WHERE {here}",
                    values,
                )
                ended[target.sheet] = cursor.rowcount
    return {sheet: count for sheet, count in ended.items() if count}
