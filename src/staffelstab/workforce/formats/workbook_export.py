"""The register as the import format: XLSX, or a zip of CSV. Importing it again changes nothing."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO, Final

from staffelstab.workforce.domain import import_values as values
from staffelstab.workforce.domain.import_schema import Column, Sheet
from staffelstab.workforce.domain.import_sheets import SHEETS

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

type SheetRows = Mapping[str, Iterable[Sequence[object]]]
"""Rows by sheet key, each in the order of ``Sheet.fields``, as the reader gives them. Absent sheets are left out."""

LAST_SPREADSHEET_ROW: Final = 1_048_576
HEADER_COLOUR: Final = "#1F4E79"


class ExportTooLargeError(ValueError):
    """A sheet has more rows than a spreadsheet can hold; export it as CSV."""


def file_columns(sheet: Sheet) -> tuple[Column, ...]:
    """The columns that files of ours have."""
    return tuple(column for column in sheet.columns if column.in_template)


def cell_text(column: Column, value: object) -> str:
    """A value as the format writes it."""
    text = str(value)
    match value:
        case None:
            text = ""
        case bool():
            text = values.render_yes_no(value)
        case Decimal():
            text = values.render_share(value)
        case dt.date():
            text = values.render_date(value)
        case int() if column.key == "exit_quarter":
            text = values.render_quarter(value)
        case str() if column.key == "exit_band":
            text = values.BAND_LABELS.get(value, value)
        case str() if column.key == "kind":
            text = values.KIND_LABELS.get(value, value)
    return text


def _ordered(sheet: Sheet, rows: Iterable[Sequence[object]]) -> Iterator[list[tuple[Column, object]]]:
    places = [(column, sheet.fields.index(column.key)) for column in file_columns(sheet)]
    for row in rows:
        yield [(column, row[place]) for column, place in places]


# --- CSV ----------------------------------------------------------------------------------------------------


def write_csv_zip(target: BinaryIO, rows: SheetRows) -> None:
    """Zip of ``Einheiten.csv`` …: ``;``, UTF-8 with mark, texts that look like formulas behind an apostrophe."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet in SHEETS:
            if sheet.key not in rows:
                continue
            # A fixed date keeps equal contents equal as files.
            member = zipfile.ZipInfo(f"{sheet.name}.csv", date_time=(2000, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            with (
                archive.open(member, "w", force_zip64=True) as file,
                io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text,
            ):
                writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
                writer.writerow(column.header for column in file_columns(sheet))
                for row in _ordered(sheet, rows[sheet.key]):
                    writer.writerow(_csv_cell(column, value) for column, value in row)


def _csv_cell(column: Column, value: object) -> str:
    text = cell_text(column, value)
    return values.escape_formula(text) if isinstance(value, str) else text


# --- XLSX ---------------------------------------------------------------------------------------------------


class WorkbookWriter:
    """Writes sheets of the format with headings, widths and typed cells, row by row in constant memory."""

    def __init__(self, target: BinaryIO) -> None:
        import xlsxwriter  # noqa: PLC0415 - megabytes of memory that a process seldom needs

        self.book = xlsxwriter.Workbook(target, {"constant_memory": True})
        self.heading = self.book.add_format(
            {"bold": True, "font_color": "#FFFFFF", "bg_color": HEADER_COLOUR, "valign": "top", "border": 1}
        )
        self.optional_heading = self.book.add_format(
            {"bold": True, "bg_color": "#DDEBF7", "valign": "top", "border": 1}
        )
        self.text = self.book.add_format({"num_format": "@", "valign": "top"})
        self.wrapped = self.book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        self.number = self.book.add_format({"valign": "top"})
        self.date = self.book.add_format({"num_format": "dd.mm.yyyy", "valign": "top", "align": "left"})

    def format_of(self, column: Column) -> Format:
        if column.parse is values.parse_date:
            return self.date
        if not column.text_format:
            return self.number
        return self.wrapped if column.lines else self.text

    def add_sheet(self, sheet: Sheet, rows: Iterable[Sequence[object]]) -> Worksheet:
        """Add a sheet with its rows; raises ``ExportTooLargeError``."""
        page = self.book.add_worksheet(sheet.name)
        page.freeze_panes(1, 0)
        for index, column in enumerate(file_columns(sheet)):
            page.set_column(index, index, column.width, self.format_of(column))
        for index, column in enumerate(file_columns(sheet)):
            heading = f"{column.header} *" if column.required else column.header
            page.write_string(0, index, heading, self.heading if column.required else self.optional_heading)
        for number, row in enumerate(_ordered(sheet, rows), start=1):
            if number >= LAST_SPREADSHEET_ROW:
                raise ExportTooLargeError(sheet.name)
            for index, (column, value) in enumerate(row):
                self._write(page, number, index, column, value)
        return page

    def _write(self, page: Worksheet, row: int, index: int, column: Column, value: object) -> None:
        form = self.format_of(column)
        if isinstance(value, dt.date):
            page.write_datetime(row, index, dt.datetime(value.year, value.month, value.day), form)  # noqa: DTZ001
        elif isinstance(value, (int, Decimal)) and not column.text_format:
            page.write_number(row, index, value, form)
        elif text := cell_text(column, value):
            page.write_string(row, index, values.protect_apostrophe(text), form)

    def close(self) -> None:
        self.book.close()


def write_xlsx(target: BinaryIO, rows: SheetRows) -> None:
    """The sheets of the format as a workbook; raises ``ExportTooLargeError``."""
    writer = WorkbookWriter(target)
    for sheet in SHEETS:
        if sheet.key in rows:
            writer.add_sheet(sheet, rows[sheet.key])
    writer.close()
