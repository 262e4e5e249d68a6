"""The workbook back to its author: the same sheets, wrong cells coloured and commented, and a list of all problems.

An XLSX keeps its looks where openpyxl can read it and it is small enough; any other source is written anew with
the same texts in the same cells.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import openpyxl
import xlsxwriter
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from staffelstab.workforce.domain.import_messages import N_, Severity
from staffelstab.workforce.domain.import_problems import Problem, ProblemWords, describe
from staffelstab.workforce.domain.import_rules import column_name, sheet_name
from staffelstab.workforce.formats.layout import Layout, locate
from staffelstab.workforce.formats.limits import DEFAULT_LIMITS, MEGABYTE, Limits, SourceRefused
from staffelstab.workforce.formats.source import Source, SourceKind, open_source
from staffelstab.workforce.formats.workbook_export import LAST_SPREADSHEET_ROW
from staffelstab.workforce.formats.xlsx import column_letters

LIST_SHEET: Final = "Fehler"
"""Its name stays German in every language: the importer skips a sheet of this name."""

HEADINGS: Final = (
    N_("Kind of finding"),
    N_("Sheet"),
    N_("Row"),
    N_("Column"),
    N_("Value"),
    N_("What is wrong"),
    N_("What would be right"),
)
SEVERITIES: Final = {Severity.ERROR: N_("Error"), Severity.WARNING: N_("Note")}
_WIDTHS: Final = (12, 18, 8, 20, 30, 60, 60)
_COLOURS: Final = {Severity.ERROR: "FFC7CE", Severity.WARNING: "FFEB9C"}
_KEEPS_LOOKS_UP_TO: Final = 8 * MEGABYTE
_AUTHOR: Final = "Staffelstab"
_COMMENT_LENGTH: Final = 2000
_BATCH: Final = 2000
_CELL_LENGTH: Final = 32_767
_OPENPYXL_ERRORS: Final = (
    InvalidFileException,
    zipfile.BadZipFile,
    ET.ParseError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    OSError,
    RecursionError,
    AssertionError,
)
"""What openpyxl raises for workbooks that other programs write in their own way, found by fuzzing."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """A problem in words, and the cell it belongs to: table name, row and column counted from 1."""

    words: ProblemWords
    table: str
    row: int
    column: int

    @property
    def has_place(self) -> bool:
        return bool(self.table)

    @property
    def place(self) -> str:
        quoted = self.table.replace("'", "''")
        return f"'{quoted}'!{column_letters(self.column)}{self.row}"


def annotate(
    data: bytes | Path,
    name: str,
    problems: Sequence[Problem],
    *,
    translate: Callable[[str], str] = str,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """The annotated workbook as XLSX. A source that cannot be opened gives a workbook with the list alone."""
    try:
        source = open_source(data, name, limits=limits)
    except SourceRefused:
        marks = [_mark(problem, Layout(), {}, translate) for problem in problems]
        return _write_anew(None, {}, marks, translate)
    with source:
        layout = locate(source)
        small = source.kind is SourceKind.XLSX and _size(data) <= _KEEPS_LOOKS_UP_TO
        if small:
            same = {id(table): table.name for table in source.tables}
            marks = [_mark(problem, layout, same, translate) for problem in problems]
            try:
                return _mark_workbook(data, marks, translate)
            except _OPENPYXL_ERRORS:
                small = False  # written anew below: the texts matter more than the looks
        titles = _titles(source)
        marks = [_mark(problem, layout, titles, translate) for problem in problems]
        return _write_anew(source, titles, marks, translate)


def _size(data: bytes | Path) -> int:
    return data.stat().st_size if isinstance(data, Path) else len(data)


type _Titles = dict[int, str]
"""The sheet of the annotated workbook for each table of the source, by identity: two files may have one name."""


def _mark(problem: Problem, layout: Layout, titles: _Titles, translate: Callable[[str], str]) -> _Mark:
    words = describe(problem, sheet_name=sheet_name, column_name=column_name, translate=translate)
    sheet = layout.sheets.get(problem.sheet)
    if sheet is None or problem.row is None or id(sheet.table) not in titles:
        return _Mark(words, "", 0, 0)
    position = sheet.position(problem.column)
    return _Mark(words, titles[id(sheet.table)], problem.row, (position or 0) + 1)


def _by_cell(marks: Sequence[_Mark]) -> dict[tuple[str, int, int], list[_Mark]]:
    cells: dict[tuple[str, int, int], list[_Mark]] = {}
    for mark in marks:
        if mark.has_place:
            cells.setdefault((mark.table, mark.row, mark.column), []).append(mark)
    return cells


def _comment(marks: Sequence[_Mark]) -> str:
    return "\n".join(f"{mark.words.message} {mark.words.hint}" for mark in marks)[:_COMMENT_LENGTH]


def _colour(marks: Sequence[_Mark]) -> str:
    worst = Severity.ERROR if any(m.words.severity is Severity.ERROR for m in marks) else Severity.WARNING
    return _COLOURS[worst]


def _list_row(mark: _Mark, translate: Callable[[str], str]) -> list[str]:
    words = mark.words
    row = "" if words.row is None else str(words.row)
    kind = translate(SEVERITIES[words.severity])
    return [kind, words.sheet, row, words.column, words.value, words.message, words.hint]


# --- into the workbook itself -------------------------------------------------------------------------------


def _mark_workbook(data: bytes | Path, marks: Sequence[_Mark], translate: Callable[[str], str]) -> bytes:
    book = openpyxl.load_workbook(data if isinstance(data, Path) else io.BytesIO(data), keep_links=False)
    for sheet in list(book.worksheets):
        if sheet.title.casefold() == LIST_SHEET.casefold():
            book.remove(sheet)  # the list of an earlier attempt
    for (table, row, column), found in _by_cell(marks).items():
        page = book[table]
        if not isinstance(page, Worksheet):
            continue
        cell = page.cell(row, column)
        if isinstance(cell, Cell):
            cell.comment = Comment(_comment(found), _AUTHOR, height=120, width=360)
            cell.fill = PatternFill("solid", fgColor=_colour(found))
    _add_list(book.create_sheet(LIST_SHEET, 0), marks, translate)
    for page in book.worksheets:
        page.sheet_view.tabSelected = page.title == LIST_SHEET
    book.active = 0
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _add_list(page: Worksheet, marks: Sequence[_Mark], translate: Callable[[str], str]) -> None:
    wrap = Alignment(wrap_text=True, vertical="top")
    for index, (heading, width) in enumerate(zip(HEADINGS, _WIDTHS, strict=True), start=1):
        cell = page.cell(1, index, translate(heading))
        cell.font = Font(bold=True)
        page.column_dimensions[column_letters(index)].width = width
    page.freeze_panes = "A2"
    for number, mark in enumerate(marks, start=2):
        for index, text in enumerate(_list_row(mark, translate), start=1):
            cell = page.cell(number, index)
            if not isinstance(cell, Cell):
                continue
            cell.value = _printable(text)
            cell.data_type = "s"  # a text, even when it begins like a formula
            cell.alignment = wrap
        if mark.has_place:
            page.cell(number, 3).hyperlink = Hyperlink(ref=f"C{number}", location=mark.place)
            page.cell(number, 3).font = Font(color="0563C1", underline="single")


def _printable(text: str) -> str:
    """XML holds no control characters; a value that was refused for one is shown with a blank instead."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", " ", text)[:_CELL_LENGTH]


