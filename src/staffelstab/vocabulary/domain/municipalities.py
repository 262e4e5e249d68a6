"""Municipalities and their official keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

_NO_DATA: Final[Mapping[str, object]] = MappingProxyType({})

STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "01": "SH", "02": "HH", "03": "NI", "04": "HB", "05": "NW", "06": "HE", "07": "RP", "08": "BW",
        "09": "BY", "10": "SL", "11": "BE", "12": "BB", "13": "MV", "14": "SN", "15": "ST", "16": "TH",
    }
)  # fmt: skip
"""State by the first two digits of every municipality key (Destatis, Gemeindeverzeichnis)."""


def N_(text: str) -> str:  # noqa: N802 - the customary name of the marker for translators
    """Mark a text for translation; translated where it is shown."""
    return text


PROBLEMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ars_form": N_("“%(value)s” is not a regional key of 12 digits; the row was left out."),
        "name_form": N_("The name is missing or longer than 120 characters; the row was left out."),
        "state_form": N_("The state “%(value)s” does not fit the key %(ars)s; the row was left out."),
        "population_form": N_("“%(value)s” is not a number of inhabitants; the row was left out."),
        "ags_twice": N_("The key %(value)s already stands at “%(first)s”; the row was left out."),
    }
)


@dataclass(frozen=True, slots=True)
class MunicipalityRow:
    """A municipality of the census: 12-digit regional key, name, two letters of the state, inhabitants."""

    ars: str
    name: str
    state: str
    population: int
    row: int = 0

    @property
    def ags(self) -> str:
        """The 8-digit key: state, district and municipality without the association between them."""
        return self.ars[:5] + self.ars[9:]


@dataclass(frozen=True, slots=True)
class MunicipalityProblem:
    """A row that was left out; ``code`` is a key of :data:`PROBLEMS`."""

    code: str
    row: int
    data: Mapping[str, object] = field(default_factory=lambda: _NO_DATA)

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """What is wrong, in the language of ``translate`` (gettext where a language is known)."""
        return translate(PROBLEMS[self.code]) % self.data


def check_municipality(
    *, ars: str, name: str, state: str, population: str, row: int
) -> MunicipalityRow | MunicipalityProblem:
    """One row of text as a municipality, or what is wrong with it."""
    if not re.fullmatch(r"[0-9]{12}", ars):
        return MunicipalityProblem("ars_form", row, {"value": ars[:40]})
    if not name or len(name) > 120:
        return MunicipalityProblem("name_form", row)
    if STATES.get(ars[:2]) != state:
        return MunicipalityProblem("state_form", row, {"value": state[:40], "ars": ars})
    if not re.fullmatch(r"[0-9]{1,8}", population):
        return MunicipalityProblem("population_form", row, {"value": population[:40]})
    return MunicipalityRow(ars, name, state, int(population), row)


def without_repeats(
    rows: Iterable[MunicipalityRow | MunicipalityProblem],
) -> Iterator[MunicipalityRow | MunicipalityProblem]:
    """The rows whose 8-digit key is new; the others as problems."""
    seen: dict[str, str] = {}
    for item in rows:
        if isinstance(item, MunicipalityRow):
            if item.ags in seen:
                data = {"value": item.ags, "first": seen[item.ags]}
                yield MunicipalityProblem("ags_twice", item.row, data)
                continue
            seen[item.ags] = item.name
        yield item
