"""Invented persons on positions: names, shares, vacancies and exits.

Ages are drawn only to make the exits plausible and never leave this module.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from staffelstab.portal.domain.demo.calendar import (
    BANDS,
    UNKNOWN,
    band_of,
    day_after,
    first_of_month_before,
    quarter_after,
)
from staffelstab.portal.domain.demo.model import SheetRow
from staffelstab.portal.domain.demo.stories import NamedPerson, OrganisationFacts, Seat
from staffelstab.portal.domain.demo.tables import NameRow, PositionRow

ORIGIN_WEIGHTS = {"de": 66, "tr": 7, "pl": 6, "ru": 6, "so": 4, "ba": 4, "ar": 4, "as": 2, "af": 2}
OLDER_PERCENT = 30
VACANT_PERCENT = 10
SHARED_PERCENT = 3
FORMER_PERCENT = 2
MIXED_NAME_PERCENT = 12

# Part-time shares as an office writes them; a shared position is held half and half.
SHARES = ("0,5", "0,6", "0,75", "0,8")

_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ł": "l", "ı": "i", "đ": "d", "ø": "o"})


def seeded(seed: int, *purpose: str) -> random.Random:
    """Return a source of chance of its own for this purpose, so that one part can change alone."""
    return random.Random(":".join((str(seed), *purpose)))  # noqa: S311 - draws demo content, protects nothing


@dataclass(frozen=True, kw_only=True)
class Post:
    """A numbered position. ``seniority`` is 0 (new) … 1 (about to leave), for a vacant one 0."""

    number: str
    seat: Seat
    row: PositionRow
    vacant: bool
    seniority: float


@dataclass(kw_only=True)
class Names:
    """Draws names nobody else in the demo has."""

    rows: Iterable[NameRow]
    used: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._pool: dict[tuple[str, str], list[str]] = {}
        for row in self.rows:
            self._pool.setdefault((row.kind, row.origin), []).append(row.name)

    def draw(self, rng: random.Random) -> tuple[str, str]:
        """Return (given, family)."""
        while True:
            origin = _origin(rng)
            family_origin = _origin(rng) if rng.randrange(100) < MIXED_NAME_PERCENT else origin
            name = (rng.choice(self._pool["given", origin]), rng.choice(self._pool["family", family_origin]))
            if name not in self.used:
                self.used.add(name)
                return name


@dataclass(kw_only=True)
class Staff:
    """The posts, persons and holdings of one organisation while they are being drawn."""

    facts: OrganisationFacts
    today: date
    names: Names
    rng: random.Random
    posts: list[Post] = field(default_factory=list)
    persons: list[SheetRow] = field(default_factory=list)
    holdings: list[SheetRow] = field(default_factory=list)
    number_of_seat: dict[Seat, str] = field(default_factory=dict)
    person_on_seat: dict[Seat, SheetRow] = field(default_factory=dict)
    _addresses: set[str] = field(default_factory=set)

    def fill(self, rows: Iterable[PositionRow], named: Iterable[NamedPerson]) -> None:
        """Number all positions and put people on them, the named ones first choice."""
        by_seat = {person.seat: person for person in named if person.seat.organisation == self.facts.slug}
        for number, seat, row in _numbered(rows):
            self.number_of_seat[seat] = number
            if seat in by_seat:
                self._place_named(number, seat, row, by_seat.pop(seat))
            else:
                self._place_drawn(number, seat, row)
        if by_seat:
            raise KeyError(f"no such position: {sorted(map(str, by_seat))}")
        self._add_second_jobs()

    def _place_named(self, number: str, seat: Seat, row: PositionRow, named: NamedPerson) -> None:
        self.posts.append(_post(number, seat, row, vacant=not named.family))
        if not named.family:
            return
        person = self._person(named.given, named.family, desk=True, mail=named.mail)
        self.person_on_seat[seat] = person
        if named.exit_quarters is not None:
            exit_cells = _exit(
                quarter=quarter_after(self.today, named.exit_quarters), fixed="ja" if named.fixed else "nein"
            )
            years = 24
        else:
            exit_cells = _exit(band=named.band or BANDS[-1])
            years = 21 if named.band else 6
        self._hold(number, person, share=named.share, years=years, exit_cells=exit_cells)

    def _place_drawn(self, number: str, seat: Seat, row: PositionRow) -> None:
        rng = self.rng
        # The only post of its kind stays filled: which tasks lie idle is told in the stories, not drawn.
        if row.count > 1 and rng.randrange(100) < VACANT_PERCENT:
            self.posts.append(_post(number, seat, row, vacant=True))
            if rng.randrange(100) < 35:
                self._former_holder(number, row)
            return
        shared = not row.lead and rng.randrange(100) < SHARED_PERCENT
        share = "0,5" if shared else _share(rng, row.part_time_percent)
        quarters = _quarters_to_exit(rng, lead=row.lead)
        self.posts.append(_post(number, seat, row, vacant=False, quarters=quarters))
        self._hire(number, row, share=share, quarters=quarters)
        if shared:
            self._hire(number, row, share="0,5", quarters=_quarters_to_exit(rng, lead=False))
        elif rng.randrange(100) < FORMER_PERCENT:
            self._former_holder(number, row)

    def _hire(self, number: str, row: PositionRow, *, share: str, quarters: int) -> None:
        person = self._person(*self.names.draw(self.rng), desk=row.desk or self.rng.randrange(100) < 15)
        career = max(1, 42 - quarters // 4)
        self._hold(
            number,
            person,
            share=share,
            years=self.rng.randint(1, min(career, 30)),
            exit_cells=_told_exit(self.rng, self.today, quarters),
        )

    def _former_holder(self, number: str, row: PositionRow) -> None:
        """Add somebody who left the position within the last year."""
        person = self._person(*self.names.draw(self.rng), desk=row.desk)
        self._hold(
            number,
            person,
            share="1",
            years=self.rng.randint(4, 30),
            until=day_after(self.today, -self.rng.randint(20, 330)),
            exit_cells=_exit(),
        )

    def _add_second_jobs(self) -> None:
        """Let some half-time people take a vacant position of the same title beside their own."""
        half = {
            row["Stellennummer"]: row for row in self.holdings if row["Anteil"] == "0,5" and not row["Bis"]
        }
        filled = [post for post in self.posts if post.number in half]
        for post in self.posts:
            if not post.vacant or post.row.part_time_percent < 40:
                continue
            for other in filled:
                if other.row == post.row and other.seat != post.seat:
                    first = half[other.number]
                    self.holdings.append(first | {"Stellennummer": post.number})
                    self.posts[self.posts.index(post)] = _post(post.number, post.seat, post.row, vacant=False)
                    filled.remove(other)
                    break

    def _person(self, given: str, family: str, *, desk: bool, mail: str = "") -> SheetRow:
        self.names.used.add((given, family))
        row = {
            "Personalnummer": str(self.facts.first_personnel_number + len(self.persons)),
            "Nachname": family,
            "Vorname": given,
            "E-Mail": (mail or self._address(given, family)) if desk else "",
        }
        self.persons.append(row)
        return row

    def _address(self, given: str, family: str) -> str:
        base = f"{_plain(given)}.{_plain(family)}"
        count = 1
        address = f"{base}@{self.facts.mail_domain}"
        while address in self._addresses:
            count += 1
            address = f"{base}{count}@{self.facts.mail_domain}"
        self._addresses.add(address)
        return address

    def _hold(
        self, number: str, person: SheetRow, *, share: str, years: int, exit_cells: SheetRow, until: str = ""
    ) -> None:
        self.holdings.append(
            {
                "Stellennummer": number,
                "Personalnummer": person["Personalnummer"],
                "Anteil": share,
                "Von": first_of_month_before(self.today, years * 365 + self.rng.randrange(330)),
                "Bis": until,
            }
            | exit_cells
        )


def _numbered(rows: Iterable[PositionRow]) -> Iterator[tuple[str, Seat, PositionRow]]:
    """Yield (number, seat, row); numbers count within the office, so ``50.1`` and ``50`` share ``50-…``."""
    next_in_office: dict[str, int] = {}
    next_of_title: dict[tuple[str, str], int] = {}
    for row in rows:
        office = row.unit.split(".")[0]
        for _ in range(row.count):
            next_in_office[office] = next_in_office.get(office, 0) + 1
            nth = next_of_title.get((row.unit, row.title), 0) + 1
            next_of_title[row.unit, row.title] = nth
            seat = Seat(organisation=row.organisation, unit=row.unit, title=row.title, nth=nth)
            yield f"{office}-{next_in_office[office]:02d}", seat, row


def _post(number: str, seat: Seat, row: PositionRow, *, vacant: bool, quarters: int = 160) -> Post:
    return Post(
        number=number, seat=seat, row=row, vacant=vacant, seniority=0 if vacant else 1 - quarters / 190
    )


def _quarters_to_exit(rng: random.Random, *, lead: bool) -> int:
    """Draw how far the exit is: three in ten are older than 55, among leads every second."""
    if rng.randrange(100) < (50 if lead else OLDER_PERCENT):
        age = rng.uniform(55, 65.5)
    else:
        age = rng.triangular(35, 57, 50) if lead else rng.triangular(20, 57, 42)
    return max(1, round((min(max(rng.gauss(65.6, 1.2), 63), 67) - age) * 4))


def _told_exit(rng: random.Random, today: date, quarters: int) -> SheetRow:
    """Return the exit as personnel tells it: near ones mostly as a quarter, far ones as a band or not."""
    draw = rng.randrange(100)
    if quarters < 20:
        if draw < 65:
            fixed = rng.randrange(100) < (75 if quarters <= 4 else 12)
            return _exit(quarter=quarter_after(today, quarters), fixed="ja" if fixed else "nein")
        return _exit(band=band_of(quarters) if draw < 94 else UNKNOWN)
    if quarters < 44 and draw < 25:
        return _exit(quarter=quarter_after(today, quarters), fixed="nein")
    return _exit(band=BANDS[-1] if draw < 70 else UNKNOWN)


def _exit(*, quarter: str = "", band: str = "", fixed: str = "") -> SheetRow:
    return {"Austrittsquartal": quarter, "Austrittsband": band, "Austritt fest": fixed}


def _share(rng: random.Random, part_time_percent: int) -> str:
    return rng.choice(SHARES) if rng.randrange(100) < part_time_percent else "1"


def _origin(rng: random.Random) -> str:
    return rng.choices(tuple(ORIGIN_WEIGHTS), weights=tuple(ORIGIN_WEIGHTS.values()))[0]


def _plain(text: str) -> str:
    """Return the text as it stands in an e-mail address."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(sign for sign in decomposed if sign.isascii() and (sign.isalnum() or sign == "-"))
