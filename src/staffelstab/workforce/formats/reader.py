"""Rows out of a located sheet: checked, converted, in batches, in constant memory.

The work is done column by column: a column of plain text without anything suspicious passes as it is, other
cells are parsed once per distinct value. So a million rows cost seconds, and a wrong cell costs only itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import is_normalized

from staffelstab.workforce.domain.import_problems import Problem
from staffelstab.workforce.domain.import_schema import Column, Sheet
from staffelstab.workforce.domain.import_values import DateText, ValueRefused, clean, parse_key
from staffelstab.workforce.formats.layout import Layout, SheetLayout, refused_sheet
from staffelstab.workforce.formats.limits import SourceRefused
from staffelstab.workforce.formats.tables import RawRow
from staffelstab.workforce.formats.xlsx import column_letters

BATCH_ROWS: Final = 4096
_REMEMBERED_VALUES: Final = 50_000
_KEPT_TEXT: Final = 1000
_SUSPICIOUS: Final = ("  ", "| ", " |", "#", "'", "Err:", "\ufffd")
"""Blanks to trim, errors of formulas, escaped formulas, lost characters."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows without an error, with their row numbers, and the problems of this stretch of the sheet.

    ``rows`` hold the values in the order of ``Sheet.fields``. A row with an error appears in ``problems`` only;
    a row with a warning appears in both.
    """

    sheet: Sheet
    numbers: Sequence[int]
    rows: list[tuple[object, ...]]
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Row:
    """One row without an error; ``values`` in the order of ``Sheet.fields``."""

    sheet: str
    number: int
    values: tuple[object, ...]


class _Bad:
    """Stands in a column where a value was refused."""

    __slots__ = ("code", "data")

    def __init__(self, code: str, data: dict[str, object]) -> None:
        self.code = code
        self.data = data


def parse_cell(column: Column, raw: str) -> object:
    """The value of one cell; raises ``ValueRefused``."""
    text = clean(raw, lines=column.lines)
    if not text:
        if column.required:
            raise ValueRefused("value.required")
        return column.empty
    if column.parse is None:
        value: object = text
    else:
        value = column.parse(DateText(text) if isinstance(raw, DateText) else text)
    if isinstance(value, str) and len(value) > column.max_length:
        raise ValueRefused("value.too_long", length=len(value), limit=column.max_length)
    return value


class _Memory(dict[str, object]):
    """Parsed values by text; parses what it does not know yet."""

    def __init__(self, column: Column) -> None:
        super().__init__()
        self._column = column
        self.has_bad = False

    def __missing__(self, raw: str) -> object:
        try:
            value = parse_cell(self._column, raw)
        except ValueRefused as refused:
            value = _Bad(refused.code, refused.data)
            self.has_bad = True
        self[raw] = value
        return value


class _ColumnReader:
    def __init__(self, column: Column) -> None:
        self.column = column
        self._memory = _Memory(column)
        self._is_key = column.parse is parse_key
        # The quick look suffices for columns in which every harmless text is its own value.
        self._is_text = column.parse is None or self._is_key

    def read(self, cells: Sequence[str]) -> tuple[Sequence[object], bool]:
        """Values, and whether there may be a refused one among them."""
        one_type = set(map(type, cells)) == {str}
        if self._is_text and one_type and self._harmless(cells):
            return cells, False
        memory = self._memory
        if len(memory) > _REMEMBERED_VALUES:
            memory = self._memory = _Memory(self.column)
        if not one_type:
            # A date and the same text are equal as keys of a dictionary, but not in meaning.
            memory = _Memory(self.column)
            return [memory.__missing__(cell) for cell in cells], memory.has_bad
        return list(map(memory.__getitem__, cells)), memory.has_bad

    def _harmless(self, cells: Sequence[str]) -> bool:
        """Whether every cell would come out of ``parse_cell`` as it went in; may say no when in doubt."""
        if self.column.required and not all(cells):
            return False
        joined = "|".join(cells)
        if not joined.isprintable() or not is_normalized("NFC", joined):
            return False
        if any(mark in joined for mark in _SUSPICIOUS) or joined.startswith(" ") or joined.endswith(" "):
            return False
        if self._is_key and (".0" in joined or "+" in joined):
            return False
        return max(map(len, cells), default=0) <= self.column.max_length


class _SheetReader:
    """Reads one sheet; holds what must survive from batch to batch."""

    def __init__(self, layout: SheetLayout) -> None:
        self.layout = layout
        self.sheet = layout.sheet
        self._readers = [
            (_ColumnReader(column), layout.positions[column.key])
            for column in layout.sheet.columns
            if column.key in layout.positions
        ]
        self._absent = [column for column in layout.sheet.columns if column.key not in layout.positions]
        self._reported: set[int] = set()

    def read(self, first: int, raw: list[RawRow]) -> Batch:
        """Convert a stretch of rows; ``first`` is the number of its first row."""
        problems: list[Problem] = []
        numbers: Sequence[int] = range(first, first + len(raw))
        width = self.layout.width
        if set(map(len, raw)) != {width}:
            raw = [self._fit(row, number, problems) for number, row in zip(numbers, raw, strict=True)]
        if self.layout.unnamed:
            self._look_for_unnamed(raw, first, problems)
        numbers, raw = self._without_empty(numbers, raw)
        if not raw:
            return Batch(self.sheet, (), [], problems)
        columns = list(zip(*raw, strict=True))
        spoilt = {problem.row for problem in problems if problem.is_error}
        bad = {index for index, number in enumerate(numbers) if number in spoilt} if spoilt else set()
        cells: dict[str, Sequence[object]] = {}
        for reader, position in self._readers:
            texts = columns[position]
            values, suspicious = reader.read(texts)
            if suspicious:
                values, found = self._report(reader.column, texts, values, numbers)
                problems.extend(found.values())
                bad.update(found)
            cells[reader.column.key] = values
        for column in self._absent:
            cells[column.key] = [column.empty] * len(raw)
        bad.update(self._check(cells, numbers, frozenset(bad), problems))
        assemble = self.sheet.assemble
        fields = assemble(cells) if assemble else [cells[key] for key in self.sheet.fields]
        rows = list(zip(*fields, strict=True))
        if bad:
            rows = [row for index, row in enumerate(rows) if index not in bad]
            numbers = [number for index, number in enumerate(numbers) if index not in bad]
        return Batch(self.sheet, numbers, rows, problems)

    def _fit(self, row: RawRow, number: int, problems: list[Problem]) -> RawRow:
        """Bring a row to the width of the heading."""
        width = self.layout.width
        if len(row) <= width:
            return [*row, *[""] * (width - len(row))]
        for position in range(width, len(row)):
            if not row[position].strip():
                continue
            if self.layout.table.is_text:
                problems.append(Problem("row.too_many_cells", self.sheet.key, number, "", row[position]))
                break
            self._report_unnamed(position, number, row[position], problems)
        return row[:width]

    def _look_for_unnamed(self, raw: list[RawRow], first: int, problems: list[Problem]) -> None:
        for position in self.layout.unnamed - self._reported:
            for number, row in enumerate(raw, start=first):
                if row[position].strip():
                    self._report_unnamed(position, number, row[position], problems)
                    break

    def _report_unnamed(self, position: int, number: int, value: str, problems: list[Problem]) -> None:
        if position not in self._reported:
            self._reported.add(position)
            data = {"letter": column_letters(position + 1)}
            problems.append(Problem("column.unnamed", self.sheet.key, number, "", value, data))

    def _without_empty(self, numbers: Sequence[int], raw: list[RawRow]) -> tuple[Sequence[int], list[RawRow]]:
        if all(map(any, raw)) and all(row[0].strip() or any(cell.strip() for cell in row) for row in raw):
            return numbers, raw
        kept = [index for index, row in enumerate(raw) if any(cell.strip() for cell in row)]
        return [numbers[index] for index in kept], [raw[index] for index in kept]

    def _report(
        self, column: Column, texts: Sequence[str], values: Sequence[object], numbers: Sequence[int]
    ) -> tuple[Sequence[object], dict[int, Problem]]:
        """The values with empty ones in place of those refused, and a problem for each refused one."""
        kept = list(values)
        problems: dict[int, Problem] = {}
        for index, value in enumerate(values):
            if isinstance(value, _Bad):
                kept[index] = column.empty
                text = texts[index][:_KEPT_TEXT]
                problems[index] = Problem(
                    value.code, self.sheet.key, numbers[index], column.key, text, value.data
                )
        return kept, problems

    def _check(
        self,
        cells: dict[str, Sequence[object]],
        numbers: Sequence[int],
        refused: frozenset[int],
        problems: list[Problem],
    ) -> set[int]:
        """Report what does not fit together within rows; the indexes of rows with errors."""
        wrong: set[int] = set()
        for finding in self.sheet.check(cells) if self.sheet.check else ():
            number = numbers[finding.index]
            problem = Problem(
                finding.code, self.sheet.key, number, finding.column, finding.value, finding.data
            )
            if problem.is_error:
                wrong.add(finding.index)
            elif finding.index in refused:
                continue  # a refused cell left its empty value here: nothing to warn about
            problems.append(problem)
        return wrong


def read_batches(layout: SheetLayout, *, size: int = BATCH_ROWS) -> Iterator[Batch]:
    """All rows below the heading. Damage found on the way ends the iteration with a problem, never a raise."""
    reader = _SheetReader(layout)
    first = 1
    try:
        for raw in layout.table.batches(size):
            skip = max(layout.header_row + 1 - first, 0)
            if skip < len(raw):
                yield reader.read(first + skip, raw[skip:])
            first += len(raw)
    except SourceRefused as refused:
        yield Batch(layout.sheet, (), [], [refused_sheet(refused, layout.sheet)])


def read_rows(layout: SheetLayout) -> Iterator[Row | Problem]:
    """The same row by row, problems in between: for small files, tests and previews."""
    for batch in read_batches(layout):
        yield from batch.problems
        for number, values in zip(batch.numbers, batch.rows, strict=True):
            yield Row(batch.sheet.key, number, values)


def read_all(layout: Layout) -> tuple[dict[str, list[tuple[object, ...]]], list[Problem]]:
    """Every row of a small source by sheet key, and all problems."""
    rows: dict[str, list[tuple[object, ...]]] = {}
    problems = list(layout.problems)
    for key, sheet in layout.sheets.items():
        rows[key] = []
        for batch in read_batches(sheet):
            rows[key].extend(batch.rows)
            problems.extend(batch.problems)
    return rows, problems
