"""What only the whole file and the register together can tell: duplicates, references, circles, odd totals.

Each check is one statement over the staged rows that gives ``line, value, data``; its code has its words in
``domain.import_messages``. Duplicates are removed from the stage after they are reported, so that no later join
can grow beyond the file.
"""

# ruff: noqa: S608 - the statements are put together from names of our own tables and columns only

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from staffelstab.workforce.domain.import_problems import Problem, ProblemCollector
from staffelstab.workforce.domain.import_values import KIND_LABELS
from staffelstab.workforce.services.imports.staging import PROBLEM_LIMIT, Staged
from staffelstab.workforce.services.imports.tables import KEYED, TARGET, Target

DEEPEST: Final = 20
"""Levels of units below the topmost one; more is a mistake in the file."""


@dataclass(frozen=True, slots=True)
class Check:
    """One statement. It runs when the file has the sheets ``needs`` and all rows of ``whole`` could be read."""

    code: str
    sheet: str
    column: str
    sql: str
    needs: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()


def _duplicate(code: str, target: Target) -> Check:
    (key,) = target.key
    return Check(
        code,
        target.sheet,
        key,
        f"""SELECT s.line, s."{key}" AS value, jsonb_build_object('first_row', d.first) AS data
        FROM (SELECT "{key}", min(line) AS first FROM {target.stage} GROUP BY 1 HAVING count(*) > 1) d
        JOIN {target.stage} s ON s."{key}" = d."{key}" WHERE s.line > d.first""",
    )


_SAME_HOLDING: Final = """SELECT s.line, s.person AS value,
        jsonb_build_object('first_row', d.first, 'position', s."position") AS data
    FROM (SELECT "position", person, starts_on, min(line) AS first FROM import_stage_holdings
          WHERE NOT refused GROUP BY 1, 2, 3 HAVING count(*) > 1) d
    JOIN import_stage_holdings s ON s."position" = d."position" AND s.person = d.person
     AND s.starts_on IS NOT DISTINCT FROM d.starts_on AND NOT s.refused
    WHERE s.line > d.first"""

_RANK: Final = "CASE s.kind WHEN 'responsible' THEN 1 WHEN 'deputy' THEN 2 ELSE 3 END, s.ready DESC, s.line"
_RANKED: Final = f"""SELECT s.line, s.task, s."position", s.kind,
        first_value(s.line) OVER w AS kept_line, first_value(s.kind) OVER w AS kept
    FROM import_stage_responsibilities s
    JOIN (SELECT task, "position" FROM import_stage_responsibilities WHERE NOT refused
          GROUP BY 1, 2 HAVING count(*) > 1) d ON d.task = s.task AND d."position" = s."position"
    WHERE NOT s.refused WINDOW w AS (PARTITION BY s.task, s."position" ORDER BY {_RANK})"""

DUPLICATES: Final = (
    _duplicate("unit.duplicate", TARGET["units"]),
    _duplicate("position.duplicate", TARGET["positions"]),
    _duplicate("person.duplicate", TARGET["persons"]),
    _duplicate("task.duplicate", TARGET["tasks"]),
    Check("holding.duplicate", "holdings", "person", _SAME_HOLDING),
    Check(
        "responsibility.duplicate",
        "responsibilities",
        "position",
        f"""SELECT r.line, r."position" AS value, jsonb_build_object('first_row', r.kept_line, 'task', r.task) AS data
        FROM ({_RANKED}) r WHERE r.line <> r.kept_line AND r.kind = r.kept""",
    ),
    Check(
        "responsibility.two_kinds",
        "responsibilities",
        "kind",
        f"""SELECT r.line, r."position" AS value, jsonb_build_object('kept', r.kept, 'task', r.task) AS data
        FROM ({_RANKED}) r WHERE r.line <> r.kept_line AND r.kind <> r.kept""",
    ),
)


def _reference(code: str, sheet: str, column: str, to: str) -> Check:
    return Check(
        code,
        sheet,
        column,
        f"""SELECT s.line, s."{column}" AS value, NULL::jsonb AS data FROM {TARGET[sheet].stage} s
        LEFT JOIN {TARGET[to].known} k ON k.code = s."{column}"
        WHERE s."{column}" <> '' AND k.code IS NULL""",
        whole=(to,),
    )


