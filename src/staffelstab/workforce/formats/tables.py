"""What every kind of source offers to the reader: named tables that give batches of rows of text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from staffelstab.workforce.domain.import_values import DateText

type RawRow = Sequence[str]

TRUE_TEXT: Final = "WAHR"
FALSE_TEXT: Final = "FALSCH"
_MIDNIGHT: Final = dt.time()
_EXACT_FLOAT: Final = 1e15


class Table(Protocol):
    """A sheet of a workbook or one CSV file."""

    name: str
    is_text: bool
    """Whether it comes from a text file: a surplus cell then means a separator inside a text."""

    def batches(self, size: int) -> Iterator[list[RawRow]]:
        """Rows from the first row of the sheet on, empty rows included; raises ``SourceRefused``.

        Rows may differ in length. Every call starts anew.
        """
        ...


def number_text(value: float) -> str:
    """A number as the spreadsheet shows it without format: whole numbers without ``.0``, 15 digits."""
    if value.is_integer() and abs(value) < _EXACT_FLOAT:
        return str(int(value))
    return format(value, ".15g")


def cell_text(cell: object) -> str:
    """The text of a typed cell. Dates become :class:`DateText`, so that keys turned into dates are noticed."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return TRUE_TEXT if cell else FALSE_TEXT
    if isinstance(cell, float):
        return number_text(cell)
    if isinstance(cell, dt.datetime):
        return DateText(cell.date().isoformat() if cell.time() == _MIDNIGHT else cell.isoformat(sep=" "))
    if isinstance(cell, dt.date):
        return DateText(cell.isoformat())
    return str(cell)


def in_batches(rows: Sequence[RawRow], size: int) -> Iterator[list[RawRow]]:
    for start in range(0, len(rows), size):
        yield list(rows[start : start + size])