# --- anew ---------------------------------------------------------------------------------------------------


def _titles(source: Source) -> _Titles:
    """Names for the sheets of the new workbook: allowed, at most 31 characters, each once."""
    titles: _Titles = {}
    used = {LIST_SHEET.casefold()}
    for table in source.tables:
        if table.name.casefold() == LIST_SHEET.casefold():
            continue
        base = _shortened(re.sub(r"[\[\]:*?/\\]", " ", _printable(table.name)), 28) or "Tabelle"
        title, number = base, 1
        while title.casefold() in used:
            number += 1
            title = f"{base} {number}" if number < 10 else f"{_shortened(base, 26)} {number}"
        used.add(title.casefold())
        titles[id(table)] = title
    return titles


def _shortened(text: str, length: int) -> str:
    """At most that many characters as Excel counts them, without blanks and apostrophes at the ends."""
    cut = text.strip(" '").encode("utf-16-le")[: 2 * length]
    return cut.decode("utf-16-le", "ignore").strip(" '")


def _write_anew(
    source: Source | None, titles: _Titles, marks: Sequence[_Mark], translate: Callable[[str], str]
) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    page = book.add_worksheet(LIST_SHEET)
    bold = book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    link = book.add_format({"font_color": "#0563C1", "underline": 1, "valign": "top"})
    page.freeze_panes(1, 0)
    for index, (heading, width) in enumerate(zip(HEADINGS, _WIDTHS, strict=True)):
        page.set_column(index, index, width)
        page.write_string(0, index, translate(heading), bold)
    for number, mark in enumerate(marks, start=1):
        for index, text in enumerate(_list_row(mark, translate)):
            if index == 2 and mark.has_place:
                page.write_url(number, index, f"internal:{mark.place}", link, text)
            else:
                page.write_string(number, index, _printable(text), wrapped)
    if source is not None:
        _copy_tables(book, source, titles, _by_cell(marks))
    book.close()
    return target.getvalue()


class _TableCopy:
    """One table of the source written into a sheet of the new workbook, its wrong cells coloured."""

    def __init__(
        self, book: xlsxwriter.Workbook, title: str, marks: dict[tuple[int, int], list[_Mark]]
    ) -> None:
        self._page = book.add_worksheet(title)
        self._marks = marks
        self._rows = {row for row, _ in marks}
        self._text = book.add_format({"num_format": "@", "valign": "top"})
        self._colours = {
            colour: book.add_format({"num_format": "@", "valign": "top", "bg_color": f"#{colour}"})
            for colour in _COLOURS.values()
        }

    def write(self, number: int, cells: Sequence[str]) -> None:
        for column, value in enumerate(cells, start=1):
            if value:
                found = self._marks.get((number, column))
                form = self._colours[_colour(found)] if found else self._text
                self._page.write_string(number - 1, column - 1, _printable(value), form)
        if number in self._rows:
            self._comment(number, cells)

    def _comment(self, number: int, cells: Sequence[str]) -> None:
        for (row, column), found in self._marks.items():
            if row != number:
                continue
            if column > len(cells) or not cells[column - 1]:
                self._page.write_blank(number - 1, column - 1, None, self._colours[_colour(found)])
            options = {"author": _AUTHOR, "x_scale": 2.5, "y_scale": 1.5}
            self._page.write_comment(number - 1, column - 1, _comment(found), options)


def _copy_tables(
    book: xlsxwriter.Workbook,
    source: Source,
    titles: _Titles,
    cells: dict[tuple[str, int, int], list[_Mark]],
) -> None:
    for table in source.tables:
        title = titles.get(id(table))
        if title is None:
            continue
        copy = _TableCopy(
            book, title, {place[1:]: marks for place, marks in cells.items() if place[0] == title}
        )
        done = 0
        try:
            for batch in table.batches(_BATCH):
                for number, row in enumerate(batch[: max(LAST_SPREADSHEET_ROW - done, 0)], start=done + 1):
                    copy.write(number, row)
                done += len(batch)
        except SourceRefused:
            continue  # damage from here on; the list says so