CHECKS: Final = (
    Check(
        "unit.own_parent",
        "units",
        "parent",
        "SELECT s.line, s.code AS value, NULL::jsonb AS data FROM import_stage_units s WHERE s.parent = s.code",
    ),
    _reference("unit.unknown_parent", "units", "parent", "units"),
    _reference("position.unknown_unit", "positions", "unit", "units"),
    _reference("task.unknown_unit", "tasks", "unit", "units"),
    _reference("holding.unknown_position", "holdings", "position", "positions"),
    _reference("holding.unknown_person", "holdings", "person", "persons"),
    _reference("responsibility.unknown_task", "responsibilities", "task", "tasks"),
    _reference("responsibility.unknown_position", "responsibilities", "position", "positions"),
    Check(
        "holding.overlap",
        "holdings",
        "starts_on",
        """SELECT line, value, jsonb_build_object('first_row', before, 'position', "position") AS data FROM (
            SELECT s.line, s.person AS value, s."position", s.starts_on,
                lag(s.line) OVER w AS before,
                max(coalesce(s.ends_on, 'infinity')) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last
            FROM import_stage_holdings s
            JOIN (SELECT "position", person FROM import_stage_holdings WHERE NOT refused
                  GROUP BY 1, 2 HAVING count(*) > 1) d ON d."position" = s."position" AND d.person = s.person
            WHERE NOT s.refused
            WINDOW w AS (PARTITION BY s."position", s.person ORDER BY s.starts_on NULLS FIRST, s.line)) x
        WHERE before IS NOT NULL AND coalesce(starts_on, '-infinity') <= last""",
    ),
    Check(
        "person.email_duplicate",
        "persons",
        "email",
        """SELECT s.line, s.email AS value, jsonb_build_object('first_row', d.first) AS data
        FROM (SELECT lower(email) AS email, min(line) AS first FROM import_stage_persons
              WHERE email <> '' GROUP BY 1 HAVING count(*) > 1) d
        JOIN import_stage_persons s ON lower(s.email) = d.email WHERE s.line > d.first""",
    ),
    Check(
        "service_key.unknown",
        "tasks",
        "service_key",
        """SELECT s.line, s.service_key AS value, NULL::jsonb AS data FROM import_stage_tasks s
        WHERE s.service_key <> '' AND EXISTS (SELECT 1 FROM vocabulary_service WHERE key <> '')
          AND NOT EXISTS (SELECT 1 FROM vocabulary_service v WHERE v.key = s.service_key)""",
    ),
    Check(
        "position.several_heads",
        "positions",
        "is_lead",
        """SELECT s.line, s.number AS value, jsonb_build_object('unit', s.unit) AS data
        FROM (SELECT unit, min(line) AS first FROM import_stage_positions
              WHERE is_lead AND NOT refused GROUP BY 1 HAVING count(*) > 1) d
        JOIN import_stage_positions s ON s.unit = d.unit AND s.is_lead AND NOT s.refused AND s.line > d.first""",
    ),
    Check(
        "holding.share_total",
        "holdings",
        "share",
        """SELECT min(x.line) AS line, x.person AS value,
            jsonb_build_object('total', replace(trim_scale(max(x.total))::text, '.', ',')) AS data
        FROM (
            SELECT e.person, e.line, sum(e.share) OVER (PARTITION BY e.person ORDER BY e.at) AS total
            FROM (
                SELECT person, line, share, coalesce(starts_on, '-infinity') AS at FROM import_stage_holdings
                WHERE NOT refused
                UNION ALL
                SELECT person, line, -share, ends_on + 1 FROM import_stage_holdings
                WHERE NOT refused AND ends_on IS NOT NULL
            ) e
            JOIN (SELECT person FROM import_stage_holdings WHERE NOT refused
                  GROUP BY 1 HAVING sum(share) > 1) d ON d.person = e.person
        ) x WHERE x.total > 1.0005 GROUP BY x.person""",
    ),
    Check(
        "holding.exit_past",
        "holdings",
        "exit_quarter",
        """SELECT s.line, (s.exit_quarter / 4) || '-Q' || (s.exit_quarter %% 4 + 1) AS value, NULL::jsonb AS data
        FROM import_stage_holdings s
        WHERE s.exit_quarter < %(quarter)s AND (s.ends_on IS NULL OR s.ends_on >= %(day)s)""",
    ),
    Check(
        "task.without_responsible",
        "tasks",
        "key",
        """SELECT s.line, s.key AS value, NULL::jsonb AS data FROM import_stage_tasks s
        JOIN import_known_tasks k ON k.code = s.key
        WHERE NOT s.refused
          AND NOT EXISTS (SELECT 1 FROM import_stage_responsibilities r
                          WHERE r.task = s.key AND (r.kind = 'responsible' OR r.refused))
          AND NOT EXISTS (SELECT 1 FROM workforce_responsibility w
                          WHERE w.organisation_id = %(org)s AND w.task_id = k.id AND w.kind = 'responsible')""",
        needs=("tasks", "responsibilities"),
        whole=("responsibilities",),
    ),
)


