"""The workbook people download and fill in: six sheets with examples and drop-downs, and a help sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from staffelstab.workforce.domain import import_values as values
from staffelstab.workforce.domain.import_rules import explained
from staffelstab.workforce.domain.import_schema import Cells, Sheet
from staffelstab.workforce.domain.import_sheets import SHEETS
from staffelstab.workforce.formats.reader import parse_cell
from staffelstab.workforce.formats.workbook_export import WorkbookWriter, file_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsxwriter.worksheet import Worksheet

HELP_SHEET: Final = "Hilfe"
_LAST_CHECKED_ROW: Final = 99_999
_HELP_WIDTHS: Final = (18, 20, 10, 70, 34, 30)
_HELP_HEADINGS: Final = ("Blatt", "Spalte", "Pflicht", "Erklärung", "Erlaubte Werte", "Beispiel")
_INTRODUCTION: Final = (
    "So füllen Sie diese Arbeitsmappe aus",
    "Dunkle Spaltenköpfe mit * sind Pflicht. Überschreiben oder löschen Sie die Beispielzeilen.",
    "Sie können Blätter weglassen: Dann beziehen sich die übrigen auf das, was schon gespeichert ist.",
    "Schlüssel wie Kürzel und Stellennummer halten alles zusammen: Dieselbe Datei noch einmal ändert nichts.",
    "Eine fehlende Spalte lässt gespeicherte Werte unverändert; eine leere Zelle leert den Wert.",
    "Eine Vertretung ohne Angabe unter „Bereit“ gilt als noch nicht bereit.",
    "Geburtsdaten und Alter werden nirgends gespeichert. Dateien mit solchen Spalten werden abgelehnt.",
)


def write_template(target: BinaryIO, *, translate: Callable[[str], str]) -> None:
    """Write the template as XLSX. ``translate`` is gettext in German: that is the language of the format."""
    writer = WorkbookWriter(target)
    for sheet in SHEETS:
        page = writer.add_sheet(sheet, example_rows(sheet))
        _add_choices(page, sheet)
    _add_help(writer, translate)
    writer.close()


def example_rows(sheet: Sheet) -> list[tuple[object, ...]]:
    """The example rows of a sheet, parsed, in the order of ``Sheet.fields``."""
    columns = file_columns(sheet)
    cells: Cells = {
        column.key: [parse_cell(column, example[index]) for example in sheet.examples]
        for index, column in enumerate(columns)
    } | {
        column.key: [column.empty] * len(sheet.examples) for column in sheet.columns if not column.in_template
    }
    fields = sheet.assemble(cells) if sheet.assemble else [cells[key] for key in sheet.fields]
    return list(zip(*fields, strict=True))


def _add_choices(page: Worksheet, sheet: Sheet) -> None:
    for index, column in enumerate(file_columns(sheet)):
        if column.allowed:
            page.data_validation(
                1,
                index,
                _LAST_CHECKED_ROW,
                index,
                {
                    "validate": "list",
                    "source": list(column.allowed),
                    "error_title": column.header,
                    "error_message": "Bitte wählen Sie einen Wert aus der Liste.",
                },
            )


def _add_help(writer: WorkbookWriter, translate: Callable[[str], str]) -> None:
    page = writer.book.add_worksheet(HELP_SHEET)
    title = writer.book.add_format({"bold": True, "font_size": 14})
    for index, width in enumerate(_HELP_WIDTHS):
        page.set_column(index, index, width)
    row = 0
    for line in _INTRODUCTION:
        page.write_string(row, 0, line, title if row == 0 else None)
        row += 1
    row += 1
    for index, heading in enumerate(_HELP_HEADINGS):
        page.write_string(row, index, heading, writer.heading)
    row += 1
    for sheet in explained(translate):
        page.write_string(row, 0, sheet.name, writer.optional_heading)
        page.write_string(row, 3, sheet.help, writer.wrapped)
        row += 1
        for column in sheet.columns:
            required = values.YES if column.required else values.NO
            texts = (
                sheet.name,
                column.header,
                required,
                column.help,
                ", ".join(column.allowed),
                column.example,
            )
            for index, text in enumerate(texts):
                page.write_string(row, index, text, writer.wrapped)
            row += 1
