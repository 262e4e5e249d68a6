"""A list of people to invite, typed or copied from a table: one person per line."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST = 500
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
"""An address as browsers check one, with a domain of two parts at least."""


@dataclass(frozen=True, slots=True)
class Invitee:
    """A person; the name is read from the address where none is given."""

    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that cannot be used. ``code``: address, twice; many and empty concern the whole list."""

    code: str
    line: int = 0
    text: str = ""


def parse(text: str) -> tuple[tuple[Invitee, ...], tuple[Problem, ...]]:
    """The people of the list and what is wrong with it. The name may stand on either side of the address."""
    people: dict[str, Invitee] = {}
    problems = []
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST:
        return (), (Problem("many"),)
    for number, line in lines:
        found = ADDRESS.search(line)
        email = found.group(0).lower() if found else ""
        rest = " ".join(ADDRESS.sub(" ", line, count=1).replace("<", " ").replace(">", " ").split())
        if "@" in rest or not email or len(email) > 254:
            problems.append(Problem("address", number, line[:80]))
        elif email in people:
            problems.append(Problem("twice", number, email))
        else:
            people[email] = Invitee(email, _name(rest) or _from_address(email))
    if not lines:
        problems.append(Problem("empty"))
    return tuple(people.values()), tuple(problems)


def _name(text: str) -> str:
    """``Kaya, Nele`` and ``"Nele Kaya";`` as ``Nele Kaya``."""
    words = text.strip(" ;,\t\"'")
    last, comma, first = words.partition(",")
    return " ".join((f"{first} {last}" if comma else words).replace(";", " ").split())[:150]


def _from_address(email: str) -> str:
    return " ".join(part.capitalize() for part in re.split(r"[._-]+", email.partition("@")[0]) if part)[:150]