def _used(sheet: str, column: str, to: str, code: str) -> Check:
    return Check(
        code,
        sheet,
        column,
        f"""SELECT NULL::integer AS line, k.code AS value, jsonb_build_object('first_row', min(s.line)) AS data
        FROM {TARGET[sheet].stage} s JOIN {TARGET[to].known} k ON k.code = s."{column}" AND k.missing
        GROUP BY k.code""",
        needs=(to,),
    )


ENDINGS: Final = (
    _used("units", "parent", "units", "unit.still_used"),
    _used("positions", "unit", "units", "unit.still_used"),
    _used("tasks", "unit", "units", "unit.still_used"),
    _used("holdings", "position", "positions", "position.still_used"),
    _used("responsibilities", "position", "positions", "position.still_used"),
    _used("holdings", "person", "persons", "person.still_used"),
    _used("responsibilities", "task", "tasks", "task.still_used"),
    Check(
        "unit.not_empty",
        "units",
        "code",
        """SELECT NULL::integer AS line, k.code AS value, NULL::jsonb AS data FROM import_known_units k
        WHERE k.missing AND (
            EXISTS (SELECT 1 FROM workforce_position t JOIN import_known_positions p ON p.id = t.id AND NOT p.missing
                    WHERE t.organisation_id = %(org)s AND t.unit_id = k.id
                      AND NOT EXISTS (SELECT 1 FROM import_stage_positions s WHERE s.number = t.number))
            OR EXISTS (SELECT 1 FROM workforce_task t JOIN import_known_tasks a ON a.id = t.id AND NOT a.missing
                    WHERE t.organisation_id = %(org)s AND t.unit_id = k.id
                      AND NOT EXISTS (SELECT 1 FROM import_stage_tasks s WHERE s.key = t.key)))""",
        needs=("units",),
    ),
)
"""What speaks against ending the rows that the file does not name."""


def run(
    checks: tuple[Check, ...], staged: Staged, values: Mapping[str, Any], problems: ProblemCollector
) -> None:
    """Run the checks that apply and collect what they find."""
    for check in checks:
        present = staged.present.keys() >= {check.sheet, *check.needs}
        if present and staged.incomplete.isdisjoint(check.whole):
            _collect(problems, check.code, check.sheet, check.column, check.sql, values)


def _collect(  # noqa: PLR0917 - one call, one statement
    problems: ProblemCollector, code: str, sheet: str, column: str, sql: str, values: Mapping[str, Any]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT line, value, data, count(*) OVER () FROM ({sql}) found ORDER BY line LIMIT {PROBLEM_LIMIT}",
            values,
        )
        rows = cursor.fetchall()
    for line, value, data, _count in rows:
        problems.add(Problem(code, sheet, line, column, str(value or ""), _words(data)))
    if rows:
        _count_further(problems, code, rows[0][3] - len(rows))


def _count_further(problems: ProblemCollector, code: str, count: int) -> None:
    """Problems beyond those fetched are counted, not listed."""
    problems.by_code[code] += count
    if Problem(code).is_error:
        problems.errors += count
    else:
        problems.warnings += count


def _words(data: str | dict[str, Any] | None) -> dict[str, object]:
    found: dict[str, object] = json.loads(data) if isinstance(data, str) else dict(data or {})
    if "kept" in found:
        found["kept"] = KIND_LABELS[str(found["kept"])]
    return found


