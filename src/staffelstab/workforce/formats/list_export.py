"""Lists as files: CSV and XLSX that no spreadsheet program takes for formulas or links."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import xlsxwriter

Cell = str | int | float | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def defused(value: Cell) -> Cell:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def csv_file(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """CSV as German spreadsheets open it: UTF-8 with a mark, semicolons, CRLF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([defused(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx_file(sheet: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A workbook with one sheet: frozen head, filter, texts as texts."""
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        page = book.add_worksheet(sheet[:31])
        bold = book.add_format({"bold": True})
        page.write_row(0, 0, header, bold)
        last = 0
        for last, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(last, column, value)
                elif value is not None:
                    page.write_number(last, column, value)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, last, len(header) - 1)
        page.autofit(max_width=400)
    return content.getvalue()
