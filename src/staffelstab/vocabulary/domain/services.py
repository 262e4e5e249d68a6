"""Rows of a catalogue of public services: what makes one usable, and in words what is wrong with the others."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from staffelstab.core.sorting import sort_key

NAME_LENGTH: Final = 300
TERM_LENGTH: Final = 200
LOCAL_ID_LENGTH: Final = 60
SHOWN_LENGTH: Final = 80

_KEY = re.compile(r"99[0-9]{12}")
_GAPS_IN_KEY = re.compile(r"[\s.\-/]")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
_BREAKS: Final = frozenset({"Cc", "Zl", "Zp", "Zs"})
_UNSEEN: Final = frozenset({"Cf", "Cs", "Co", "Cn"})
_NO_DATA: Final[Mapping[str, object]] = MappingProxyType({})


def N_(text: str) -> str:  # noqa: N802 - the customary name of the marker for translators
    """Mark a text for translation; translated where it is shown."""
    return text


PROBLEMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "not_a_record": N_("This entry is not a service: an object with an id and a name is expected."),
        "name_missing": N_("The name is missing; the row was left out."),
        "name_too_long": N_("The name is longer than %(limit)s characters; the row was left out."),
        "key_form": N_(
            "“%(value)s” is not a service key (14 digits beginning with 99); the service was taken without a key."
        ),
        "key_needed": N_(
            "“%(value)s” is not a service key (14 digits beginning with 99); the row was left out, because without "
            "a key it could not be recognised next time."
        ),
        "key_missing": N_(
            "The key is missing; the row was left out, because it could not be recognised next time."
        ),
        "key_twice": N_(
            "The key %(key)s already stands at “%(first)s”; the service was taken without a key."
        ),
        "row_twice": N_("The key %(key)s already stands at “%(first)s”; the row was left out."),
        "key_taken": N_(
            "The key %(key)s belongs to “%(first)s” in your catalogue; the service was taken without a key."
        ),
        "id_twice": N_("The id %(value)s already stands at “%(first)s”; the row was left out."),
        "id_too_long": N_("The id is longer than %(limit)s characters; the row was left out."),
        "term_too_long": N_("An everyday word longer than %(limit)s characters was left out."),
        "terms_form": N_("The everyday words are not readable; the service was taken without them."),
        "cells": N_("The row has %(found)s cells where the first row has %(expected)s; it was left out."),
    }
)
"""One sentence per code; ``%(…)s`` is filled from the problem's data."""


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service as a file names it. ``row`` counts as the reader of the file would (0: not from a file)."""

    key: str
    name: str
    terms: tuple[str, ...] = ()
    local_id: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that was not taken as it stands; ``code`` is a key of :data:`PROBLEMS`."""

    code: str
    row: int = 0
    data: Mapping[str, object] = field(default_factory=lambda: _NO_DATA)

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """What is wrong, in the language of ``translate`` (gettext where a language is known)."""
        return translate(PROBLEMS[self.code]) % self.data


def plain_text(text: str) -> str:
    """One line of visible characters: no markup, no entities, no zero-width or soft hyphens; NFC."""
    bare = html.unescape(_MARKUP.sub(" ", text))
    kept: list[str] = []
    for character in unicodedata.normalize("NFC", bare):
        category = unicodedata.category(character)
        if category in _BREAKS:
            kept.append(" ")
        elif category not in _UNSEEN:
            kept.append(character)
    return " ".join("".join(kept).split())


def shorten(text: str) -> str:
    """At most :data:`SHOWN_LENGTH` characters of a value, for a sentence."""
    flat = plain_text(text[: 4 * SHOWN_LENGTH])
    return flat if len(flat) <= SHOWN_LENGTH else flat[: SHOWN_LENGTH - 1] + "…"


def split_terms(text: str) -> tuple[str, ...]:
    """Everyday words of one cell, separated by comma, semicolon, bar or line break."""
    return tuple(re.split(r"[,;|\n\r]", text))


