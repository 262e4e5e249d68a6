"""ODS, read as a stream with expat.

Repeat counts let a few bytes stand for billions of cells; here they are bounded before anything is laid out,
which a general reader does not offer. Values come as text, errors such as ``#REF!`` included.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from staffelstab.workforce.domain.import_values import DateText
from staffelstab.workforce.formats.archive import member_chunks
from staffelstab.workforce.formats.limits import Limits, SourceRefused
from staffelstab.workforce.formats.tables import FALSE_TEXT, TRUE_TEXT, RawRow, in_batches, number_text

_OASIS: Final = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE: Final = f"{_OASIS}table:1.0 "
_OFFICE: Final = f"{_OASIS}office:1.0 "
_TEXT: Final = f"{_OASIS}text:1.0 "
_CALC_TYPE: Final = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_CELLS: Final = frozenset((f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"))
_NO_CONTENT: Final = frozenset((f"{_OFFICE}annotation",))
_MAX_BLANKS: Final = 1000


class _Encrypted(Exception):
    pass


@dataclass(slots=True)
class OdsTable:
    """One sheet of an ODS, held in memory as text."""

    name: str
    rows: list[RawRow] = field(default_factory=list)
    is_text: bool = False

    def batches(self, size: int) -> Iterator[list[RawRow]]:
        return in_batches(self.rows, size)


def _repeats(attributes: Mapping[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 9 else 1


class _Handler:
    """Builds the tables from the parser's events; one cell, one row and one table are open at a time."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.tables: list[OdsTable] = []
        self._name = name
        self._limits = limits
        self._stack: list[str] = []
        self._cells = 0
        self._texts: dict[str, str] = {}
        self._table: OdsTable | None = None
        self._row: list[str] | None = None
        self._row_repeats = self._cell_repeats = 1
        self._blank_rows = self._blank_cells = 0
        self._cell: Mapping[str, str] | None = None
        self._cell_depth = self._table_depth = 0
        self._skipping = 0
        self._paragraphs: list[str] = []
        self._length = 0

    def doctype(self, *_: object) -> None:
        raise SourceRefused("workbook.forbidden_xml", name=self._name)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._stack.append(tag)
        if self._cell is not None:
            self._start_in_cell(tag, attributes)
        elif tag in _CELLS and self._row is not None:
            self._cell, self._cell_depth = attributes, len(self._stack)
            self._cell_repeats = _repeats(attributes, f"{_TABLE}number-columns-repeated")
            self._paragraphs, self._length = [], 0
        elif tag == f"{_TABLE}table-row" and self._table is not None:
            self._row, self._blank_cells = [], 0
            self._row_repeats = _repeats(attributes, f"{_TABLE}number-rows-repeated")
        elif tag == f"{_TABLE}table" and self._stack[-2:-1] == [f"{_OFFICE}spreadsheet"]:
            self._table = OdsTable(attributes.get(f"{_TABLE}name", ""))
            self._table_depth, self._blank_rows = len(self._stack), 0

    def _start_in_cell(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._skipping or tag in _NO_CONTENT:
            self._skipping += 1
        elif tag == f"{_TEXT}p":
            self._paragraphs.append("")
        elif tag == f"{_TEXT}s":
            self.text(" " * min(_repeats(attributes, f"{_TEXT}c"), _MAX_BLANKS))
        elif tag == f"{_TEXT}tab":
            self.text("\t")
        elif tag == f"{_TEXT}line-break":
            self.text("\n")

    def text(self, text: str) -> None:
        if self._cell is None or self._skipping or not self._paragraphs:
            return
        self._length += len(text)
        if self._length > self._limits.cell_length:
            row = len(self._table.rows) + self._blank_rows + 1 if self._table else 0
            raise SourceRefused(
                "table.cell_too_long",
                table=self._table.name if self._table else self._name,
                row=row,
                limit=self._limits.cell_length,
            )
        self._paragraphs[-1] += text

    def end(self, tag: str) -> None:
        depth = len(self._stack)
        self._stack.pop()
        if self._skipping:
            self._skipping -= 1
        elif self._cell is not None:
            if depth == self._cell_depth:
                self._end_cell(self._cell)
        elif tag == f"{_TABLE}table-row" and self._row is not None:
            self._end_row()
        elif self._table is not None and depth == self._table_depth:
            self.tables.append(self._table)
            self._table = None

    def _value(self, cell: Mapping[str, str]) -> str:
        kind = cell.get(f"{_OFFICE}value-type", "")
        shown = "\n".join(self._paragraphs)
        if cell.get(_CALC_TYPE) == "error":
            return shown
        if kind in {"float", "percentage", "currency"}:
            try:
                return number_text(float(cell.get(f"{_OFFICE}value", "")))
            except (ValueError, OverflowError):
                return shown
        if kind == "date":
            day, _, time = cell.get(f"{_OFFICE}date-value", shown).partition("T")
            return DateText(f"{day} {time}" if time.strip("0:.") else day)
        if kind == "boolean":
            return TRUE_TEXT if cell.get(f"{_OFFICE}boolean-value") == "true" else FALSE_TEXT
        return shown or cell.get(f"{_OFFICE}string-value", "")

    def _end_cell(self, cell: Mapping[str, str]) -> None:
        row = self._row if self._row is not None else []
        value = self._value(cell)
        self._cell = None
        if not value:
            self._blank_cells += self._cell_repeats
            return
        width = len(row) + self._blank_cells + self._cell_repeats
        if width > self._limits.columns:
            table = self._table.name if self._table else self._name
            raise SourceRefused("table.too_many_columns", table=table, limit=self._limits.columns)
        row.extend([""] * self._blank_cells)
        if type(value) is str:
            value = self._texts.setdefault(value, value)
        row.extend([value] * self._cell_repeats)
        self._blank_cells = 0

    def _end_row(self) -> None:
        row, self._row = self._row, None
        if self._table is None:
            return
        if not row:
            self._blank_rows += self._row_repeats
            return
        rows = self._table.rows
        if len(rows) + self._blank_rows + self._row_repeats > self._limits.rows:
            raise SourceRefused("table.too_many_rows", table=self._table.name, limit=self._limits.rows)
        self._cells += self._blank_rows + (len(row) + 1) * self._row_repeats
        if self._cells > self._limits.held_cells:
            raise SourceRefused("workbook.too_many_cells", name=self._name, limit=self._limits.held_cells)
        rows.extend([()] * self._blank_rows)
        rows.extend([row] * self._row_repeats)
        self._blank_rows = 0


class _ManifestHandler:
    def start(self, tag: str, _: dict[str, str]) -> None:
        if tag.endswith("encryption-data"):
            raise _Encrypted


def _parse(archive: zipfile.ZipFile, member: str, name: str, handler: _Handler | _ManifestHandler) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    if isinstance(handler, _Handler):
        parser.EndElementHandler = handler.end
        parser.CharacterDataHandler = handler.text
        parser.StartDoctypeDeclHandler = handler.doctype
    try:
        for chunk in member_chunks(archive, member, name):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise SourceRefused("workbook.damaged", name=name) from error


def open_ods(archive: zipfile.ZipFile, name: str, limits: Limits) -> list[OdsTable]:
    """The tables of an ODS; raises ``SourceRefused``."""
    members = set(archive.namelist())
    if "META-INF/manifest.xml" in members:
        try:
            _parse(archive, "META-INF/manifest.xml", name, _ManifestHandler())
        except _Encrypted:
            raise SourceRefused("file.encrypted", name=name) from None
    if "content.xml" not in members:
        raise SourceRefused("workbook.damaged", name=name)
    handler = _Handler(name, limits)
    _parse(archive, "content.xml", name, handler)
    return handler.tables
