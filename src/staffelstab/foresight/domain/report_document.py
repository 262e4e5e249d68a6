"""A report as a document: texts, tables of raw figures, charts. Page, PDF, XLSX and CSV are all drawn from it.

What is kept is what was said: words, figures and chart definitions as they were, so that an old report looks the same
whatever later versions of the program say about newer ones.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

type Value = str | int | float | None
"""Text, a count, a share 0 … 1 (three decimals), or None for *not published*."""

SCHEMA: Final = 2
"""Version of the form below; ``read`` understands every one that was ever written. 2: shares in whole per cent."""


class UnknownSchema(ValueError):
    """The content was written by a newer version of the program."""


class Kind(enum.StrEnum):
    """What a column holds."""

    TEXT = "text"
    COUNT = "count"
    CHANGE = "change"
    SHARE = "share"
    WHOLE_SHARE = "whole-share"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Head of a column."""

    label: str
    kind: Kind


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart of the table's figures: `title` says the finding, `description` is for those who do not see it."""

    title: str
    description: str
    definition: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Figures. The first column names the row; `key` is the table's name in files."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    picture: Picture | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with paragraphs, points and tables."""

    key: str
    title: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The whole report.

    `facts`: pairs of term and value for the head; `colour`: of the house, ``#rrggbb``; `logo`: as a ``data:`` address,
    empty without one; `figures`: what the next report is compared with.
    """

    language: str
    house: str
    colour: str
    logo: str
    title: str
    subject: str
    finding: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    figures: Mapping[str, int | None]

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables in the order of the sections."""
        return tuple(table for section in self.sections for table in section.tables)


def written(document: Document) -> dict[str, Any]:
    """The document as JSON holds it."""
    plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(document)))
    return {"schema": SCHEMA, **plain}


def read(content: Mapping[str, Any]) -> Document:
    """The document of a stored content. Raises UnknownSchema."""
    if content.get("schema") not in range(1, SCHEMA + 1):
        raise UnknownSchema(content.get("schema"))
    values = {name: value for name, value in content.items() if name != "schema"}
    return Document(
        **{
            **values,
            "facts": tuple((term, value) for term, value in values["facts"]),
            "sections": tuple(_section(each) for each in values["sections"]),
        }
    )


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content: says later whether it is still what was made."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _section(values: Mapping[str, Any]) -> Section:
    return Section(
        key=values["key"],
        title=values["title"],
        paragraphs=tuple(values["paragraphs"]),
        points=tuple(values["points"]),
        tables=tuple(_table(each) for each in values["tables"]),
    )


def _table(values: Mapping[str, Any]) -> Table:
    picture = values["picture"]
    return Table(
        key=values["key"],
        title=values["title"],
        columns=tuple(Column(label=each["label"], kind=Kind(each["kind"])) for each in values["columns"]),
        rows=tuple(tuple(row) for row in values["rows"]),
        picture=Picture(**picture) if picture else None,
    )
