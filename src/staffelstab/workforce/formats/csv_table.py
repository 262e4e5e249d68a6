"""CSV files as administrations write them: UTF-8 or Windows-1252, ``;`` or ``,`` or tab, quoted line breaks."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import IO, Final

from staffelstab.workforce.formats.limits import Limits, SourceRefused
from staffelstab.workforce.formats.tables import RawRow

_CHUNK: Final = 1 << 20
_UNDEFINED_IN_WINDOWS_1252: Final = bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D])
_BINARY: Final = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1a\x1c\x1d\x1e\x1f"))
_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DELIMITERS: Final = ";,\t"
_HEAD: Final = 64 * 1024
_UTF_8_LETTER: Final = re.compile(
    rb"[\xc2\xc3\xc5][\x80-\xbf]|\xe2\x80[\x80-\xbf]|\xe2\x82\xac"
    rb"|\xc4[\x83\x86\x87\x8c\x8d\x99\x9b\x9e\x9f\xb0\xb1\xbe]"
)
"""Letters and signs of European languages in UTF-8, as far as the same bytes make no sense in Windows-1252.

Behind ``Ä`` (C4), ``Ö``, ``Ü`` and ``ß`` a quotation mark or a dash may well stand; behind ``Ã`` or ``Â`` nothing does.
"""
_LONGEST_LETTER: Final = 3


def _chunks(opener: Callable[[], IO[bytes]]) -> Iterator[bytes]:
    with opener() as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _decodes(opener: Callable[[], IO[bytes]], encoding: str) -> bool:
    return _first_wrong_byte(opener, encoding) is None


def _first_wrong_byte(opener: Callable[[], IO[bytes]], encoding: str) -> tuple[int, int] | None:
    """The line, counted from 1, and the value of the first byte that does not belong to the encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = _Lines()
    try:
        for chunk in _chunks(opener):
            decoder.decode(chunk)
            lines.count(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        # What the decoder kept of the chunk before holds no end of a line.
        lines.count(error.object[: error.start])
        return lines.number, error.object[error.start]
    return None


def _first_utf_8_letter(opener: Callable[[], IO[bytes]]) -> int | None:
    """The line, counted from 1, of the first letter beyond ASCII that only UTF-8 explains."""
    lines, rest = _Lines(), b""
    for chunk in _chunks(opener):
        piece = rest + chunk
        found = _UTF_8_LETTER.search(piece)
        if found:
            lines.count(piece[: found.start()])
            return lines.number
        cut = max(len(piece) - _LONGEST_LETTER + 1, 0)
        lines.count(piece[:cut])
        rest = piece[cut:]
    return None


class _Lines:
    """Counts lines that end as Windows, Unix or the old Macintosh do."""

    def __init__(self) -> None:
        self._feeds = self._returns = 0

    def count(self, piece: bytes) -> None:
        self._feeds += piece.count(b"\n")
        self._returns += piece.count(b"\r")

    @property
    def number(self) -> int:
        """The number of the line in which the counted bytes end."""
        return (self._feeds or self._returns) + 1


def find_encoding(opener: Callable[[], IO[bytes]], name: str) -> str:
    """The encoding of the whole file, read in chunks; raises ``SourceRefused``.

    A file that is UTF-8 but for single bytes is refused with their place: read as Windows-1252, every umlaut in it
    would turn into two wrong letters.
    """
    with opener() as file:
        head = file.read(4)
    if head.startswith(_UTF16_MARKS):
        if _decodes(opener, "utf-16"):
            return "utf-16"
        raise SourceRefused("csv.encoding", table=name)
    undefined = False
    for chunk in _chunks(opener):
        if len(chunk.translate(None, _BINARY)) != len(chunk):
            raise SourceRefused("csv.binary", table=name)
        undefined = undefined or len(chunk.translate(None, _UNDEFINED_IN_WINDOWS_1252)) != len(chunk)
    wrong = _first_wrong_byte(opener, "utf-8-sig")
    if wrong is None:
        return "utf-8-sig"
    letter = 1 if head.startswith(codecs.BOM_UTF8) else _first_utf_8_letter(opener)
    if letter is not None:
        line, byte = wrong
        raise SourceRefused("csv.mixed", table=name, line=line, byte=f"0x{byte:02X}", letter=letter)
    if undefined:
        raise SourceRefused("csv.encoding", table=name)
    return "cp1252"


def _first_record(head: str) -> str:
    quoted = False
    for position, character in enumerate(head):
        if character == '"':
            quoted = not quoted
        elif character in "\r\n" and not quoted and head[:position].strip(' ;,\t"\r\n'):
            return head[:position]
    return head


def find_delimiter(head: str) -> str:
    """The separator that stands most often outside quotes in the first record that is not empty."""
    counts = dict.fromkeys(_DELIMITERS, 0)
    quoted = False
    for character in _first_record(head):
        if character == '"':
            quoted = not quoted
        elif not quoted and character in counts:
            counts[character] += 1
    return max(counts, key=lambda delimiter: counts[delimiter])


class CsvTable:
    """One CSV file, streamed. ``opener`` opens its bytes anew for each pass."""

    is_text = True

    def __init__(self, name: str, opener: Callable[[], IO[bytes]], limits: Limits) -> None:
        self.name = name
        self._opener = opener
        self._limits = limits
        self.encoding = find_encoding(opener, name)
        with opener() as file, io.TextIOWrapper(file, encoding=self.encoding, newline="") as text:
            head = text.read(_HEAD)
        # Excel's own first line "sep=;" is no row: the program hides it and counts from the next line.
        self._skips_line = head[:4].lower() == "sep=" and head[5:6] in {"\r", "\n"}
        self.delimiter = head[4] if self._skips_line else find_delimiter(head)

    def batches(self, size: int) -> Iterator[list[RawRow]]:
        with self._opener() as file, io.TextIOWrapper(file, encoding=self.encoding, newline="") as text:
            if self._skips_line:
                text.readline()
            reader = csv.reader(text, delimiter=self.delimiter, strict=True)
            count = 0
            while batch := self._next(reader, size, count):
                count += len(batch)
                if count > self._limits.rows:
                    raise SourceRefused("table.too_many_rows", table=self.name, limit=self._limits.rows)
                if max(map(len, batch)) > self._limits.columns:
                    raise SourceRefused("table.too_many_columns", table=self.name, limit=self._limits.columns)
                yield batch

    def _next(self, reader: Iterator[list[str]], size: int, count: int) -> list[RawRow]:
        batch: list[RawRow] = []
        try:
            batch.extend(islice(reader, size))
        except csv.Error as error:
            row = count + len(batch) + 1
            if "field larger" in str(error):
                limit = csv.field_size_limit()
                raise SourceRefused("table.cell_too_long", table=self.name, row=row, limit=limit) from error
            raise SourceRefused("csv.quotes", table=self.name, row=row) from error
        except UnicodeDecodeError as error:
            raise SourceRefused("csv.encoding", table=self.name) from error
        except OSError as error:
            raise SourceRefused("file.unreadable", name=self.name) from error
        return batch
