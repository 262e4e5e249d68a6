"""Who does which task: responsibilities drawn for the catalogue, story tasks as told."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from staffelstab.portal.domain.demo.model import SheetRow
from staffelstab.portal.domain.demo.people import Post
from staffelstab.portal.domain.demo.stories import Seat, StoryTask
from staffelstab.portal.domain.demo.tables import TaskRow, UnitRow

# How often a task of this position risk hangs on one person, in percent: rare knowledge is rarely shared.
ALONE_PERCENT = {1: 2, 2: 4, 3: 12, 4: 18, 5: 22}


# Parts of titles that exist in both municipalities; other tasks go to the general clerk of the small one.
_SHARED_TITLES = (
    "Erzieh",
    "Leitung der Kita",
    "Küche",
    "Schulsekret",
    "Hallenwart",
    "Pädagog",
    "Hausbetreuung",
    "Sozialarbeit",
    "Außendienst",
    "Poststelle",
    "Vollstreckung",
    "Garten",
    "Baumpflege",
    "Friedhof",
    "Straßen",
    "Beschilderung",
    "Spielplatz",
    "Mechanik",
)


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One row of the catalogue in one organisation."""

    key: str
    unit: str
    row: TaskRow
    holder: str
    team: int


@dataclass(kw_only=True)
class Roster:
    """Draws responsibilities so that nobody carries far more tasks than their colleagues."""

    units: Sequence[UnitRow]
    posts: Sequence[Post]
    rng: random.Random
    _load: dict[str, int] = field(default_factory=dict)

    def assign(self, duty: Duty) -> list[SheetRow]:
        """Return the responsibilities of one task."""
        candidates = self._candidates(duty)
        responsible = self._pick(candidates, duty.team, expert=duty.row.position_risk >= 4)
        rows = [_row(duty.key, post.number, "zuständig") for post in responsible]
        others = self._others(duty, candidates, responsible)
        if duty.team > 1:
            deputies = [(post, True) for post in self._pick(others, 1) if post in candidates]
        elif self.rng.randrange(100) < ALONE_PERCENT[duty.row.position_risk]:
            # Nobody or somebody who still has to learn it: both leave the knowledge with one person.
            deputies = [(post, False) for post in self._pick(others, self.rng.randrange(2))]
        else:
            deputies = [(post, True) for post in self._pick(others, 1)]
            if self.rng.randrange(100) < 25:
                rest = [post for post in others if post not in [deputy for deputy, _ in deputies]]
                deputies += [(post, self.rng.randrange(100) < 60) for post in self._pick(rest, 1)]
        rows += [_row(duty.key, post.number, "Vertretung", ready=ready) for post, ready in deputies]
        taken = {row["Stellennummer"] for row in rows}
        if self.rng.randrange(100) < 15:
            free = [post for post in others if post.number not in taken]
            rows += [_row(duty.key, post.number, "kann helfen") for post in self._pick(free, 1)]
        return rows

    def _candidates(self, duty: Duty) -> list[Post]:
        """Return who may do the task: by title if one is named, else clerks of the unit, then of the office."""
        if duty.holder:
            inside = self._below(duty.unit)
            if named := [post for post in inside if duty.holder in post.row.title and not post.vacant]:
                return named
        return self._clerks(duty.unit) or self._office(duty.unit)

    def _others(self, duty: Duty, candidates: Sequence[Post], responsible: Sequence[Post]) -> list[Post]:
        """Return who may stand in: the other candidates, else the unit's clerks, else the office's."""
        for pool in (
            candidates,
            self._clerks(duty.unit),
            self._clerks_below(duty.unit),
            self._office(duty.unit),
        ):
            if others := [post for post in pool if post not in responsible]:
                return others
        return []

    def _clerks(self, unit: str) -> list[Post]:
        """Return the clerks of the unit itself, of the units below it where it has none."""
        below = self._clerks_below(unit)
        return [post for post in below if post.seat.unit == unit] or below

    def _clerks_below(self, unit: str) -> list[Post]:
        return [post for post in self._below(unit) if post.row.task_weight > 0 and not post.vacant]

    def _office(self, unit: str) -> list[Post]:
        """Return the clerks of the whole office a unit belongs to."""
        return self._clerks_below(unit.split(".", maxsplit=1)[0])

    def _below(self, unit: str) -> list[Post]:
        codes = {unit}
        for row in self.units:
            if row.parent in codes:
                codes.add(row.code)
        return [post for post in self.posts if post.seat.unit in codes]

    def _pick(self, posts: Sequence[Post], count: int, *, expert: bool = False) -> list[Post]:
        """Return the ``count`` least loaded posts; rare knowledge tends to sit with the senior ones."""

        def order(post: Post) -> float:
            load = self._load.get(post.number, 0) / max(post.row.task_weight, 0.3)
            return load + self.rng.random() - (2.5 * post.seniority if expert else 0)

        chosen = sorted(posts, key=order)[:count]
        for post in chosen:
            self._load[post.number] = self._load.get(post.number, 0) + 1
        return chosen


def duties_of(organisation: str, catalogue: Iterable[TaskRow]) -> list[Duty]:
    """Return the tasks of an organisation with keys that count within the unit (``50.1-01``).

    The small municipality owns the part of the city's catalogue that names a unit of it, in smaller teams.
    """
    duties: list[Duty] = []
    counted: dict[str, int] = {}
    for row in catalogue:
        small = organisation == "auental" and bool(row.small_unit)
        if not small and row.organisation != organisation:
            continue
        unit = row.small_unit if small else row.unit
        counted[unit] = counted.get(unit, 0) + 1
        key = f"{unit}-{counted[unit]:02d}"
        if small:
            holder = row.holder if row.holder in _SHARED_TITLES else row.small_holder
            duties.append(Duty(key=key, unit=unit, row=row, holder=holder, team=(row.team + 1) // 2))
        else:
            duties.append(Duty(key=key, unit=unit, row=row, holder=row.holder, team=row.team))
    return duties


def story_rows(key: str, story: StoryTask, number_of: dict[Seat, str]) -> list[SheetRow]:
    """Return the responsibilities of a story task as told."""
    rows = [_row(key, number_of[seat], "zuständig") for seat in story.responsible]
    rows += [_row(key, number_of[seat], "Vertretung", ready=ready) for seat, ready in story.deputies]
    rows += [_row(key, number_of[seat], "kann helfen") for seat in story.helpers]
    return rows


def task_sheet(duties: Iterable[Duty]) -> list[SheetRow]:
    """Return the rows of the sheet Aufgaben."""
    return [
        {
            "Schlüssel": duty.key,
            "Titel": duty.row.title,
            "Einheit": duty.unit,
            "Zweck": duty.row.purpose,
            "LeiKa": duty.row.service,
            "Produkt": duty.row.product,
            "Kritikalität": str(duty.row.criticality),
            "Positionsrisiko": str(duty.row.position_risk),
            "Häufigkeit": duty.row.frequency,
            "Frist": duty.row.deadline,
            "Mindestbesetzung": str(min(duty.row.minimum, duty.team)),
        }
        for duty in duties
    ]


def _row(task: str, number: str, kind: str, *, ready: bool | None = None) -> SheetRow:
    return {
        "Aufgabe": task,
        "Stellennummer": number,
        "Art": kind,
        "Bereit": "" if ready is None else ("ja" if ready else "nein"),
    }
