"""Reads about persons: the directory of the house."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from staffelstab.core import permissions, searching
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.core.searching import Search
from staffelstab.core.ui.paging import Page, keyset_page
from staffelstab.identity.models import Membership
from staffelstab.workforce.models import Holding, Person, Position, Responsibility, Unit
from staffelstab.workforce.selectors import folding, scopes
from staffelstab.workforce.selectors.holdings import NAMES, current
from staffelstab.workforce.selectors.positions import HoldingRow, holding_rows, order_of

VIEW = NAMES
EDIT = "workforce.person.edit"
SORTS = {"name": ("sort_key", "pk")}
_NUMBER = re.compile(r"\(([^()]+)\)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFilter:
    """What is asked for. ``state``: ``""`` (all that are here), ``unplaced`` (on no position) or ``ended``."""

    unit: Unit | None = None
    state: str = ""
    text: str = ""
    sort: str = "name"


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One line of the directory."""

    person: Person
    positions: tuple[Position, ...]

    @property
    def pk(self) -> UUID:
        """The person's key."""
        key: UUID = self.person.pk
        return key


@dataclass(frozen=True, slots=True)
class PersonDetail:
    """One person: positions now and before, and the tasks that come with the positions of today."""

    person: Person
    own: bool
    holdings: tuple[HoldingRow, ...]
    parts: tuple[Responsibility, ...]
    account_name: str

    @property
    def subject_id(self) -> UUID:
        """Whose data these are, for the log of looks: the account where one is linked, else the person."""
        return self.person.account_id or self.person.pk

    @property
    def shows_exit(self) -> bool:
        """Whether an exit horizon is among what is shown."""
        return any(row.exit_seen for row in self.holdings)


def active() -> QuerySet[Person]:
    """The persons who are here."""
    return Person.objects.filter(ended_on=None).fetch_mode(models.FETCH_RAISE)


def get_person(*, actor: Actor, person_id: UUID, permission: str = VIEW) -> Person:
    """One person, also one who has left. Raises NotFound, also without ``permission``."""
    person: Person | None = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound
    permissions.require(actor, permission, person)
    return person


def person_rows(*, actor: Actor, wanted: PersonFilter, today: dt.date) -> QuerySet[Person]:
    """The persons who pass the filter apart from its text."""
    permissions.require(actor, VIEW)
    rows: QuerySet[Person] = Person.objects.all().fetch_mode(models.FETCH_RAISE)
    rows = rows.exclude(ended_on=None) if wanted.state == "ended" else rows.filter(ended_on=None)
    held = Holding.objects.filter(current(today), person=OuterRef("pk"))
    if wanted.state == "unplaced":
        rows = rows.filter(~Exists(held))
    if wanted.unit is not None:
        rows = rows.filter(Exists(held.filter(position__unit__ancestor_ids__contains=[wanted.unit.pk])))
    return rows


def _search(actor: Actor, text: str) -> Search | None:
    # The personnel number is for those who keep the register, not for the whole house.
    return folding.search(Person, text, number=text.strip() if actor.may(EDIT) else "")


def _by_name_or_own(actor: Actor, text: str) -> Q:
    """What a search may show: a role of a unit finds its own persons by number, all others by name only."""
    if not text.strip() or not actor.may(EDIT):
        return Q()
    own = scopes.persons(actor)
    return searching.contains_words("sort_key", text) | own if own else Q()


def person_page(
    *, actor: Actor, wanted: PersonFilter, query: Mapping[str, str], today: dt.date
) -> Page[PersonLine]:
    """One page of the directory. Three statements, with a text one or two more."""
    rows = person_rows(actor=actor, wanted=wanted, today=today).filter(_by_name_or_own(actor, wanted.text))
    search, order = _search(actor, wanted.text), order_of(wanted.sort, SORTS)
    page = keyset_page(rows, order=order, query=query, counted=True, search=search)
    held: dict[UUID, list[Position]] = {}
    holdings = Holding.objects.filter(current(today), person__in=[row.pk for row in page.rows])
    for holding in holdings.select_related("position__unit").order_by("position__sort_key", "pk"):
        held.setdefault(holding.person_id, []).append(holding.position)
    lines = tuple(PersonLine(row, tuple(held.get(row.pk, ()))) for row in page.rows)
    return Page(rows=lines, next=page.next, previous=page.previous, count=page.count)


def person_detail(*, actor: Actor, person_id: UUID, today: dt.date) -> PersonDetail:
    """One person. Raises NotFound. The view logs the look, and the one at an exit horizon."""
    person = get_person(actor=actor, person_id=person_id)
    own = person.account_id is not None and person.account_id == actor.account_id
    rows = holding_rows(
        Holding.objects.filter(person=person).order_by("-starts_on", "pk"), actor=actor, today=today
    )
    here = [row.holding.position_id for row in rows if row.now]
    parts = (
        Responsibility.objects.filter(position__in=here, task__ended_on=None)
        .select_related("task__unit", "position")
        .order_by("task__sort_key", "pk")
        .fetch_mode(models.FETCH_RAISE)
    )
    name = ""
    if person.account_id is not None:
        member = Membership.objects.select_related("account").filter(account_id=person.account_id).first()
        name = member.account.display_name if member else ""
    return PersonDetail(person, own, rows, tuple(parts), name)


def person_of(*, actor: Actor) -> Person | None:
    """The person the actor's own account is linked to."""
    if actor.account_id is None:
        return None
    return active().filter(account_id=actor.account_id).first()


def account_choices(*, actor: Actor, person: Person) -> list[tuple[str, str]]:
    """Accounts of the house that belong to nobody yet, or to this person: (key, name and address)."""
    permissions.require(actor, EDIT, person)
    taken = Person.objects.exclude(account_id=None).exclude(pk=person.pk).values("account_id")
    rows = (
        Membership.objects.exclude(account_id__in=taken)
        .select_related("account")
        .order_by("account__display_name", "pk")
    )
    return [(str(row.account_id), f"{row.account.display_name} ({row.account.email})") for row in rows]


def label_of(person: Person) -> str:
    """How a person is named where one has to be picked: ``Kaya, Nur (4711)``."""
    name = ", ".join(filter(None, (person.last_name, person.first_name)))
    return f"{name} ({person.personnel_number})"


def person_pick(*, actor: Actor, text: str, limit: int = 20) -> list[str]:
    """Labels of the persons who fit ``text`` and whom the actor may put on a position; nobody else's name or number."""
    permissions.require(actor, EDIT)
    rows = active().filter(scopes.persons(actor))
    page = keyset_page(rows, order=SORTS["name"], query={}, size=limit, search=_search(actor, text))
    return [label_of(row) for row in page.rows]


def places_everybody(*, actor: Actor) -> bool:
    """Whether the actor's role to keep the register holds for the whole organisation."""
    return not scopes.persons(actor)


def find_person(text: str, *, actor: Actor) -> Person | None:
    """The person somebody means by label or personnel number; ``None`` when the actor may place no such person."""
    found = _NUMBER.search(text)
    number = found[1].strip() if found else text.strip()
    return active().filter(scopes.persons(actor), personnel_number=number).first()
