"""Every problem an import can report: what is wrong, and what would be right.

One table for all stages: recognising the file, reading sheets and cells, and the checks across rows that are
done in the database. Placeholders are named (``%(value)s``); ``sheet``, ``column``, ``row`` and ``value`` are
always available, the others come from the problem's data. Texts are English sources for gettext, marked with
``N_`` because this package knows no framework; German is in ``locale/de/workforce_import.po``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class Severity(StrEnum):
    """An error keeps the whole import from being applied; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class ProblemText(NamedTuple):
    """How bad it is, one sentence on what is wrong, one on what would be right."""

    severity: Severity
    message: str
    hint: str


def N_(text: str) -> str:  # noqa: N802 - the customary name of the marker for translators
    """Mark a text for translation; translated where it is shown."""
    return text


PROBLEMS: Final[dict[str, ProblemText]] = {
    # The file as a whole
    "file.not_found": ProblemText(
        Severity.ERROR,
        N_("There is no file or folder “%(name)s”."),
        N_("Check the path and try again."),
    ),
    "file.unreadable": ProblemText(
        Severity.ERROR,
        N_("The file “%(name)s” cannot be read."),
        N_("Check that it is not open elsewhere and that you may read it."),
    ),
    "file.not_regular": ProblemText(
        Severity.ERROR,
        N_("“%(name)s” is neither a file nor a folder, but a device or a connection."),
        N_("Save the tables as a file and give its path."),
    ),
    "file.no_rows": ProblemText(
        Severity.ERROR,
        N_("There is nothing in “%(name)s”: no sheet has a row below its heading."),
        N_("Choose the filled-in workbook; the template shows how it looks."),
    ),
    "file.empty": ProblemText(
        Severity.ERROR,
        N_("The file “%(name)s” is empty."),
        N_("Choose the filled-in workbook; the template shows how it looks."),
    ),
    "file.too_large": ProblemText(
        Severity.ERROR,
        N_("The file “%(name)s” is larger than %(limit)s MB."),
        N_("Split it by sheet and import the parts one after the other, units first."),
    ),
    "file.unknown_type": ProblemText(
        Severity.ERROR,
        N_("“%(name)s” is neither a workbook nor a CSV file."),
        N_("Save it as XLSX, ODS or CSV."),
    ),
    "file.pdf": ProblemText(
        Severity.ERROR,
        N_("“%(name)s” is a PDF; tables cannot be read from it."),
        N_("Choose the workbook from which the PDF was made and save it as XLSX or ODS."),
    ),
    "file.image": ProblemText(
        Severity.ERROR,
        N_("“%(name)s” is a picture; tables cannot be read from it."),
        N_("Choose the workbook itself, saved as XLSX or ODS."),
    ),
    "file.legacy_xls": ProblemText(
        Severity.ERROR,
        N_("“%(name)s” has the old Excel format XLS."),
        N_("Open it in Excel or LibreOffice and save it as “Excel workbook (.xlsx)”."),
    ),
    "file.binary_workbook": ProblemText(
        Severity.ERROR,
        N_("“%(name)s” has the binary Excel format XLSB."),
        N_("Save it as “Excel workbook (.xlsx)”."),
    ),
    "file.other_document": ProblemText(
        Severity.ERROR,
        N_("“%(name)s” is a document or presentation, not a workbook."),
        N_("Copy the tables into the template and save it as XLSX or ODS."),
    ),
    "file.encrypted": ProblemText(
        Severity.ERROR,
        N_("“%(name)s” is protected with a password."),
        N_("Save it without a password and choose it again."),
    ),
    # Archives and folders
    "zip.damaged": ProblemText(
        Severity.ERROR,
        N_("The archive or workbook “%(name)s” is damaged or incomplete."),
        N_("Save it again at its source or repeat the upload."),
    ),
    "zip.nested": ProblemText(
        Severity.ERROR,
        N_("The archive contains another archive or workbook: “%(member)s”."),
        N_("Put the CSV files directly into one zip file, or choose the workbook alone."),
    ),
    "zip.unpacked_too_large": ProblemText(
        Severity.ERROR,
        N_("Unpacked, “%(name)s” would be larger than %(limit)s MB."),
        N_("Split it by sheet and import the parts one after the other."),
    ),
    "zip.ratio": ProblemText(
        Severity.ERROR,
        N_("“%(member)s” is packed so tightly that it looks like an attack on the memory."),
        N_("Save the file again with Excel or LibreOffice, or pack the CSV files anew."),
    ),
    "zip.too_many_files": ProblemText(
        Severity.ERROR,
        N_("The archive or folder “%(name)s” contains more than %(limit)s files."),
        N_("Keep only the CSV files of the sheets in it."),
    ),
    "zip.no_csv": ProblemText(
        Severity.ERROR,
        N_("There is no CSV file in the archive or folder “%(name)s”."),
        N_("Expected are files such as Einheiten.csv, Stellen.csv or Aufgaben.csv."),
    ),
    "zip.method": ProblemText(
        Severity.ERROR,
        N_("“%(member)s” is packed with a method that Staffelstab does not know."),
        N_("Pack the files with the usual zip function of the file manager."),
    ),
    # Workbooks and CSV files
    "workbook.damaged": ProblemText(
        Severity.ERROR,
        N_("The workbook “%(name)s” cannot be read; parts of it are damaged."),
        N_("Open it in Excel or LibreOffice, let it be repaired and save it again."),
    ),
    "workbook.forbidden_xml": ProblemText(
        Severity.ERROR,
        N_("The workbook “%(name)s” contains definitions (DOCTYPE) that no spreadsheet program writes."),
        N_("Open it in Excel or LibreOffice and save it again."),
    ),
    "workbook.encoding": ProblemText(
        Severity.ERROR,
        N_(
            "The workbook “%(name)s” has parts that are not written in UTF-8; no spreadsheet program writes them so."
        ),
        N_("Open it in Excel or LibreOffice and save it again."),
    ),
    "workbook.too_many_cells": ProblemText(
        Severity.ERROR,
        N_("The workbook “%(name)s” spans more than %(limit)s cells."),
        N_("Delete empty rows and columns far outside the table, or import large amounts as CSV."),
    ),
    "table.too_many_rows": ProblemText(
        Severity.ERROR,
        N_("“%(table)s” has more than %(limit)s rows."),
        N_("Split the table and import the parts one after the other."),
    ),
    "table.too_many_columns": ProblemText(
        Severity.ERROR,
        N_("“%(table)s” has more than %(limit)s columns."),
        N_("Delete the columns that the template does not know."),
    ),
    "csv.encoding": ProblemText(
        Severity.ERROR,
        N_("The characters of “%(table)s” can be read neither as UTF-8 nor as Windows-1252."),
        N_("Save the file as “CSV UTF-8”."),
    ),
    "csv.mixed": ProblemText(
        Severity.ERROR,
        N_(
            "The characters of “%(table)s” are UTF-8 in line %(letter)s, but not in line %(line)s: the byte %(byte)s "
            "stands there. Nothing of the file can be read with certainty, its headings included."
        ),
        N_("Correct the character in line %(line)s and save the whole file as “CSV UTF-8”."),
    ),
    "csv.binary": ProblemText(
        Severity.ERROR,
        N_("“%(table)s” is not a text file."),
        N_("Save the table as “CSV UTF-8”."),
    ),
    "csv.quotes": ProblemText(
        Severity.ERROR,
        N_("From row %(row)s of “%(table)s” the quotation marks do not match."),
        N_('Double quotation marks inside a field ("") and close each quoted field.'),
    ),
    "table.cell_too_long": ProblemText(
        Severity.ERROR,
        N_("A cell from row %(row)s of “%(table)s” is longer than %(limit)s characters."),
        N_("Look for a missing closing quotation mark there, or shorten the text."),
    ),
    # Sheets and columns
    "sheet.none_known": ProblemText(
        Severity.ERROR,
        N_("None of the sheets is known: %(found)s."),
        N_("Name at least one sheet like those of the template: %(expected)s."),
    ),
    "sheet.unknown": ProblemText(
        Severity.WARNING,
        N_("The sheet “%(sheet)s” is unknown and is not read."),
        N_("Known sheets: %(expected)s."),
    ),
    "sheet.duplicate": ProblemText(
        Severity.ERROR,
        N_("The sheet “%(sheet)s” occurs twice, as “%(first)s” and as “%(second)s”."),
        N_("Put all rows on one sheet."),
    ),
    "sheet.empty": ProblemText(
        Severity.WARNING,
        N_("The sheet “%(sheet)s” has not even a heading and is treated as absent."),
        N_("Copy the headings from the template, or delete the sheet."),
    ),
    "column.missing": ProblemText(
        Severity.ERROR,
        N_("The required column “%(column)s” is missing on the sheet “%(sheet)s”."),
        N_("Add the column with this heading in the first row. Found: %(found)s."),
    ),
    "column.duplicate": ProblemText(
        Severity.ERROR,
        N_("The column “%(column)s” occurs twice on the sheet “%(sheet)s”."),
        N_("Keep one of the two columns."),
    ),
    "column.unknown": ProblemText(
        Severity.WARNING,
        N_("The column “%(column)s” is unknown and is not read."),
        N_("Columns of this sheet: %(expected)s."),
    ),
    "column.unnamed": ProblemText(
        Severity.WARNING,
        N_("There are values in column %(letter)s, which has no heading; they are not read."),
        N_("Give the column a heading from the template, or delete it."),
    ),
    "column.birth_date": ProblemText(
        Severity.ERROR,
        N_("The column “%(column)s” suggests birth dates or ages; Staffelstab never stores them."),
        N_("Delete the column. For exits enter a quarter or a band on the sheet “Besetzungen”."),
    ),
    "row.too_many_cells": ProblemText(
        Severity.ERROR,
        N_("The row has more cells than there are headings."),
        N_("Often a text contains the separator: put such a text in quotation marks."),
    ),
    # Single values
    "value.required": ProblemText(
        Severity.ERROR,
        N_("“%(column)s” must not be empty."),
        N_("Fill in the cell or delete the whole row."),
    ),
    "value.too_long": ProblemText(
        Severity.ERROR,
        N_("The text in “%(column)s” has %(length)s characters; at most %(limit)s are possible."),
        N_("Shorten the text."),
    ),
    "value.control_character": ProblemText(
        Severity.ERROR,
        N_("The text in “%(column)s” contains an invisible control character (%(character)s)."),
        N_("Delete the cell and type the text anew."),
    ),
    "value.broken_characters": ProblemText(
        Severity.ERROR,
        N_("“%(value)s” contains characters that were lost in an earlier conversion (�)."),
        N_("Correct the special characters and save as “CSV UTF-8”."),
    ),
    "value.spreadsheet_error": ProblemText(
        Severity.ERROR,
        N_("The formula in “%(column)s” gives the error %(value)s."),
        N_("Correct the formula or enter the value itself."),
    ),
    "key.date": ProblemText(
        Severity.ERROR,
        N_("The spreadsheet program has turned the key in “%(column)s” into the date %(value)s."),
        N_("Format the column as text and enter the key again, e.g. 50-03."),
    ),
    "key.rounded": ProblemText(
        Severity.ERROR,
        N_("The spreadsheet program shows the key in “%(column)s” rounded: %(value)s."),
        N_("Format the column as text and enter the key again with all digits."),
    ),
    "yes_no.invalid": ProblemText(
        Severity.ERROR,
        N_("“%(value)s” in “%(column)s” is neither yes nor no."),
        N_("Enter ja or nein."),
    ),
    "share.invalid": ProblemText(
        Severity.ERROR,
        N_("“%(value)s” is not a share of a full position."),
        N_("Enter a number such as 0,5 or 50 %%."),
    ),
    "share.range": ProblemText(
        Severity.ERROR,
        N_("The share %(value)s is outside the possible range."),
        N_("Enter a share above 0 and up to 1 (0 to 100 %%)."),
    ),
    "date.invalid": ProblemText(
        Severity.ERROR,
        N_("“%(value)s” in “%(column)s” is not a date."),
        N_("Enter a date such as 01.03.2027 or 2027-03-01."),
    ),
    "date.impossible": ProblemText(
        Severity.ERROR,
        N_("There is no day %(value)s in the calendar."),
        N_("Correct day and month."),
    ),
    "date.range": ProblemText(
        Severity.ERROR,
        N_("The year of %(value)s in “%(column)s” is not plausible."),
        N_("Enter a date between 1950 and 2150, with four digits for the year."),
    ),
    "exit_quarter.invalid": ProblemText(
        Severity.ERROR,
        N_("“%(value)s” is not a quarter."),
        N_("Enter it as 2028-Q3."),
    ),
    "exit_quarter.date": ProblemText(
        Severity.ERROR,
        N_("“%(value)s” is a date, not a quarter; exact exit dates are not stored."),
        N_("Enter the quarter as 2028-Q3; format the column as text."),
    ),
    "exit_quarter.range": ProblemText(
        Severity.ERROR,
        N_("The year of the exit quarter %(value)s is not plausible."),
        N_("Enter a quarter between 2000-Q1 and 2150-Q4."),
    ),
    "exit_band.invalid": ProblemText(
        Severity.ERROR,
        N_("“%(value)s” is not an exit band."),
        N_("Enter one of these: %(allowed)s."),
    ),
    "exit.invalid": ProblemText(
        Severity.ERROR,
        N_("“%(value)s” is neither a quarter nor an exit band."),
        N_("Enter a quarter as 2028-Q3 or one of these bands: %(allowed)s."),
    ),
    "exit.both": ProblemText(
        Severity.ERROR,
        N_("The exit is given twice, as “%(first)s” and as “%(second)s”."),
        N_("Enter either a quarter or a band."),
    ),
    "service_key.invalid": ProblemText(
        Severity.ERROR,
        N_("“%(value)s” is not a LeiKa key."),
        N_("A LeiKa key has 14 digits and begins with 99, e.g. 99107023017000. Internal tasks have none."),
    ),
    "scale.invalid": ProblemText(
        Severity.ERROR,
        N_("“%(value)s” in “%(column)s” is not a step of the scale."),
        N_("Enter a whole number from 1 to 5."),
    ),
    "minimum.invalid": ProblemText(
        Severity.ERROR,
        N_("“%(value)s” is not a number of people."),
        N_("Enter a whole number from 1 to 999."),
    ),
    "email.invalid": ProblemText(
        Severity.ERROR,
        N_("“%(value)s” is not an e-mail address."),
        N_("Enter an address such as vorname.nachname@stadt.example, or leave the cell empty."),
    ),
    "kind.invalid": ProblemText(
        Severity.ERROR,
        N_("“%(value)s” is not a kind of responsibility."),
        N_("Enter one of these: %(allowed)s."),
    ),
    # Values of one row that do not fit together
    "period.reversed": ProblemText(
        Severity.ERROR,
        N_("The end %(value)s is before the beginning %(start)s."),
        N_("Correct “Von” or “Bis”."),
    ),
    "fixed.without_exit": ProblemText(
        Severity.WARNING,
        N_("The exit is marked as fixed, but no quarter is given."),
        N_("Enter the exit quarter, or “nein” for fixed."),
    ),
    "ready.without_deputy": ProblemText(
        Severity.WARNING,
        N_("“Bereit” has a meaning only for a deputy and is ignored here."),
        N_("Leave the cell empty, or correct the kind of responsibility."),
    ),
    # Keys that occur twice
    "unit.duplicate": ProblemText(
        Severity.ERROR,
        N_("The unit “%(value)s” already stands in row %(first_row)s."),
        N_("Delete one of the two rows, or correct the key."),
    ),
    "position.duplicate": ProblemText(
        Severity.ERROR,
        N_("The position “%(value)s” already stands in row %(first_row)s."),
        N_("Delete one of the two rows, or correct the key."),
    ),
    "person.duplicate": ProblemText(
        Severity.ERROR,
        N_("The personnel number “%(value)s” already stands in row %(first_row)s."),
        N_("Delete one of the two rows, or correct the key."),
    ),
    "task.duplicate": ProblemText(
        Severity.ERROR,
        N_("The task “%(value)s” already stands in row %(first_row)s."),
        N_("Delete one of the two rows, or correct the key."),
    ),
    "holding.duplicate": ProblemText(
        Severity.ERROR,
        N_("The person “%(value)s” is already on the position “%(position)s” in row %(first_row)s."),
        N_("Delete one of the two rows, or let the first end before the second begins."),
    ),
    "holding.overlap": ProblemText(
        Severity.ERROR,
        N_(
            "The person “%(value)s” is on the position “%(position)s” in row %(first_row)s during the "
            "same time."
        ),
        N_("Let the first period end before the second begins."),
    ),
    "responsibility.duplicate": ProblemText(
        Severity.WARNING,
        N_(
            "The position “%(value)s” is already named for the task “%(task)s” in the same way in row "
            "%(first_row)s."
        ),
        N_("Delete one of the two rows; the import counts them once."),
    ),
    "responsibility.two_kinds": ProblemText(
        Severity.WARNING,
        N_(
            "The position “%(value)s” is named for the task “%(task)s” in two ways; the stronger one "
            "counts (%(kept)s)."
        ),
        N_("Keep one row per task and position."),
    ),
    "person.email_duplicate": ProblemText(
        Severity.WARNING,
        N_("The e-mail address %(value)s already stands in row %(first_row)s."),
        N_("Check whether the same person is entered twice."),
    ),
    # References that lead nowhere
    "unit.unknown_parent": ProblemText(
        Severity.ERROR,
        N_("The superordinate unit “%(value)s” exists neither in the file nor in the register."),
        N_("Correct the key, or add the row on the sheet “Einheiten”."),
    ),
    "position.unknown_unit": ProblemText(
        Severity.ERROR,
        N_("The unit of the position “%(value)s” exists neither in the file nor in the register."),
        N_("Correct the key, or add the row on the sheet “Einheiten”."),
    ),
    "task.unknown_unit": ProblemText(
        Severity.ERROR,
        N_("The unit of the task “%(value)s” exists neither in the file nor in the register."),
        N_("Correct the key, or add the row on the sheet “Einheiten”."),
    ),
    "holding.unknown_position": ProblemText(
        Severity.ERROR,
        N_("The held position “%(value)s” exists neither in the file nor in the register."),
        N_("Correct the key, or add the row on the sheet “Stellen”."),
    ),
    "holding.unknown_person": ProblemText(
        Severity.ERROR,
        N_("The person “%(value)s” exists neither in the file nor in the register."),
        N_("Correct the key, or add the row on the sheet “Personen”."),
    ),
    "responsibility.unknown_task": ProblemText(
        Severity.ERROR,
        N_("The task “%(value)s” exists neither in the file nor in the register."),
        N_("Correct the key, or add the row on the sheet “Aufgaben”."),
    ),
    "responsibility.unknown_position": ProblemText(
        Severity.ERROR,
        N_("The responsible position “%(value)s” exists neither in the file nor in the register."),
        N_("Correct the key, or add the row on the sheet “Stellen”."),
    ),
    "service_key.unknown": ProblemText(
        Severity.WARNING,
        N_("The LeiKa key %(value)s is not in the catalogue of public services; it is stored all the same."),
        N_("Check the key, or import a newer catalogue."),
    ),
    # Relations between rows
    "unit.own_parent": ProblemText(
        Severity.ERROR,
        N_("The unit “%(value)s” is superordinate to itself."),
        N_("Leave “Übergeordnet” empty for the topmost unit, or name another unit."),
    ),
    "unit.cycle": ProblemText(
        Severity.ERROR,
        N_("The units form a circle: %(path)s."),
        N_("Correct “Übergeordnet” for one of these units."),
    ),
    "unit.too_deep": ProblemText(
        Severity.ERROR,
        N_("The unit “%(value)s” stands more than %(limit)s levels below the topmost one."),
        N_("Check “Übergeordnet”; so many levels are hardly meant."),
    ),
    "position.several_heads": ProblemText(
        Severity.WARNING,
        N_("The unit “%(unit)s” has several leading positions, among them “%(value)s”."),
        N_("Mark only one position of the unit with “ja” under “Leitung”, unless the lead is shared."),
    ),
    "holding.share_total": ProblemText(
        Severity.WARNING,
        N_("The shares of the person “%(value)s” add up to %(total)s at the same time."),
        N_("Check the shares; more than 1 is unusual."),
    ),
    "holding.exit_past": ProblemText(
        Severity.WARNING,
        N_("The exit quarter %(value)s is already over, but the holding has no end."),
        N_("Enter the end under “Bis”, or correct the quarter."),
    ),
    "task.without_responsible": ProblemText(
        Severity.WARNING,
        N_("Nobody is responsible for the task “%(value)s”."),
        N_("Add a row with “zuständig” on the sheet “Zuständigkeiten”."),
    ),
    "unit.still_used": ProblemText(
        Severity.ERROR,
        N_("The unit “%(value)s” would end, but the file still names it in row %(first_row)s."),
        N_("Keep the unit on the sheet “Einheiten”, or name another unit in that row."),
    ),
    "position.still_used": ProblemText(
        Severity.ERROR,
        N_("The position “%(value)s” would end, but the file still names it in row %(first_row)s."),
        N_("Keep the position on the sheet “Stellen”, or remove the row that names the position."),
    ),
    "person.still_used": ProblemText(
        Severity.ERROR,
        N_("The person “%(value)s” would end, but the file still names it in row %(first_row)s."),
        N_("Keep the person on the sheet “Personen”, or remove the row that names the person."),
    ),
    "task.still_used": ProblemText(
        Severity.ERROR,
        N_("The task “%(value)s” would end, but the file still names it in row %(first_row)s."),
        N_("Keep the task on the sheet “Aufgaben”, or remove the row that names the task."),
    ),
    "unit.not_empty": ProblemText(
        Severity.ERROR,
        N_("The unit “%(value)s” would end, but positions or tasks that stay belong to it."),
        N_("Keep the unit on the sheet “Einheiten”, or move its positions and tasks to another unit."),
    ),
}
