"""Columns of the spine that follow from others: sort keys and folded search texts. Every writer uses these."""

from __future__ import annotations

import re

from staffelstab.core.sorting import sort_key

SORT_KEY_LENGTH = 240
_DIGITS = re.compile(r"\d+")


def _numbered(text: str) -> str:
    """Digit runs padded, so that unit 9 stands before unit 10."""
    return _DIGITS.sub(lambda found: found[0].zfill(6), text)


def unit_sort_key(*, code: str, name: str) -> str:
    """Units stand by their code, as in the organisation chart, then by name."""
    return sort_key(f"{_numbered(code)} {name}")[:SORT_KEY_LENGTH]


def position_sort_key(*, number: str, title: str) -> str:
    """Positions stand by their number, as in the establishment plan, then by title."""
    return sort_key(f"{_numbered(number)} {title}")[:SORT_KEY_LENGTH]


def person_sort_key(*, last_name: str, first_name: str) -> str:
    """Persons stand by last name, then first name."""
    return sort_key(f"{last_name} {first_name}")[:SORT_KEY_LENGTH]


def task_sort_key(*, title: str) -> str:
    """Tasks stand by title."""
    return sort_key(title)[:SORT_KEY_LENGTH]


def task_search(*, title: str, key: str, purpose: str) -> str:
    """Folded title, key and purpose: what a search for parts of words looks in."""
    return "\n".join(filter(None, (sort_key(title), sort_key(key), sort_key(purpose))))
