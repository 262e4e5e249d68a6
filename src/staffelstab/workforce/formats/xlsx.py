"""XLSX through calamine, after a look into the XML that keeps hostile files away from it.

calamine lays out the whole rectangle a sheet spans before anyone can object, and shows cells with errors such as
``#REF!`` as empty. Both are read from the XML first: the rectangle is bounded, the errors are put back.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Final
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from staffelstab.workforce.formats.archive import member_chunks, read_member
from staffelstab.workforce.formats.limits import MEGABYTE, Limits, SourceRefused
from staffelstab.workforce.formats.tables import RawRow, cell_text

_RELATIONSHIP_ID: Final = re.compile(r"\{[^}]*relationships\}id")
_PLACE: Final = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]{0,4})(\d{1,10})""")
_CELL_TAG: Final = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ROW_TAG: Final = re.compile(rb"<(?:\w+:)?row[\s/>]")
_ERROR_CELL: Final = re.compile(
    rb"""<(?:\w+:)?c\s(?=[^>]*?\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["'])[^>]*?\bt\s*=\s*["']e["'][^>]*>"""
    rb"""(?:(?!</(?:\w+:)?c>).){0,4000}?<(?:\w+:)?v>([^<]{1,40})</""",
    re.DOTALL,
)
_ENCODING: Final = re.compile(rb"""<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([^"']{0,40})["']""")
_UTF_8: Final = frozenset((b"utf-8", b"utf8", b"us-ascii", b"ascii"))
_START: Final = 1024
_OVERLAP: Final = 8192
_SMALL_PART: Final = 8 * MEGABYTE
_MAX_ERROR_CELLS: Final = 100_000
_CALAMINE_ERRORS: Final = (CalamineError, ValueError, OSError, OverflowError, TypeError)


def column_number(letters: str) -> int:
    """``A`` → 1, ``AA`` → 27; no letters → 0."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """1 → ``A``, 27 → ``AA``."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(slots=True)
class _Extent:
    """What one XML part says about its cells."""

    rows: int = 0
    columns: set[bytes] = field(default_factory=set)
    unplaced_rows: int = 0
    unplaced_width: int = 0
    _cells_of_row: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)

    def scan(self, piece: bytes) -> None:
        places = _PLACE.findall(piece)
        if places:
            self.columns.update(letters for letters, _ in places)
            last = max(int(digits) for _, digits in places)
            self.rows = max(self.rows, last)
        placed = sum(1 for letters, _ in places if letters)
        if self.unplaced_rows or len(_CELL_TAG.findall(piece)) > placed:
            self._count_unplaced(piece)
        if b't="e"' in piece or b"'e'" in piece or b'"e"' in piece:
            for letters, digits, text in _ERROR_CELL.findall(piece):
                if len(self.errors) < _MAX_ERROR_CELLS:
                    place = int(digits), column_number(letters.decode())
                    self.errors[place] = text.decode("utf-8", "replace")

    def _count_unplaced(self, piece: bytes) -> None:
        """Cells may leave their place out and then follow their neighbour: count how far that can lead."""
        for number, segment in enumerate(_ROW_TAG.split(piece)):
            cells = len(_CELL_TAG.findall(segment))
            self._cells_of_row = cells if number else self._cells_of_row + cells
            self.unplaced_rows += 1
            self.unplaced_width = max(self.unplaced_width, self._cells_of_row)

    @property
    def width(self) -> int:
        placed = max((column_number(letters.decode()) for letters in self.columns), default=0)
        return placed + self.unplaced_width

    @property
    def height(self) -> int:
        return self.rows + self.unplaced_rows


def _scan_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> _Extent:
    """What a part says about its cells. Its name says nothing: a workbook may call its sheets as it likes."""
    extent = _Extent()
    rest = b""
    for number, chunk in enumerate(member_chunks(archive, member, name)):
        if number == 0:
            _check_encoding(chunk[:_START], name)
        piece = rest + chunk
        if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
            raise SourceRefused("workbook.forbidden_xml", name=name)
        # Cut at the beginning of a cell, so that no cell is split between two pieces.
        cut = max(piece.rfind(b"<c "), piece.rfind(b"<row "))
        if cut <= 0 or len(piece) - cut > _OVERLAP:
            cut = max(len(piece) - _OVERLAP, 0)
        extent.scan(piece[:cut])
        rest = piece[cut:]
    extent.scan(rest)
    return extent


def _check_encoding(start: bytes, name: str) -> None:
    """What is searched for in a part is searched for as ASCII: no other encoding of XML may hide it."""
    text = start.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not text.startswith(b"<"):
        return  # a picture or the like
    declared = _ENCODING.match(text)
    if b"\x00" in start or (declared and declared[1].lower() not in _UTF_8):
        raise SourceRefused("workbook.encoding", name=name)


