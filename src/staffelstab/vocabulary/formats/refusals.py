"""Why a file is not read at all, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

MEGABYTE: Final = 1024 * 1024
FILE_BYTES: Final = 20 * MEGABYTE
ROWS: Final = 100_000


def N_(text: str) -> str:  # noqa: N802 - the customary name of the marker for translators
    """Mark a text for translation; translated where it is shown."""
    return text


REFUSALS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "empty": N_("The file is empty."),
        "too_large": N_(
            "The file is larger than %(limit)s MB. Split it and upload the parts one after the other."
        ),
        "too_many_rows": N_(
            "The file has more than %(limit)s rows. Split it and upload the parts one after the other."
        ),
        "workbook": N_(
            "This is a workbook or an archive. Save the sheet with the services as CSV and upload that."
        ),
        "binary": N_(
            "This is not a text file. A CSV file or the JSON export of a service catalogue is expected."
        ),
        "encoding": N_("The characters of the file are not readable. Save it as CSV in UTF-8."),
        "quotes": N_(
            "Row %(row)s is not readable: a quotation mark does not fit, or a cell is far too long."
        ),
        "columns": N_(
            "The first row does not name the columns that are needed (%(needed)s). Found: %(found)s."
        ),
        "json": N_("The file begins like JSON but is not valid JSON (line %(line)s)."),
        "json_form": N_(
            "The JSON file contains no list of services: a list, or an object with the list “data”."
        ),
        "no_rows": N_("The file contains no rows."),
    }
)


class FileRefused(Exception):
    """A file that cannot be read at all; ``code`` is a key of :data:`REFUSALS`, ``data`` fills its placeholders."""

    def __init__(self, code: str, **data: object) -> None:
        self.code = code
        self.data: Mapping[str, object] = data
        super().__init__(code)

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """What is wrong, in the language of ``translate`` (gettext where a language is known)."""
        return translate(REFUSALS[self.code]) % self.data