def remove_duplicates() -> None:
    """Take all but one of equal rows out of the stage. Of responsibilities the strongest counts."""
    with connection.cursor() as cursor:
        for target in KEYED:
            (key,) = target.key
            cursor.execute(
                f"""DELETE FROM {target.stage} s
                USING (SELECT "{key}", min(line) AS first FROM {target.stage} GROUP BY 1 HAVING count(*) > 1) d
                WHERE s."{key}" = d."{key}" AND s.line > d.first"""
            )
        cursor.execute(
            f"DELETE FROM import_stage_holdings h USING ({_SAME_HOLDING}) d WHERE h.line = d.line AND NOT h.refused"
        )
        cursor.execute(
            f"""DELETE FROM import_stage_responsibilities x USING ({_RANKED}) r
            WHERE x.line = r.line AND r.line <> r.kept_line AND NOT x.refused"""
        )


# --- the tree of units --------------------------------------------------------------------------------------

_PARENTS: Final = """
CREATE TEMP TABLE import_parents ON COMMIT DROP AS
SELECT s.line, s.code, CASE WHEN s.parent = s.code THEN '' ELSE coalesce(s.parent, '') END AS parent
FROM import_stage_units s WHERE s.code IS NOT NULL
"""
_STORED_PARENTS: Final = """
INSERT INTO import_parents SELECT NULL, t.code, coalesce(u.code, '') FROM workforce_unit t
LEFT JOIN workforce_unit u ON u.organisation_id = t.organisation_id AND u.id = t.parent_id
WHERE t.organisation_id = %(org)s
  AND NOT EXISTS (SELECT 1 FROM import_stage_units s WHERE s.code = t.code)
"""
_KEPT_PARENTS: Final = """
UPDATE import_parents i SET parent = coalesce(u.code, '') FROM workforce_unit t
LEFT JOIN workforce_unit u ON u.organisation_id = t.organisation_id AND u.id = t.parent_id
WHERE t.organisation_id = %(org)s AND t.code = i.code AND i.line IS NOT NULL
"""
_REACHED: Final = """
CREATE TEMP TABLE import_levels ON COMMIT DROP AS
WITH RECURSIVE tree AS (
    SELECT i.code, 0 AS level FROM import_parents i
    WHERE i.parent = '' OR NOT EXISTS (SELECT 1 FROM import_parents p WHERE p.code = i.parent)
    UNION ALL
    SELECT i.code, tree.level + 1 FROM tree JOIN import_parents i ON i.parent = tree.code
    WHERE tree.level <= %(deepest)s
)
SELECT code, level FROM tree
"""
_TOO_DEEP: Final = """SELECT i.line, i.code AS value, jsonb_build_object('limit', %(deepest)s) AS data
FROM import_parents i JOIN import_levels l ON l.code = i.code
WHERE l.level = %(deepest)s + 1 AND i.line IS NOT NULL"""
_UNREACHED: Final = """SELECT i.line, i.code, i.parent FROM import_parents i
WHERE NOT EXISTS (SELECT 1 FROM import_levels l WHERE l.code = i.code)"""


def check_tree(staged: Staged, values: Mapping[str, Any], problems: ProblemCollector) -> None:
    """Circles and implausible depth, over the units of the file and the register together."""
    if "units" not in staged.present:
        return
    values = {**values, "deepest": DEEPEST}
    with connection.cursor() as cursor:
        cursor.execute(_PARENTS)
        if "parent" not in staged.present["units"]:
            cursor.execute(_KEPT_PARENTS, values)
        cursor.execute(_STORED_PARENTS, values)
        cursor.execute("ANALYZE import_parents")
        cursor.execute(_REACHED, values)
        cursor.execute("ANALYZE import_levels")
        cursor.execute(_UNREACHED)
        unreached = {code: (line, parent) for line, code, parent in cursor.fetchall()}
    _collect(problems, "unit.too_deep", "units", "parent", _TOO_DEEP, values)
    for problem in _circles(unreached):
        problems.add(problem)


def _circles(unreached: Mapping[str, tuple[int | None, str]]) -> Iterator[Problem]:
    """One problem per circle, at its first row in the file. What merely hangs below a circle is not reported."""
    seen: set[str] = set()
    for start in unreached:
        path: list[str] = []
        code = start
        while code in unreached and code not in seen:
            seen.add(code)
            path.append(code)
            code = unreached[code][1]
        if code in path:
            circle = path[path.index(code) :]
            line, first = min((unreached[each][0] or 10**9, each) for each in circle)
            turn = circle.index(first)
            shown = [*circle[turn:], *circle[:turn], first]
            names = " → ".join(shown if len(shown) <= 12 else [*shown[:6], "…", *shown[-5:]])
            yield Problem("unit.cycle", "units", line, "parent", first, {"path": names})