def tidy_terms(terms: Iterable[str]) -> tuple[str, ...]:
    """Cleaned words, each once (case and accents do not count), in the order of the file."""
    found: dict[str, str] = {}
    for term in terms:
        shown = plain_text(term)
        folded = sort_key(shown)
        if folded:
            found.setdefault(folded, shown)
    return tuple(found.values())


def search_text(*, name: str, terms: Iterable[str], key: str, local_id: str) -> str:
    """What a search looks at: folded words, each beginning after a blank; a bar keeps phrases apart."""
    parts = (sort_key(part) for part in (name, *terms, key, local_id))
    return " " + " | ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class KeyParts:
    """The parts of a 14-digit key, 99|GGG|KKK|VVV|DDD: ``000`` means that the part says nothing."""

    prefix: str
    group: str
    object: str
    activity: str
    detail: str

    @property
    def kind(self) -> str:
        """What the key names: ``object``, ``activity`` on it, or ``detail`` of the activity."""
        if self.detail != "000":
            return "detail"
        return "activity" if self.activity != "000" else "object"


def key_parts(key: str) -> KeyParts | None:
    """Split a key (FITKO: instance, group, object, activity, detail); None when it is not one."""
    if not _KEY.fullmatch(key):
        return None
    return KeyParts(key[:2], key[2:5], key[5:8], key[8:11], key[11:])


def check_rows(rows: Iterable[ServiceRow | Problem]) -> Iterator[ServiceRow | Problem]:
    """Cleaned rows that can be stored side by side, and the problems of the rest, in the order of the file."""
    keys: dict[str, str] = {}
    local_ids: dict[str, str] = {}
    for item in rows:
        if isinstance(item, Problem):
            yield item
            continue
        for found in _check_row(item, keys, local_ids):
            if isinstance(found, ServiceRow):
                if found.key:
                    keys[found.key] = found.name
                if found.local_id:
                    local_ids[found.local_id] = found.name
            yield found


def _check_row(
    raw: ServiceRow, keys: Mapping[str, str], local_ids: Mapping[str, str]
) -> Iterator[ServiceRow | Problem]:
    name, local_id = plain_text(raw.name), plain_text(raw.local_id)
    refusal = _refusal(name, local_id, local_ids)
    if refusal:
        yield replace(refusal, row=raw.row)
        return
    given = _GAPS_IN_KEY.sub("", plain_text(raw.key))
    key, problem = _check_key(given, shorten(raw.key), keys, has_id=bool(local_id))
    if problem:
        yield replace(problem, row=raw.row)
    if not key and not local_id:
        return
    terms = tidy_terms(raw.terms)
    kept = tuple(term for term in terms if len(term) <= TERM_LENGTH)
    if len(kept) < len(terms):
        yield Problem("term_too_long", raw.row, {"limit": TERM_LENGTH})
    yield ServiceRow(key, name, kept, local_id, raw.row)


def _refusal(name: str, local_id: str, local_ids: Mapping[str, str]) -> Problem | None:
    if not name:
        return Problem("name_missing")
    if len(name) > NAME_LENGTH:
        return Problem("name_too_long", data={"limit": NAME_LENGTH})
    if len(local_id) > LOCAL_ID_LENGTH:
        return Problem("id_too_long", data={"limit": LOCAL_ID_LENGTH})
    if local_id in local_ids:
        return Problem("id_twice", data={"value": local_id, "first": shorten(local_ids[local_id])})
    return None


def _check_key(
    given: str, shown: str, keys: Mapping[str, str], *, has_id: bool
) -> tuple[str, Problem | None]:
    """The key to store, and what was wrong with the one given. Exports write ``0`` for none."""
    if given in {"", "0"}:
        return "", None if has_id else Problem("key_missing")
    if not _KEY.fullmatch(given):
        return "", Problem("key_form" if has_id else "key_needed", data={"value": shown})
    if given in keys:
        data = {"key": given, "first": shorten(keys[given])}
        return "", Problem("key_twice" if has_id else "row_twice", data=data)
    return given, None
