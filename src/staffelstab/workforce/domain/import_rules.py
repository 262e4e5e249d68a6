"""Which sheet and column a name in a file means, and which headings are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from staffelstab.workforce.domain import import_values as values
from staffelstab.workforce.domain.import_schema import Column, Sheet
from staffelstab.workforce.domain.import_sheets import SHEET_BY_KEY, SHEETS

IGNORED_SHEETS: Final = frozenset(
    map(
        values.fold,
        ("Hilfe", "Anleitung", "Listen", "Liste", "Legende", "Hinweise", "Fehler", "Readme", "Liesmich"),
    )
)
"""Sheets beside the data (also our own help and error sheets), skipped without a word."""

_BIRTH_DATE_PARTS: Final = (
    "geburt",
    "gebdat",
    "gebdatum",
    "birth",
    "geborenam",
    "lebensalter",
    "rentenalter",
)
_BIRTH_DATE_WORDS: Final = frozenset(
    ("alter", "age", "jahrgang", "geb", "dob", "geboren", "alterjahre", "alterinjahren")
)


_WITHOUT_DOTS: Final = str.maketrans("äöüÄÖÜ", "aouAOU")


def _spellings(names: Sequence[str]) -> Iterator[str]:
    """Folded names, also as written by people who leave umlaut dots out: ``zustaendig``, ``zustandig``."""
    for name in names:
        yield values.fold(name)
        yield values.fold(name.translate(_WITHOUT_DOTS))


_SHEET_SPELLINGS: Final[Mapping[str, Sheet]] = {
    spelling: sheet for sheet in SHEETS for spelling in _spellings((sheet.name, *sheet.aliases))
}


def _column_spellings(sheet: Sheet) -> dict[str, Column]:
    """Aliases first, so that the real heading of one column wins over the alias of another."""
    spellings = {s: column for column in sheet.columns for s in _spellings(column.aliases)}
    return spellings | {s: column for column in sheet.columns for s in _spellings((column.header,))}


_COLUMN_SPELLINGS: Final[Mapping[str, Mapping[str, Column]]] = {
    sheet.key: _column_spellings(sheet) for sheet in SHEETS
}


def explained(translate: Callable[[str], str]) -> tuple[Sheet, ...]:
    """The sheets with their explanations in the language of ``translate`` (gettext where a language is known)."""
    return tuple(
        replace(
            sheet,
            help=translate(sheet.help),
            columns=tuple(replace(column, help=translate(column.help)) for column in sheet.columns),
        )
        for sheet in SHEETS
    )


def find_sheet(name: str) -> Sheet | None:
    """The sheet a name in the file means, or None."""
    return _SHEET_SPELLINGS.get(values.fold(name))


def find_column(sheet: Sheet, heading: str) -> Column | None:
    """The column a heading in the file means, or None. A trailing ``*`` and brackets do not matter."""
    folded = values.fold(heading)
    return _COLUMN_SPELLINGS[sheet.key].get(folded) or _COLUMN_SPELLINGS[sheet.key].get(
        values.fold(heading.partition("(")[0])
    )


def is_birth_date(heading: str) -> bool:
    """Whether a heading announces birth dates or ages, which are refused wherever they stand."""
    folded = values.fold(heading)
    return folded in _BIRTH_DATE_WORDS or any(part in folded for part in _BIRTH_DATE_PARTS)


def sheet_name(key: str) -> str:
    """German name of a sheet; unknown keys are names from the file and stay."""
    return SHEET_BY_KEY[key].name if key in SHEET_BY_KEY else key


def column_name(sheet_key: str, key: str) -> str:
    """German heading of a column; unknown keys are headings from the file and stay."""
    sheet = SHEET_BY_KEY.get(sheet_key)
    column = sheet.column(key) if sheet else None
    return column.header if column else key
