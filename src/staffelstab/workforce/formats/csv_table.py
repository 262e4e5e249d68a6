"""CSV files as administrations write them: UTF-8 or Windows-1252, ``;`` or ``,`` or tab, quoted line breaks."""

from __future__ import annotations

import codecs
import csv
import io
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


def _chunks(opener: Callable[[], IO[bytes]]) -> Iterator[bytes]:
    with opener() as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _decodes(opener: Callable[[], IO[bytes]], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(opener):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def find_encoding(opener: Callable[[], IO[bytes]], name: str) -> str:
    """The encoding of the whole file, read once in chunks; raises ``SourceRefused``."""
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
    if _decodes(opener, "utf-8-sig"):
        return "utf-8-sig"
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