def inspect(archive: zipfile.ZipFile, name: str, limits: Limits) -> dict[str, _Extent]:
    """Verify every part and measure its cells; raises ``SourceRefused`` for an area beyond the limits."""
    extents: dict[str, _Extent] = {}
    cells = 0
    for member in archive.infolist():
        extent = _scan_part(archive, member, name)
        width = extent.width
        if width > limits.columns:
            raise SourceRefused("table.too_many_columns", table=name, limit=limits.columns)
        if extent.height > limits.rows:
            raise SourceRefused("table.too_many_rows", table=name, limit=limits.rows)
        cells += extent.height * max(width, 1)
        if cells > limits.workbook_cells:
            raise SourceRefused("workbook.too_many_cells", name=name, limit=limits.workbook_cells)
        extents[member.filename] = extent
    return extents


def _sheet_parts(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    """Sheet name → path of its XML part; empty when the workbook does not say."""
    try:
        workbook = ET.fromstring(read_member(archive, "xl/workbook.xml", name, _SMALL_PART))  # noqa: S314 - no DOCTYPE
        relations = ET.fromstring(  # noqa: S314 - no DOCTYPE
            read_member(archive, "xl/_rels/workbook.xml.rels", name, _SMALL_PART)
        )
    except (LookupError, ET.ParseError, ValueError) as error:
        raise SourceRefused("workbook.damaged", name=name) from error
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    parts: dict[str, str] = {}
    for element in workbook.iter():
        if not element.tag.endswith("}sheet"):
            continue
        for key, value in element.attrib.items():
            if _RELATIONSHIP_ID.fullmatch(key) and targets.get(value):
                target = targets[value]
                path = target[1:] if target.startswith("/") else str(PurePosixPath("xl") / target)
                parts[element.get("name", "")] = path
    return parts


class XlsxTable:
    """One sheet of an XLSX workbook. The sheet is unpacked once and let go after a full pass."""

    is_text = False

    def __init__(
        self, workbook: CalamineWorkbook, name: str, file_name: str, errors: Mapping[tuple[int, int], str]
    ) -> None:
        self.name = name
        self._workbook = workbook
        self._file_name = file_name
        self._errors = errors
        self._error_rows = {row for row, _ in errors}
        self._sheet: CalamineSheet | None = None

    def batches(self, size: int) -> Iterator[list[RawRow]]:
        try:
            sheet = self._sheet = self._sheet or self._workbook.get_sheet_by_name(self.name)
            left = [""] * sheet.start[1] if sheet.start else []
            rows = sheet.iter_rows() if sheet.start else iter(())
            number = 1
            while cells := list(islice(rows, size)):
                batch = [
                    left + [cell if type(cell) is str else cell_text(cell) for cell in row] for row in cells
                ]
                if self._error_rows:
                    self._put_errors_back(batch, number)
                number += len(batch)
                yield batch  # type: ignore[misc]
        except BaseException as error:
            if is_calamine_failure(error):
                raise SourceRefused("workbook.damaged", name=self._file_name) from error
            raise
        self._sheet = None

    def _put_errors_back(self, batch: list[list[str]], first: int) -> None:
        for number in self._error_rows.intersection(range(first, first + len(batch))):
            row = batch[number - first]
            for column in range(1, len(row) + 1):
                text = self._errors.get((number, column))
                if text is not None and not row[column - 1]:
                    row[column - 1] = text


def is_calamine_failure(error: BaseException) -> bool:
    """Whether calamine could not read the file.

    A panic in its Rust code arrives as ``PanicException``, which is no ``Exception`` and cannot be imported.
    """
    return isinstance(error, _CALAMINE_ERRORS) or type(error).__name__ == "PanicException"


def open_xlsx(
    data: bytes | Path, archive: zipfile.ZipFile, name: str, limits: Limits
) -> tuple[CalamineWorkbook, list[XlsxTable]]:
    """The tables of a workbook; raises ``SourceRefused``."""
    extents = inspect(archive, name, limits)
    parts = _sheet_parts(archive, name)
    try:
        workbook = CalamineWorkbook.from_object(data if isinstance(data, Path) else io.BytesIO(data))
        names = list(workbook.sheet_names)
    except BaseException as error:
        if is_calamine_failure(error):
            raise SourceRefused("workbook.damaged", name=name) from error
        raise
    nothing = _Extent()
    return workbook, [
        XlsxTable(workbook, sheet, name, extents.get(parts.get(sheet, ""), nothing).errors) for sheet in names
    ]
