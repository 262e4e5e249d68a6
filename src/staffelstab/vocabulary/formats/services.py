"""Catalogues of public services: the JSON export of the city of Munich, and CSV from an authority's editor.

JSON: ``{"data": [{"id": "1063475", "name": "…", "leika": "99…", "meta": {"keywords": "a, b"}}, …]}`` or the bare
list; names and words may carry HTML, entities and zero-width characters. CSV: a first row that names the columns
key, name, terms and, where the catalogue has one, its own id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from staffelstab.core.list_files import render_csv
from staffelstab.core.sorting import sort_key
from staffelstab.vocabulary.domain.services import Problem, ServiceRow, shorten, split_terms
from staffelstab.vocabulary.formats.csv_rows import decode, records
from staffelstab.vocabulary.formats.refusals import ROWS, FileRefused

COLUMNS: Final[Mapping[str, frozenset[str]]] = {
    "key": frozenset(
        {
            "key",
            "schlussel",
            "schluessel",
            "leika",
            "leika schlussel",
            "leika schluessel",
            "leika id",
            "leika key",
        }
        | {"leistungsschlussel", "leistungsschluessel", "fim schlussel", "fim leistungsschlussel"}
    ),
    "name": frozenset({"name", "bezeichnung", "leistungsbezeichnung", "leistungsname", "titel", "leistung"}),
    "terms": frozenset(
        {
            "terms",
            "begriffe",
            "stichworter",
            "stichwoerter",
            "stichworte",
            "synonyme",
            "schlagworter",
            "schlagworte",
        }
        | {"suchbegriffe", "suchworter", "alltagsbegriffe", "begriff im kontext", "begriffe im kontext"}
    ),
    "local_id": frozenset({"id", "kennung", "lokale id", "local id", "nummer", "leistungs id"}),
}
"""Folded headings of each column."""

HEADS: Final = ("Schlüssel", "Bezeichnung", "Begriffe", "ID")


def read_services(content: bytes) -> Iterator[ServiceRow | Problem]:
    """Rows of a file as they stand in it, and entries that are none. Recognises JSON by its first character.

    Raises FileRefused, some reasons only while iterating.
    """
    text = decode(content)
    if text.lstrip()[:1] in {"{", "["}:
        return _from_json(text)
    return _from_csv(text)


def write_services(rows: Iterable[Sequence[str]], *, heads: Sequence[str] = HEADS) -> bytes:
    """Rows of key, name, words separated by commas, id and more as CSV that can be imported again."""
    return render_csv(heads, rows)


def _from_json(text: str) -> Iterator[ServiceRow | Problem]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise FileRefused("json", line=error.lineno) from error
    except (RecursionError, ValueError) as error:
        # Nesting without end, or a number with thousands of digits.
        raise FileRefused("json_form") from error
    entries = document.get("data") if isinstance(document, dict) else document
    if not isinstance(entries, list):
        raise FileRefused("json_form")
    if not entries:
        raise FileRefused("no_rows")
    if len(entries) > ROWS:
        raise FileRefused("too_many_rows", limit=ROWS)
    for number, entry in enumerate(entries, start=1):
        yield from _entry(entry, number)


def _entry(entry: object, number: int) -> Iterator[ServiceRow | Problem]:
    if not isinstance(entry, dict):
        yield Problem("not_a_record", number)
        return
    local_id, name = _scalar(entry.get("id")), entry.get("name")
    if local_id is None or not (name is None or isinstance(name, str)):
        yield Problem("not_a_record", number)
        return
    key = entry.get("leika")
    known_key = _scalar(key)
    terms = _keywords(entry.get("meta"))
    if terms is None:
        yield Problem("terms_form", number)
    if known_key is None:
        yield Problem("key_form", number, {"value": shorten(json.dumps(key)[:400])})
    yield ServiceRow(known_key or "", name or "", terms or (), local_id, number)


def _scalar(value: object) -> str | None:
    """A text or whole number as text, nothing as the empty text; None for anything else."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    try:
        return str(value)
    except ValueError:
        return None  # more digits than Python turns into text


def _keywords(meta: object) -> tuple[str, ...] | None:
    """Words of an entry's ``meta.keywords``: one text or a list of texts; None when it is neither."""
    if meta is None:
        return ()
    if not isinstance(meta, dict):
        return None
    words = meta.get("keywords")
    if words is None:
        return ()
    if isinstance(words, str):
        return split_terms(words)
    if isinstance(words, list) and all(isinstance(word, str) for word in words):
        return tuple(words)
    return None


def _from_csv(text: str) -> Iterator[ServiceRow | Problem]:
    rows = records(text)
    _number, heads = next(rows, (0, []))
    places = _places(heads)
    if "name" not in places or not places.keys() & {"key", "local_id"}:
        raise FileRefused("columns", needed="Schlüssel, Bezeichnung", found=shorten(", ".join(heads)))
    empty = True
    for number, cells in rows:
        empty = False
        if any(cell.strip() for cell in cells[len(heads) :]):
            yield Problem("cells", number, {"found": len(cells), "expected": len(heads)})
            continue
        value = {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
        yield ServiceRow(
            value.get("key", ""),
            value["name"],
            split_terms(value.get("terms", "")),
            value.get("local_id", ""),
            number,
        )
    if empty:
        raise FileRefused("no_rows")


def _places(heads: Sequence[str]) -> dict[str, int]:
    """Column → place; the first of several that could be meant."""
    found: dict[str, int] = {}
    for place, head in enumerate(heads):
        folded = sort_key(head)
        for name, headings in COLUMNS.items():
            if folded in headings:
                found.setdefault(name, place)
    return found
