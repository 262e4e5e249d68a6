"""A list as CSV or XLSX: heads and rows as people see them, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

type Value = str | int | float | None

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# A text that begins like this is run as a formula by spreadsheets that open a CSV file (OWASP, CSV injection).
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_WIDEST: Final = 60  # characters


def render_csv(heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Semicolons, UTF-8 with mark, decimal comma: what a German spreadsheet opens at a double click."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([_csv_value(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def render_xlsx(name: str, heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """One sheet called `name` with a fixed head row, a filter and fitting column widths."""
    import xlsxwriter  # noqa: PLC0415 - megabytes of memory that a process seldom needs

    buffer = io.BytesIO()
    # No macros, formulas or links arise from texts: they are data of other people.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        sheet = workbook.add_worksheet(name[:31])
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        widths = [len(head) for head in heads]
        sheet.write_row(0, 0, heads, bold)
        count = 0
        for count, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(count, column, value)
                    widths[column] = max(widths[column], len(str(value)))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(width, _WIDEST) + 2)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, count, len(heads) - 1)
    return buffer.getvalue()


def _csv_value(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}".replace(".", ",")
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return str(value)
