"""What is wrong with an age table, in sentences for the person who wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffelstab.foresight.formats.age_table import TableProblem

SENTENCES: Final[Mapping[str, str | Promise]] = {
    "file.too_large": gettext_lazy(
        "The file is larger than %(limit)s kB. An age table has a few dozen rows."
    ),
    "csv.binary": gettext_lazy("This is no text file. Save the table as CSV (in Excel: “CSV UTF-8”)."),
    "csv.encoding": gettext_lazy(
        "The characters of this file cannot be read. Save it as “CSV UTF-8” and try again."
    ),
    "csv.quotes": gettext_lazy("A quotation mark is opened and not closed. Remove it or close it."),
    "table.empty": gettext_lazy(
        "The file is empty. The first row holds the headings Alter;Anzahl, each further row one band."
    ),
    "table.nobody": gettext_lazy(
        "The table counts nobody. Enter at least one band with a number, such as 25-34;812."
    ),
    "table.too_many_rows": gettext_lazy(
        "The table has more than %(limit)s rows. An age table has a few dozen."
    ),
    "table.too_many_columns": gettext_lazy(
        "The table has more than %(limit)s columns. Two to four are right."
    ),
    "table.cell_too_long": gettext_lazy("A cell is longer than any band or number can be."),
    "column.missing": gettext_lazy(
        "The headings “Alter” and “Anzahl” are missing. The first row must read Alter;Anzahl."
    ),
    "column.unknown": gettext_lazy(
        "There is no column “%(value)s”. Possible are Alter, Anzahl, Gruppe and Altersgrenze."
    ),
    "column.twice": gettext_lazy("The column “%(value)s” appears twice. Keep one of them."),
    "row.too_long": gettext_lazy(
        "This row has more cells than there are headings. Write numbers without commas, or put them in quotation "
        "marks."
    ),
    "age.unclear": gettext_lazy(
        "“%(value)s” is no age band. Right are for example “unter 25”, “25-34”, “25 bis 34” and “60 und älter”."
    ),
    "age.total": gettext_lazy("“%(value)s” would count everybody twice. Leave out the row with the total."),
    "age.impossible": gettext_lazy(
        "“%(value)s” is no possible band: the lower age comes first, and none is above %(oldest)s."
    ),
    "age.overlap": gettext_lazy(
        "This band counts ages again that row %(other)s has counted. Bands of a group must not overlap."
    ),
    "count.unclear": gettext_lazy(
        "“%(value)s” is no head count. Right is a whole number of people, such as 812 or 1.250."
    ),
    "count.too_large": gettext_lazy("“%(value)s” is more people than can be meant."),
    "limit.unknown": gettext_lazy(
        "“%(value)s” is no age limit. Right are Regelaltersgrenze (or nothing), Beamte and Feuerwehr."
    ),
}


def sentence(problem: TableProblem) -> str:
    """The problem with its row."""
    text = str(SENTENCES[problem.code]) % problem.data
    if problem.row is None:
        return text
    return _("Row %(row)s: %(sentence)s") % {"row": problem.row, "sentence": text}
