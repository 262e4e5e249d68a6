"""Small sources for the tests of the import formats, built in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

import xlsxwriter

from staffelstab.workforce.domain.import_problems import Problem
from staffelstab.workforce.formats.layout import locate
from staffelstab.workforce.formats.reader import read_all
from staffelstab.workforce.formats.source import open_source

type Sheets = Mapping[str, Sequence[Sequence[object]]]
type Rows = dict[str, list[tuple[object, ...]]]

UNITS = [("Kürzel", "Name", "Übergeordnet"), ("50", "Sozialamt", ""), ("50.1", "Wohngeld", "50")]


def csv_zip(files: Mapping[str, bytes | str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def xlsx(sheets: Sheets) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "dd.mm.yyyy"}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return target.getvalue()


_ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
)
_ODS_TAIL = "</office:spreadsheet></office:body></office:document-content>"


def ods_text(text: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def ods(tables: Mapping[str, Sequence[str]], *, head: str = _ODS_HEAD) -> bytes:
    """An ODS from the XML of its rows' cells, one string per row."""
    body = "".join(
        f'<table:table table:name="{name}">'
        + "".join(
            row if row.startswith("<table:table-row") else f"<table:table-row>{row}</table:table-row>"
            for row in rows
        )
        + "</table:table>"
        for name, rows in tables.items()
    )
    return csv_zip(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": head + body + _ODS_TAIL,
        }
    )


def ods_table(rows: Sequence[Sequence[str]]) -> list[str]:
    return ["".join(ods_text(cell) for cell in row) for row in rows]


def read(data: bytes, name: str = "datei") -> tuple[Rows, list[Problem]]:
    with open_source(data, name) as source:
        return read_all(locate(source))


def found(problems: Sequence[Problem]) -> list[tuple[str, str, int | None, str]]:
    """Code and place of each problem."""
    return [(problem.code, problem.sheet, problem.row, problem.column) for problem in problems]
