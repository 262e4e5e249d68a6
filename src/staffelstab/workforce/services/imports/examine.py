"""Check a file against the register and say what it would change. Writes nothing but temporary tables."""

# ruff: noqa: S608 - the statements are put together from names of our own tables and columns only

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection

from staffelstab.core.progress import Progress
from staffelstab.workforce.domain.import_problems import Problem, ProblemCollector, shorten
from staffelstab.workforce.domain.import_values import (
    BAND_LABELS,
    KIND_LABELS,
    NO,
    YES,
    render_quarter,
    render_share,
)
from staffelstab.workforce.formats.limits import SourceRefused
from staffelstab.workforce.formats.source import Source
from staffelstab.workforce.services.imports import checks, plan, steps
from staffelstab.workforce.services.imports.staging import PROBLEM_LIMIT, Staged, stage
from staffelstab.workforce.services.imports.tables import (
    HOLDINGS,
    KEYED,
    RESPONSIBILITIES,
    TARGET,
    TARGETS,
    Target,
)

EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Example:
    """One row as a preview shows it: key, name, row in the file, and (column key, old text, new text)."""

    key: str
    name: str
    row: int | None
    changes: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SheetSummary:
    """What happens to one sheet's rows. ``missing`` rows end only if the user says that the file is complete."""

    rows: int
    new: int
    changed: int
    unchanged: int
    missing: int
    examples: Mapping[str, tuple[Example, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Examination:
    """The result of the check. ``obstacles`` speak against ending what is missing, and only against that."""

    kind: str
    problems: ProblemCollector
    obstacles: ProblemCollector
    sheets: Mapping[str, SheetSummary]
    values: Mapping[str, Any]
    staged: Staged | None = None


def refused(error: SourceRefused) -> Examination:
    """The examination of something that is no readable file."""
    problems = ProblemCollector(limit=PROBLEM_LIMIT)
    problems.add(Problem(error.code, data=error.data))
    return Examination("", problems, ProblemCollector(limit=PROBLEM_LIMIT), {}, {})


def examine(
    source: Source,
    *,
    organisation_id: UUID,
    day: date,
    progress: Progress,
    expected: int = 0,
    alone: bool = False,
) -> Examination:
    """Stage, check and compare. Runs inside a transaction with the organisation's context.

    With ``alone`` nobody else writes the register from the comparison to the end of the transaction. Reading the file
    needs nothing of the register: until then others go on.
    """
    with connection.cursor() as cursor:
        # Joins over a million rows; falls back by itself at the end of the transaction.
        cursor.execute("SELECT set_config('work_mem', '64MB', true)")
    staged = stage(source, progress=progress, expected=expected)
    if not staged.total and not staged.problems.errors:
        # Taken for complete, a workbook that was never filled in would end the whole register.
        staged.problems.add(Problem("file.no_rows", data={"name": source.name}))
    values = plan.parameters(staged, organisation_id=organisation_id, day=day)
    progress("check", staged.total, expected)
    if alone:
        steps.hold_register()
    checks.run(checks.DUPLICATES, staged, values, staged.problems)
    if any(code.endswith(("duplicate", "two_kinds")) for code in staged.problems.by_code):
        checks.remove_duplicates()
    for target in KEYED:
        plan.make_known(target, values)
    checks.run(checks.CHECKS, staged, values, staged.problems)
    checks.check_tree(staged, values, staged.problems)
    plan.make_plans(staged, values, progress=progress)
    obstacles = ProblemCollector(limit=PROBLEM_LIMIT)
    checks.run(checks.ENDINGS, staged, values, obstacles)
    found = {target.sheet: _summary(target, staged, values) for target in TARGETS}
    # A holding ends with its position or person also where the file has no sheet of holdings.
    sheets = {key: sheet for key, sheet in found.items() if key in staged.present or sheet.missing}
    return Examination(staged.kind, staged.problems, obstacles, sheets, values, staged)


def _summary(target: Target, staged: Staged, values: Mapping[str, Any]) -> SheetSummary:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT action, count(*) FROM {target.plan} GROUP BY 1")
        counts = dict(cursor.fetchall())
        cursor.execute(f"SELECT count(*) FROM ({plan.MISSING[target.sheet]}) x", values)
        missing = int(cursor.fetchone()[0])
    found: dict[str, tuple[Example, ...]] = {}
    if counts.get("new"):
        found["new"] = _new(target)
    if counts.get("changed"):
        found["changed"] = _changed(target, values)
    if missing:
        found["missing"] = _missing(target, values)
    return SheetSummary(
        rows=staged.rows.get(target.sheet, 0),
        new=counts.get("new", 0),
        changed=counts.get("changed", 0),
        unchanged=counts.get("unchanged", 0),
        missing=missing,
        examples=found,
    )


def _name(target: Target, alias: str) -> str:
    return f"{alias}.{target.label}::text" if target.label else "''"


def _key(target: Target, alias: str) -> str:
    return "concat_ws(' · ', " + ", ".join(f'{alias}."{name}"' for name in target.key) + ")"


_STORED_KEYS: Final[Mapping[str, str]] = {
    "holdings": """(SELECT x.number FROM workforce_position x WHERE x.id = t.position_id) || ' · '
        || (SELECT x.personnel_number FROM workforce_person x WHERE x.id = t.person_id)""",
    "responsibilities": """(SELECT x.key FROM workforce_task x WHERE x.id = t.task_id) || ' · '
        || (SELECT x.number FROM workforce_position x WHERE x.id = t.position_id)""",
}


def _examples(query: str, values: Mapping[str, Any], target: Target) -> tuple[Example, ...]:
    with connection.cursor() as cursor:
        cursor.execute(f"{query} LIMIT {EXAMPLES}", values)
        return tuple(Example(key, shown(target.label, name), row) for key, name, row in cursor.fetchall())


def _new(target: Target) -> tuple[Example, ...]:
    query = f"""SELECT {_key(target, "p")}, {_name(target, "p")}, p.line FROM {target.plan} p
        WHERE p.action = 'new' ORDER BY p.line"""
    return _examples(query, {}, target)


def _missing(target: Target, values: Mapping[str, Any]) -> tuple[Example, ...]:
    key = _STORED_KEYS.get(target.sheet) or _key(target, "t")
    query = f"""SELECT {key}, {_name(target, "t")}, NULL FROM {target.table} t
        WHERE t.organisation_id = %(org)s AND t.id IN ({plan.MISSING[target.sheet]}) ORDER BY 1"""
    return _examples(query, values, target)


def _changed(target: Target, values: Mapping[str, Any]) -> tuple[Example, ...]:
    compared = target.compared
    old = [
        f"(SELECT x.code FROM workforce_unit x WHERE x.id = t.{value.name})"
        if value.code
        else f"t.{value.name}::text"
        for value in compared
    ]
    new = [
        f"(SELECT x.code FROM {TARGET[value.code].known} x WHERE x.id = p.{value.name})"
        if value.code
        else f"p.{value.name}::text"
        for value in compared
    ]
    ended = "NULL" if target in {HOLDINGS, RESPONSIBILITIES} else "t.ended_on::text"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {_key(target, "p")}, {_name(target, "p")}, p.line, {ended}, ARRAY[{", ".join(old)}],
                ARRAY[{", ".join(new)}]
            FROM {target.plan} p JOIN {target.table} t ON t.id = p.id AND t.organisation_id = %(org)s
            WHERE p.action = 'changed' ORDER BY p.line LIMIT {EXAMPLES}""",
            values,
        )
        rows = cursor.fetchall()
    return tuple(
        Example(
            key,
            shown(target.label, name),
            line,
            (
                *((("ended_on", ended, ""),) if ended else ()),
                *(
                    (value.name.removesuffix("_id"), shown(value.name, before), shown(value.name, after))
                    for value, before, after in zip(compared, olds, news, strict=True)
                    if (before or "") != (after or "")
                ),
            ),
        )
        for key, name, line, ended, olds, news in rows
    )


def shown(column: str, text: str | None) -> str:
    """A stored value as the format writes it."""
    if not text:
        return ""
    render = _RENDERERS.get(column)
    return render(text) if render else shorten(text)


def _yes_no(text: str) -> str:
    return YES if text == "true" else NO


_RENDERERS: Final[Mapping[str, Callable[[str], str]]] = {
    "exit_quarter": lambda text: render_quarter(int(text)),
    "exit_band": lambda text: BAND_LABELS.get(text, text),
    "kind": lambda text: KIND_LABELS.get(text, text),
    "is_lead": _yes_no,
    "exit_fixed": _yes_no,
    "ready": _yes_no,
    "share": lambda text: render_share(Decimal(text)),
}
