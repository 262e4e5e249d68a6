"""Stream the rows of a file into temporary tables, which vanish with the transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from staffelstab.core.ids import new_id
from staffelstab.core.progress import Progress
from staffelstab.workforce.domain.import_problems import ProblemCollector
from staffelstab.workforce.domain.import_sheets import SHEET_BY_KEY
from staffelstab.workforce.domain.import_values import ValueRefused
from staffelstab.workforce.formats.layout import Layout, SheetLayout, locate
from staffelstab.workforce.formats.limits import SourceRefused
from staffelstab.workforce.formats.reader import BATCH_ROWS, parse_cell, read_batches
from staffelstab.workforce.formats.source import Source
from staffelstab.workforce.services.imports.tables import TARGETS, TYPES, Target

PROBLEM_LIMIT: Final = 1000
_REFUSED_LIMIT: Final = 100_000
"""With more refused rows than this, their keys are not looked at: the file needs other work first."""
_DAMAGE: Final = frozenset({"file", "zip", "workbook", "csv", "table"})
"""First parts of the codes after which a sheet is not read any further."""


@dataclass(slots=True)
class Staged:
    """What was staged: rows and columns per sheet, problems so far, sheets whose keys are not complete."""

    kind: str
    problems: ProblemCollector
    rows: dict[str, int] = field(default_factory=dict)
    present: dict[str, frozenset[str]] = field(default_factory=dict)
    incomplete: set[str] = field(default_factory=set)

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def stage(source: Source, *, progress: Progress, expected: int = 0) -> Staged:
    """Read everything into temporary tables and collect the problems of cells and rows. In a transaction."""
    _clear()
    layout = locate(source)
    staged = Staged(source.kind.value, ProblemCollector(limit=PROBLEM_LIMIT))
    staged.problems.extend(layout.problems)
    staged.incomplete = _incomplete(layout)
    for target in TARGETS:
        _create(target)
        found = layout.sheets.get(target.sheet)
        if found is None or not found.present.issuperset(target.key):
            continue
        staged.present[target.sheet] = found.present
        _read(target, found, staged, progress, expected)
    with connection.cursor() as cursor:
        for target in TARGETS:
            cursor.execute(f"ANALYZE {target.stage}")
    return staged


def _incomplete(layout: Layout) -> set[str]:
    """Sheets in the file whose rows cannot all be known: references to them are not judged."""
    wrong = {
        problem.sheet
        for problem in layout.problems
        if problem.is_error and problem.code != "column.birth_date"
    }
    unread = {key for key in wrong if key in SHEET_BY_KEY and key not in layout.sheets}
    keyless = {key for key, found in layout.sheets.items() if not found.present.issuperset(_TARGET_KEYS[key])}
    doubled = {problem.sheet for problem in layout.problems if problem.code == "sheet.duplicate"}
    return unread | keyless | doubled


_TARGET_KEYS: Final[Mapping[str, tuple[str, ...]]] = {target.sheet: target.key for target in TARGETS}


def _clear() -> None:
    """Drop what an earlier import of the same transaction left."""
    names = [name for t in TARGETS for name in (t.stage, t.plan, t.known, f"import_ending_{t.sheet}")]
    with connection.cursor() as cursor:
        cursor.execute(
            f"DROP TABLE IF EXISTS {', '.join(names)}, import_match, import_parents, import_levels"
        )


def _create(target: Target) -> None:
    fields = ", ".join(f'"{name}" {TYPES.get(name, "text")}' for name in target.fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE {target.stage} "
            f"(line integer, id uuid, {fields}, refused boolean NOT NULL DEFAULT false) ON COMMIT DROP"
        )


def _read(target: Target, layout: SheetLayout, staged: Staged, progress: Progress, expected: int) -> None:
    before = staged.total
    staged.rows[target.sheet] = 0
    refused: set[int] = set()
    names = ", ".join(f'"{name}"' for name in ("line", "id", *target.fields))
    step = f"read:{target.sheet}"
    with connection.cursor() as cursor, cursor.copy(f"COPY {target.stage} ({names}) FROM STDIN") as copy:
        for batch in read_batches(layout):
            staged.problems.extend(batch.problems)
            if len(refused) < _REFUSED_LIMIT:
                refused.update(p.row for p in batch.problems if p.is_error and p.row is not None)
            if any(p.code.partition(".")[0] in _DAMAGE for p in batch.problems):
                staged.incomplete.add(target.sheet)
            rows: list[tuple[Any, ...]] = batch.rows
            if target.derive is None:
                for number, row in zip(batch.numbers, rows, strict=True):
                    copy.write_row((number, new_id(), *row))
            else:
                for number, row, more in zip(batch.numbers, rows, target.derive(rows), strict=True):
                    copy.write_row((number, new_id(), *row, *more))
            staged.rows[target.sheet] += len(rows)
            progress(step, before + staged.rows[target.sheet], expected)
    if len(refused) >= _REFUSED_LIMIT:
        staged.incomplete.add(target.sheet)
    elif refused:
        _stage_refused(target, layout, refused)


def _stage_refused(target: Target, layout: SheetLayout, refused: set[int]) -> None:
    """Keys and references of rows with errors: others may refer to them, and their own references are judged."""
    wanted = dict.fromkeys((*target.key, *(name for _alias, _sheet, name in target.references)))
    names = [name for name in wanted if name in layout.positions]
    columns = ", ".join(f'"{name}"' for name in ("line", "id", *names, "refused"))
    with connection.cursor() as cursor, cursor.copy(f"COPY {target.stage} ({columns}) FROM STDIN") as copy:
        for number, row in _rows(layout, refused):
            values = [_value(layout, name, row) for name in names]
            copy.write_row((number, new_id(), *values, True))


def _rows(layout: SheetLayout, numbers: set[int]) -> Iterator[tuple[int, Any]]:
    first = 1
    try:
        for raw in layout.table.batches(BATCH_ROWS):
            for number, row in enumerate(raw, start=first):
                if number in numbers and number > layout.header_row:
                    yield number, row
            first += len(raw)
    except SourceRefused:
        return  # the damage was met and reported in the first pass; here only the rows before it count


def _value(layout: SheetLayout, name: str, row: Any) -> object:
    column = layout.sheet.column(name)
    position = layout.positions[name]
    if column is None or position >= len(row):
        return None
    try:
        return parse_cell(column, row[position])
    except ValueRefused:
        return None
