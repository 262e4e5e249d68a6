"""From staged rows to a plan: which row of the register each one means, and what it will be afterwards.

Everything is set-based. ``import_known_*`` maps the keys that references may use to rows; ``missing`` marks active
rows of the register that the file does not name although it has their sheet. ``import_plan_*`` holds one row per
row of the file with its action (new, changed, unchanged) and the values it will have.
"""

# ruff: noqa: S608 - the statements are put together from names of our own tables and columns only

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.db import connection

from staffelstab.core.progress import Progress
from staffelstab.workforce.domain import derived
from staffelstab.workforce.services.imports.staging import Staged
from staffelstab.workforce.services.imports.tables import (
    HOLDINGS,
    KEYED,
    PERSONS,
    RESPONSIBILITIES,
    TARGET,
    TARGETS,
    TASKS,
    Target,
)

MISSING: Final[Mapping[str, str]] = {
    **{
        target.sheet: f"""SELECT t.id FROM {target.table} t JOIN {target.known} k ON k.id = t.id AND k.missing
            WHERE t.organisation_id = %(org)s"""
        for target in KEYED
    },
    # Who leaves a position does not hold it any more, whether or not the file has a sheet of holdings.
    "holdings": """SELECT t.id FROM workforce_holding t
        LEFT JOIN import_known_positions p ON p.id = t.position_id
        LEFT JOIN import_known_persons q ON q.id = t.person_id
        WHERE t.organisation_id = %(org)s AND (t.ends_on IS NULL OR t.ends_on >= %(day)s)
          AND NOT EXISTS (SELECT 1 FROM import_plan_holdings x WHERE x.id = t.id)
          AND (%(holdings)s OR p.missing OR q.missing)""",
    "responsibilities": """SELECT t.id FROM workforce_responsibility t
        JOIN import_known_tasks a ON a.id = t.task_id AND NOT a.missing
        JOIN import_known_positions p ON p.id = t.position_id AND NOT p.missing
        WHERE t.organisation_id = %(org)s AND %(responsibilities)s
          AND NOT EXISTS (SELECT 1 FROM import_plan_responsibilities x WHERE x.id = t.id)""",
}
"""What ends, by sheet, when the user says that the file is complete."""


