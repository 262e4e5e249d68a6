"""A report as XLSX and as rows of a CSV: the same figures, numbers as numbers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from staffelstab.foresight.domain.report_document import Document, Kind, Table, Value

_WIDEST: Final = 60  # characters
_SHEET_NAME: Final = 31  # characters, by the format
_FORMATS: Final = {
    Kind.COUNT: "#,##0",
    Kind.CHANGE: "+#,##0;-#,##0;0",
    Kind.SHARE: "0.0%",
    Kind.WHOLE_SHARE: "0%",
}
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\']")


def workbook(document: Document, *, labels: Mapping[str, str], digest: str) -> bytes:
    """One sheet with the texts, and one for each table.

    `labels`: names for ``overview``, ``digest``, in the document's language.
    """
    import xlsxwriter  # noqa: PLC0415 - megabytes of memory that a process seldom needs

    buffer = io.BytesIO()
    # No macros, formulas or links arise from texts: they are data of other people.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": document.title, "subject": document.subject, "author": document.house})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        cells = {kind: book.add_format({"num_format": code}) for kind, code in _FORMATS.items()}
        names = {labels["overview"].lower()}
        _overview(book, document, labels=labels, digest=digest)
        for table in document.tables:
            _sheet(book.add_worksheet(_sheet_name(table.title, names)), table, bold, cells)
    return buffer.getvalue()


def rows(document: Document, *, labels: Mapping[str, str], digest: str) -> Iterator[tuple[Value, ...]]:
    """Long form for a CSV: section, row, column and value; texts have no row and no column.

    `labels` as for ``workbook``, and ``finding``, ``text``.
    """
    yield (labels["overview"], None, document.title, document.subject)
    for term, fact in document.facts:
        yield (labels["overview"], None, term, fact)
    yield (labels["overview"], None, labels["finding"], document.finding)
    for section in document.sections:
        for text in (*section.paragraphs, *section.points):
            yield (section.title, None, labels["text"], text)
        for table in section.tables:
            for row in table.rows:
                for column, value in zip(table.columns[1:], row[1:], strict=True):
                    yield (table.title, row[0], column.label, value)
    yield (labels["overview"], None, labels["digest"], digest)


def _overview(book: Any, document: Document, *, labels: Mapping[str, str], digest: str) -> None:
    sheet = book.add_worksheet(labels["overview"][:_SHEET_NAME])
    heading = book.add_format({"bold": True, "font_size": 16})
    bold, wrap = (
        book.add_format({"bold": True, "valign": "top"}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 100)
    sheet.write(0, 0, document.title, heading)
    lines: list[tuple[str, str]] = [*document.facts, (labels["finding"], document.finding)]
    for section in document.sections:
        texts = [*section.paragraphs, *section.points]
        lines += [(section.title if place == 0 else "", text) for place, text in enumerate(texts)]
    lines.append((labels["digest"], digest))
    for number, (term, text) in enumerate(lines, start=2):
        sheet.write(number, 0, term, bold)
        sheet.write(number, 1, text, wrap)


def _sheet(sheet: Any, table: Table, bold: Any, cells: Mapping[Kind, Any]) -> None:
    widths = [len(column.label) for column in table.columns]
    sheet.write_row(0, 0, [column.label for column in table.columns], bold)
    for number, row in enumerate(table.rows, start=1):
        for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            if value is not None:
                sheet.write(number, place, value, cells.get(column.kind))
                widths[place] = max(widths[place], len(str(value)))
    for place, width in enumerate(widths):
        sheet.set_column(place, place, min(width, _WIDEST) + 2)
    sheet.freeze_panes(1, 0)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name the format allows and no other sheet has."""
    base = _FORBIDDEN.sub(" ", title).strip()
    name, count = base[:_SHEET_NAME], 1
    while name.lower() in taken:
        count += 1
        name = f"{base[: _SHEET_NAME - 3]} {count}"
    taken.add(name.lower())
    return name
