"""The municipalities of the census as CSV: ``state,ags,place,population``; its ``ags`` has the 12 regional digits."""

from __future__ import annotations

from collections.abc import Iterator

from staffelstab.vocabulary.domain.municipalities import (
    MunicipalityProblem,
    MunicipalityRow,
    check_municipality,
    without_repeats,
)
from staffelstab.vocabulary.domain.services import plain_text, shorten
from staffelstab.vocabulary.formats.csv_rows import decode, records
from staffelstab.vocabulary.formats.refusals import FileRefused

COLUMNS = ("state", "ags", "place", "population")


def read_municipalities(content: bytes) -> Iterator[MunicipalityRow | MunicipalityProblem]:
    """Rows with keys that occur once, and problems. Raises FileRefused, some reasons only while iterating."""
    return without_repeats(_rows(decode(content)))


def _rows(text: str) -> Iterator[MunicipalityRow | MunicipalityProblem]:
    rows = records(text)
    _number, heads = next(rows, (0, []))
    named = [head.strip().casefold() for head in heads]
    if not set(COLUMNS) <= set(named):
        raise FileRefused("columns", needed=", ".join(COLUMNS), found=shorten(", ".join(heads)))
    state, ars, place, population = (named.index(column) for column in COLUMNS)
    empty = True
    for number, found in rows:
        empty = False
        cells = [*found, *[""] * (len(heads) - len(found))]
        yield check_municipality(
            ars=cells[ars].strip(),
            name=plain_text(cells[place]),
            state=cells[state].strip(),
            population=cells[population].strip(),
            row=number,
        )
    if empty:
        raise FileRefused("no_rows")
