"""The shape of the import format: columns and sheets as data, and what must hold within one row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from staffelstab.workforce.domain import import_values as values
from staffelstab.workforce.enums import ResponsibilityKind

NO_EXIT: Final[values.Exit] = (None, "")

type Cells = Mapping[str, Sequence[object]]
"""Parsed values of a batch by column key; absent columns hold their empty value."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the format knows it.

    ``parse`` is ``None`` for plain text. ``empty`` is the value of an empty cell. ``aliases`` are further
    headings that are understood; case, blanks, a trailing ``*`` and umlaut spelling never matter.
    """

    key: str
    header: str
    help: str
    example: str
    required: bool = False
    parse: values.Parser | None = None
    empty: object = ""
    max_length: int = 200
    aliases: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    lines: bool = False
    text_format: bool = True
    width: int = 20
    in_template: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """A cross-column problem: position in the batch, code, column key, value and data."""

    index: int
    code: str
    column: str
    value: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the format.

    ``fields`` names the values of a row that leaves the reader, in their order; ``assemble`` makes these
    sequences from the parsed columns (``None``: the columns are the fields); ``check`` finds what does not fit
    together within a row, on the parsed columns.
    """

    key: str
    name: str
    help: str
    columns: tuple[Column, ...]
    fields: tuple[str, ...]
    examples: tuple[tuple[str, ...], ...]
    aliases: tuple[str, ...] = ()
    assemble: Callable[[Cells], tuple[Sequence[object], ...]] | None = None
    check: Callable[[Cells], Iterator[Finding]] | None = None

    def column(self, key: str) -> Column | None:
        return next((column for column in self.columns if column.key == key), None)


# --- what must hold within a row ----------------------------------------------------------------------------

_EXIT_COLUMNS: Final = ("exit_quarter", "exit_band", "exit")


def _exit_text(value: values.Exit) -> str:
    quarter, band = value
    return values.render_quarter(quarter) if quarter is not None else values.BAND_LABELS.get(band, "")


def _given_exits(cells: Cells, index: int) -> list[values.Exit]:
    given = (cells[key][index] for key in _EXIT_COLUMNS)
    return [value for value in given if value != NO_EXIT]  # type: ignore[misc]


def check_holdings(cells: Cells) -> Iterator[Finding]:
    """End before beginning, exit given twice, fixed without a quarter."""
    for index, (start, end) in enumerate(zip(cells["starts_on"], cells["ends_on"], strict=True)):
        if start is not None and end is not None and end < start:  # type: ignore[operator]
            yield Finding(index, "period.reversed", "ends_on", str(end), {"start": str(start)})
    for index, triple in enumerate(zip(*(cells[key] for key in _EXIT_COLUMNS), strict=True)):
        if triple.count(NO_EXIT) < len(_EXIT_COLUMNS) - 1:
            first, second = (_exit_text(value) for value in _given_exits(cells, index)[:2])
            yield Finding(index, "exit.both", "exit_quarter", first, {"first": first, "second": second})
    for index, fixed in enumerate(cells["exit_fixed"]):
        if fixed and all(value[0] is None for value in _given_exits(cells, index)):
            yield Finding(index, "fixed.without_exit", "exit_fixed", values.YES)


def assemble_holdings(cells: Cells) -> tuple[Sequence[object], ...]:
    """Bring quarter, band and the combined exit column together into a quarter and a band."""
    merged: list[object] = [
        quarter if quarter != NO_EXIT else band if band != NO_EXIT else either
        for quarter, band, either in zip(*(cells[key] for key in _EXIT_COLUMNS), strict=True)
    ]
    return (
        cells["position"],
        cells["person"],
        cells["share"],
        cells["starts_on"],
        cells["ends_on"],
        [value[0] for value in merged],  # type: ignore[index]
        [value[1] for value in merged],  # type: ignore[index]
        cells["exit_fixed"],
    )


def check_responsibilities(cells: Cells) -> Iterator[Finding]:
    """“Bereit” says something about deputies only."""
    for index, (kind, ready) in enumerate(zip(cells["kind"], cells["ready"], strict=True)):
        if ready and kind != ResponsibilityKind.DEPUTY.value:
            yield Finding(index, "ready.without_deputy", "ready", values.YES)


def assemble_responsibilities(cells: Cells) -> tuple[Sequence[object], ...]:
    deputy = ResponsibilityKind.DEPUTY.value
    ready = [
        bool(ready) and kind == deputy for kind, ready in zip(cells["kind"], cells["ready"], strict=True)
    ]
    return cells["task"], cells["position"], cells["kind"], ready
