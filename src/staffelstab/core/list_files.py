"""A list as CSV or XLSX: heads and rows as people see them, safe to open in a spreadsheet."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from django.utils.text import slugify

type Value = str | int | float | dt.date | None

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# A text that begins like this is run as a formula by spreadsheets that open a CSV file (OWASP, CSV injection).
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_WIDEST: Final = 60  # characters
_LONGEST_SUBJECT: Final = 60  # characters
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
PERCENT: Final = "0%"
"""Number format for a share 0 … 1 in whole per cent."""


def render_csv(heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Semicolons, UTF-8 with mark, decimal comma, 12.03.2027: what a German spreadsheet opens at a double click."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([_csv_value(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def file_name(*subject: str, day: dt.date | None = None, ending: str) -> str:
    """*bericht-stadt-brueckenfeld-2026-11-22.pdf*: lower case, subject, day; in letters that every system takes.

    `day`: on which the content stands; None for a file that is the same every day.
    """
    words = [slugify(part.lower().translate(_UMLAUTS))[:_LONGEST_SUBJECT].strip("-") for part in subject]
    if day is not None:
        words.append(day.isoformat())
    return "-".join(filter(None, words)) + f".{ending}"


def attachment(name: str) -> dict[str, str]:
    """The header with which a browser saves a file under a `name` of ``file_name``."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def render_xlsx(
    name: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[Value]],
    *,
    formats: Mapping[int, str] | None = None,
) -> bytes:
    """One sheet called `name` with a fixed head row, a filter and fitting column widths.

    `formats`: how a spreadsheet shows the numbers of a column, by its place; see ``PERCENT``.
    """
    import xlsxwriter  # noqa: PLC0415 - megabytes of memory that a process seldom needs

    buffer = io.BytesIO()
    # No macros, formulas or links arise from texts: they are data of other people.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "dd.mm.yyyy",
    }
    with xlsxwriter.Workbook(buffer, options) as workbook:
        sheet = workbook.add_worksheet(name[:31])
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        shown = {
            column: workbook.add_format({"num_format": code}) for column, code in (formats or {}).items()
        }
        widths = [len(head) for head in heads]
        sheet.write_row(0, 0, heads, bold)
        count = 0
        for count, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(count, column, value, shown.get(column))
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
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return str(value)
