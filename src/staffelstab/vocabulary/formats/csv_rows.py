"""CSV as authorities write it: UTF-8 or Windows-1252, semicolon, comma or tab; and as spreadsheets open it."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Final

from staffelstab.vocabulary.formats.refusals import FILE_BYTES, MEGABYTE, ROWS, FileRefused

_BINARY: Final = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1a"))
_ARCHIVES: Final = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DELIMITERS: Final = ";,\t"
# A text that begins like this is run as a formula by spreadsheets that open a CSV file (OWASP, CSV injection).


def decode(content: bytes) -> str:
    """The text of a file. Raises FileRefused for anything that is none, and for files too large."""
    if len(content) > FILE_BYTES:
        raise FileRefused("too_large", limit=FILE_BYTES // MEGABYTE)
    if not content.strip():
        raise FileRefused("empty")
    if content.startswith(_ARCHIVES):
        raise FileRefused("workbook")
    if content.startswith(_UTF16):
        return _decoded(content, "utf-16")
    if len(content.translate(None, _BINARY)) != len(content):
        raise FileRefused("binary")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decoded(content, "cp1252")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused("encoding") from error


def records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Row number as a spreadsheet counts (from 1) and cells of each row that is not empty.

    Raises FileRefused where quotation marks do not fit and for too many rows.
    """
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number > ROWS:
                raise FileRefused("too_many_rows", limit=ROWS)
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as error:
        raise FileRefused("quotes", row=number + 1) from error