def parameters(staged: Staged, *, organisation_id: object, day: date) -> dict[str, Any]:
    """Parameters of all statements: organisation, day of the import, and which sheets the file has."""
    sheets = {target.sheet: target.sheet in staged.present for target in TARGETS}
    return {"org": organisation_id, "day": day, "quarter": 4 * day.year + (day.month - 1) // 3, **sheets}


def make_known(target: Target, values: Mapping[str, Any]) -> None:
    """Keys of one sheet → rows; the staged rows must be free of duplicates."""
    (key,) = target.key
    with connection.cursor() as cursor:
        cursor.execute(
            f"""CREATE TEMP TABLE {target.known} ON COMMIT DROP AS
            SELECT s."{key}" AS code, coalesce(t.id, s.id) AS id, false AS missing, s.refused
            FROM {target.stage} s
            LEFT JOIN {target.table} t ON t.organisation_id = %(org)s AND t."{key}" = s."{key}"
            WHERE s."{key}" IS NOT NULL
            UNION ALL
            SELECT t."{key}", t.id, %({target.sheet})s, false FROM {target.table} t
            WHERE t.organisation_id = %(org)s AND (t.ended_on IS NULL OR t.ended_on > %(day)s)
              AND NOT EXISTS (SELECT 1 FROM {target.stage} s WHERE s."{key}" = t."{key}")""",
            values,
        )
        cursor.execute(f"ANALYZE {target.known}")


def make_plans(staged: Staged, values: Mapping[str, Any], *, progress: Progress) -> None:
    """Plans of all sheets; ``make_known`` ran for the sheets with keys."""
    for target in TARGETS:
        progress(f"compare:{target.sheet}", 0, 0)
        present = staged.present.get(target.sheet, frozenset())
        if target is HOLDINGS:
            _plan_holdings(present, values)
        elif target is RESPONSIBILITIES:
            _plan_responsibilities(present, values)
        else:
            _plan_keyed(target, present, values)
        _index(target)
    _complete_derived(staged)


def _index(target: Target) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {target.plan}")


def _compared(target: Target, present: frozenset[str]) -> str:
    """SQL condition: the stored row ``t`` differs from what the file says."""
    values = [v for v in target.compared if not (v.columns and present.isdisjoint(v.columns))]
    if not values:
        return "false"
    old = ", ".join(f"t.{value.name}" for value in values)
    new = ", ".join(value.planned(present) for value in values)
    return f"ROW({old}) IS DISTINCT FROM ROW({new})"


def _joins(target: Target) -> str:
    return " ".join(
        f'LEFT JOIN {TARGET[sheet].known} {alias} ON {alias}.code = s."{name}"'
        for alias, sheet, name in target.references
    )


def _plan_keyed(target: Target, present: frozenset[str], values: Mapping[str, Any]) -> None:
    (key,) = target.key
    planned = ", ".join(f"{value.planned(present)} AS {value.name}" for value in target.values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""CREATE TEMP TABLE {target.plan} ON COMMIT DROP AS
            SELECT s.line, coalesce(t.id, s.id) AS id, s."{key}", {planned},
                CASE WHEN t.id IS NULL THEN 'new'
                     WHEN coalesce(t.ended_on <= %(day)s, false) OR {_compared(target, present)} THEN 'changed'
                     ELSE 'unchanged' END AS action
            FROM {target.stage} s
            LEFT JOIN {target.table} t ON t.organisation_id = %(org)s AND t."{key}" = s."{key}"
            {_joins(target)}
            WHERE NOT s.refused""",
            values,
        )


_MATCH_PERIODS: Final = """
WITH staged AS (
    SELECT s.line, s.starts_on, p.id AS position_id, q.id AS person_id
    FROM import_stage_holdings s
    JOIN import_known_positions p ON p.code = s."position" JOIN import_known_persons q ON q.code = s.person
    WHERE NOT s.refused
), same AS (
    SELECT s.line, t.id FROM staged s JOIN workforce_holding t
      ON t.organisation_id = %(org)s AND t.position_id = s.position_id AND t.person_id = s.person_id
     AND t.starts_on IS NOT DISTINCT FROM s.starts_on
), rest AS (
    SELECT s.*, row_number() OVER (PARTITION BY position_id, person_id ORDER BY starts_on DESC NULLS LAST) AS n
    FROM staged s WHERE NOT EXISTS (SELECT 1 FROM same WHERE same.line = s.line)
), open AS (
    SELECT t.id, t.position_id, t.person_id,
        row_number() OVER (PARTITION BY t.position_id, t.person_id ORDER BY t.starts_on DESC NULLS LAST) AS n
    FROM workforce_holding t
    WHERE t.organisation_id = %(org)s AND (t.ends_on IS NULL OR t.ends_on >= %(day)s)
      AND NOT EXISTS (SELECT 1 FROM same WHERE same.id = t.id)
)
SELECT line, id FROM same
UNION ALL
SELECT rest.line, open.id FROM rest
JOIN open ON open.position_id = rest.position_id AND open.person_id = rest.person_id AND open.n = rest.n
"""
"""The same beginning means the same holding; otherwise a running holding of the same pair is the one meant."""

_MATCH_PAIRS: Final = """
SELECT DISTINCT ON (s.line) s.line, t.id
FROM import_stage_holdings s
JOIN import_known_positions p ON p.code = s."position" JOIN import_known_persons q ON q.code = s.person
JOIN workforce_holding t ON t.organisation_id = %(org)s AND t.position_id = p.id AND t.person_id = q.id
WHERE NOT s.refused
ORDER BY s.line, (t.ends_on IS NULL OR t.ends_on >= %(day)s) DESC, t.starts_on DESC NULLS LAST
"""
"""Without a column for the beginning: the running holding of the pair, else the latest."""


def _plan_holdings(present: frozenset[str], values: Mapping[str, Any]) -> None:
    planned = {value.name: value.planned(present) for value in HOLDINGS.values}
    over = "false"
    if "ends_on" not in present:
        # The file names a holding that is over and says nothing about ends: it is running again.
        over = "coalesce(t.ends_on < %(day)s, false)"
        planned["ends_on"] = f"CASE WHEN {over} THEN NULL ELSE t.ends_on END"
    columns = ", ".join(f"{sql} AS {name}" for name, sql in planned.items())
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE import_match ON COMMIT DROP AS "
            + (_MATCH_PERIODS if "starts_on" in present else _MATCH_PAIRS),
            values,
        )
        cursor.execute("ANALYZE import_match")
        cursor.execute(
            f"""CREATE TEMP TABLE import_plan_holdings ON COMMIT DROP AS
            SELECT s.line, coalesce(t.id, s.id) AS id, s."position", s.person,
                p.id AS position_id, q.id AS person_id, {columns},
                CASE WHEN t.id IS NULL THEN 'new'
                     WHEN {over} OR {_compared(HOLDINGS, present)} THEN 'changed' ELSE 'unchanged' END AS action
            FROM import_stage_holdings s
            {_joins(HOLDINGS)}
            LEFT JOIN import_match m ON m.line = s.line
            LEFT JOIN workforce_holding t ON t.organisation_id = %(org)s AND t.id = m.id
            WHERE NOT s.refused""",
            values,
        )


def _plan_responsibilities(present: frozenset[str], values: Mapping[str, Any]) -> None:
    ready = "s.ready" if "ready" in present else "(s.kind = 'deputy' AND coalesce(t.ready, false))"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""CREATE TEMP TABLE import_plan_responsibilities ON COMMIT DROP AS
            SELECT s.line, coalesce(t.id, s.id) AS id, s.task, s."position", a.id AS task_id, p.id AS position_id,
                s.kind, {ready} AS ready,
                CASE WHEN t.id IS NULL THEN 'new'
                     WHEN ROW(t.kind, t.ready) IS DISTINCT FROM ROW(s.kind, {ready}) THEN 'changed'
                     ELSE 'unchanged' END AS action
            FROM import_stage_responsibilities s
            {_joins(RESPONSIBILITIES)}
            LEFT JOIN workforce_responsibility t
              ON t.organisation_id = %(org)s AND t.task_id = a.id AND t.position_id = p.id
            WHERE NOT s.refused""",
            values,
        )


def _complete_derived(staged: Staged) -> None:
    """Derived columns of stored rows for which the file lacks an input: computed from what stays stored."""
    if "persons" in staged.present and "first_name" not in staged.present["persons"]:
        _derive_again(
            PERSONS,
            "SELECT id, last_name, first_name FROM import_plan_persons WHERE first_name <> ''",
            lambda row: (derived.person_sort_key(last_name=row[1], first_name=row[2]),),
        )
    if "tasks" in staged.present and "purpose" not in staged.present["tasks"]:
        _derive_again(
            TASKS,
            "SELECT id, title, key, purpose FROM import_plan_tasks WHERE purpose <> ''",
            lambda row: (
                derived.task_sort_key(title=row[1]),
                derived.task_search(title=row[1], key=row[2], purpose=row[3]),
            ),
        )


def _derive_again(target: Target, query: str, derive: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows = [(row[0], *derive(row)) for row in cursor.fetchall()]
    write_derived(target.plan, target.derived, rows)


def write_derived(table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write derived columns, all texts; ``rows``: (id, value, …) in the order of ``names``."""
    arrays = ", ".join(["%s::uuid[]", *["%s::text[]"] * len(names)])
    columns = ", ".join(names)
    written = ", ".join(f"{name} = v.{name}" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} p SET {written} FROM unnest({arrays}) AS v(id, {columns}) WHERE p.id = v.id",
            [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(len(names) + 1)],
        )
