"""Commands on persons."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction

from staffelstab.core import audit, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.days import day_of
from staffelstab.core.errors import DomainError, on_violation
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.identity.models import Membership
from staffelstab.workforce.domain import derived
from staffelstab.workforce.models import Person
from staffelstab.workforce.permissions import PERSON_CREATED
from staffelstab.workforce.services import holdings, leavers, trail
from staffelstab.workforce.services.errors import (
    AccountTaken,
    AlreadyEnded,
    NotOurAccount,
    PersonnelNumberTaken,
)

EDIT = "workforce.person.edit"
LINK = "workforce.person.link"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonValues:
    """What is stored about a person. No birth date, no address, no pay."""

    personnel_number: str
    last_name: str
    first_name: str = ""
    email: str = ""


def _constraints() -> dict[str, DomainError]:
    # The number itself is personal: the sentence does not repeat it.
    return {"person_number_once": PersonnelNumberTaken(), "person_account_once": AccountTaken()}


@transaction.atomic
def create_person(*, values: PersonValues, actor: Actor, now: dt.datetime) -> Person:
    """A new person without a position. Raises PermissionRefused, PersonnelNumberTaken."""
    permissions.require(actor, EDIT)
    person = Person(
        organisation_id=current_organisation(),
        sort_key=derived.person_sort_key(last_name=values.last_name, first_name=values.first_name),
        **asdict(values),
    )
    with on_violation(_constraints()):
        trail.save(person, now=now)
    changes = {name: (None, value) for name, value in asdict(values).items() if value}
    audit.record(actor, PERSON_CREATED, person, at=now, changes=changes)
    trail.moved()
    return person


@transaction.atomic
def edit_person(
    *, person: Person, values: PersonValues, seen: dt.datetime | None, actor: Actor, now: dt.datetime
) -> Person:
    """Change name, number or address. Raises PermissionRefused, ChangedMeanwhile, PersonnelNumberTaken."""
    permissions.require(actor, EDIT, person)
    person = trail.lock(person, seen=seen)
    changes = trail.assign(person, asdict(values))
    if not changes:
        return person
    person.sort_key = derived.person_sort_key(last_name=values.last_name, first_name=values.first_name)
    with on_violation(_constraints()):
        trail.save(person, now=now)
    audit.record(actor, "workforce.person.edited", person, at=now, changes=changes)
    trail.moved()
    return person


@transaction.atomic
def link_account(
    *, person: Person, account_id: UUID | None, seen: dt.datetime | None, actor: Actor, now: dt.datetime
) -> Person:
    """Say which account is the person's own; ``None`` takes the link away.

    Raises PermissionRefused, ChangedMeanwhile, NotOurAccount, AccountTaken.
    """
    permissions.require(actor, LINK, person)
    person = trail.lock(person, seen=seen)
    if account_id is not None and not Membership.objects.filter(account_id=account_id).exists():
        raise NotOurAccount
    changes = trail.assign(person, {"account_id": account_id})
    if not changes:
        return person
    with on_violation(_constraints()):
        trail.save(person, now=now)
    action = "workforce.person.linked" if account_id else "workforce.person.unlinked"
    audit.record(actor, action, person, at=now, changes=changes)
    trail.moved()
    return person


@transaction.atomic
def end_person(
    *, person: Person, last_day: dt.date, seen: dt.datetime | None, actor: Actor, now: dt.datetime
) -> Person:
    """A person leaves: all holdings end on ``last_day``; the history stays.

    When that day lies ahead the person remains in the directory: only the holdings get their end. Raises
    PermissionRefused (also for a position outside the actor's units), ChangedMeanwhile, AlreadyEnded, DayOutOfBounds,
    HoldingBeganLater (a holding has begun after that day).
    """
    permissions.require(actor, EDIT, person)
    person = trail.lock(person, seen=seen)
    if person.ended_on is not None:
        raise AlreadyEnded(name=person)
    rows = list(person.holdings.select_related("position__unit"))
    ended = holdings.end_holdings(rows=rows, last_day=last_day, actor=actor, now=now)
    changes: dict[str, tuple[object, object]] = {"last_day": (None, last_day), "holdings": (None, ended)}
    if last_day <= day_of(now):
        person.ended_on = last_day
    trail.save(person, now=now)
    audit.record(actor, "workforce.person.ended", person, at=now, changes=changes)
    leavers.end_access(person=person, last_day=last_day, now=now)
    trail.moved()
    return person
