"""Find the sheets and columns of the format in a source, and say what is missing, unknown or forbidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from staffelstab.workforce.domain import import_rules as rules
from staffelstab.workforce.domain.import_problems import Problem
from staffelstab.workforce.domain.import_schema import Column, Sheet
from staffelstab.workforce.domain.import_sheets import SHEET_NAMES, SHEETS
from staffelstab.workforce.domain.import_values import fold
from staffelstab.workforce.formats.limits import SourceRefused
from staffelstab.workforce.formats.source import Source
from staffelstab.workforce.formats.tables import RawRow, Table

_HEADER_SEARCH: Final = 100
"""Rows in which the first one with text is taken as the heading."""


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """Where a sheet's columns stand in a table: ``header_row`` counts from 1, positions from 0."""

    sheet: Sheet
    table: Table
    header_row: int
    headings: tuple[str, ...]
    positions: dict[str, int]
    unnamed: frozenset[int] = frozenset()

    @property
    def width(self) -> int:
        return len(self.headings)

    def position(self, column: str) -> int | None:
        """Where a column stands, by its key or by its heading in the file."""
        if column in self.positions:
            return self.positions[column]
        return next((i for i, heading in enumerate(self.headings) if column and heading == column), None)

    @property
    def present(self) -> frozenset[str]:
        """Keys of the columns the file has. Fields of absent columns should keep what is stored."""
        return frozenset(self.positions)


@dataclass(frozen=True, slots=True)
class Layout:
    """What a source contains. With an error among the problems, its rows must not be applied."""

    sheets: dict[str, SheetLayout] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def is_readable(self) -> bool:
        return not any(problem.is_error for problem in self.problems)


def locate(source: Source) -> Layout:
    """Match tables and headings with the format. Never raises: damage in a table becomes a problem."""
    problems: list[Problem] = []
    found: dict[str, Table] = {}
    names: list[str] = []
    for table in source.tables:
        if fold(table.name) in rules.IGNORED_SHEETS:
            continue
        names.append(table.name)
        sheet = rules.find_sheet(table.name)
        if sheet is None:
            problems.append(Problem("sheet.unknown", table.name, data={"expected": SHEET_NAMES}))
        elif sheet.key in found:
            data = {"first": found[sheet.key].name, "second": table.name}
            problems.append(Problem("sheet.duplicate", sheet.key, data=data))
        else:
            found[sheet.key] = table
    problems.extend(
        Problem("sheet.unknown", name, data={"expected": SHEET_NAMES})
        for name in source.skipped
        if fold(name.rpartition("/")[2].partition(".")[0]) not in rules.IGNORED_SHEETS
    )
    sheets: dict[str, SheetLayout] = {}
    for sheet in SHEETS:
        if sheet.key in found:
            layout, own = _locate_columns(sheet, found[sheet.key])
            problems.extend(own)
            if layout is not None:
                sheets[sheet.key] = layout
    if not found:
        data = {"found": ", ".join(f"„{name}“" for name in names[:20]) or "–", "expected": SHEET_NAMES}
        problems.insert(0, Problem("sheet.none_known", data=data))
    return Layout(sheets, tuple(problems))


def refused_sheet(refused: SourceRefused, sheet: Sheet) -> Problem:
    """Damage found while reading a sheet, as a problem of that sheet."""
    row = refused.data.get("row")
    return Problem(refused.code, sheet.key, row if isinstance(row, int) else None, data=refused.data)


def _header(table: Table) -> tuple[int, RawRow]:
    for batch in table.batches(_HEADER_SEARCH):
        for number, row in enumerate(batch, start=1):
            if any(cell.strip() for cell in row):
                return number, row
        break
    return 0, ()


def _locate_columns(sheet: Sheet, table: Table) -> tuple[SheetLayout | None, list[Problem]]:
    try:
        header_row, headings = _header(table)
    except SourceRefused as refused:
        return None, [refused_sheet(refused, sheet)]
    if not header_row:
        return None, [Problem("sheet.empty", sheet.key)]
    problems: list[Problem] = []
    positions: dict[str, int] = {}
    unnamed: set[int] = set()
    expected = ", ".join(column.header for column in sheet.columns)
    headings = tuple(" ".join(heading.split()) for heading in headings)
    for position, heading in enumerate(headings):
        column = rules.find_column(sheet, heading)
        if not heading:
            unnamed.add(position)
        elif rules.is_birth_date(heading):
            problems.append(Problem("column.birth_date", sheet.key, header_row, heading))
        elif column is None:
            problems.append(
                Problem("column.unknown", sheet.key, header_row, heading, data={"expected": expected})
            )
        elif column.key in positions:
            problems.append(Problem("column.duplicate", sheet.key, header_row, column.key, heading))
        else:
            positions[column.key] = position
    problems.extend(_missing(sheet, positions, header_row, headings))
    layout = SheetLayout(sheet, table, header_row, headings, positions, frozenset(unnamed))
    return layout, problems


def _missing(sheet: Sheet, positions: dict[str, int], row: int, headings: Sequence[str]) -> list[Problem]:
    found = ", ".join(" ".join(heading.split())[:60] for heading in headings[:30] if heading.strip())
    missing: list[Column] = [c for c in sheet.columns if c.required and c.key not in positions]
    return [
        Problem("column.missing", sheet.key, row, column.key, data={"found": found}) for column in missing
    ]
