"""Whoever leaves the house loses the access with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from staffelstab.core.errors import PermissionRefused
from staffelstab.core.outbox import Event
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.enums import Role
from staffelstab.identity.models import Membership
from staffelstab.identity.services import accounts
from staffelstab.workforce import jobs
from staffelstab.workforce.services import leavers, persons
from tests import daily_work
from tests.factories.identity import seat
from tests.factories.workforce import PersonFactory
from tests.world import NOW, World

TODAY = dt.date(2026, 11, 22)
YESTERDAY = TODAY - dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    with world.inside():
        # People of the small world have belonged to it for a while.
        Membership.objects.update(since=dt.date(2020, 1, 1))
        yield


def until(world: World, role: str) -> Any:
    """The last day of an account's membership."""
    return Membership.objects.get(account=world.accounts[role]).until


def person_of(world: World, role: str, **values: object) -> Any:
    """A person whose own account is that of the role."""
    return PersonFactory(account_id=world.accounts[role].pk, **values)


def event(organisation_id: UUID) -> Event:
    """An import was applied."""
    return Event(UUID(int=1), "workforce.import.applied", organisation_id, {}, NOW)


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [(YESTERDAY, YESTERDAY), (TODAY, TODAY), (dt.date(2027, 3, 31), dt.date(2027, 3, 31))],
)
def test_end_person_ends_the_access_after_the_last_day(
    world: World, now: datetime, last_day: dt.date, expected: dt.date
) -> None:
    person = person_of(world, "employee")
    persons.end_person(
        person=person, last_day=last_day, seen=None, actor=world.actor(Role.PERSONNEL), now=now
    )
    assert until(world, "employee") == expected
    assert Membership.objects.get(account=world.accounts["employee"]).closed is True


def test_end_person_leaves_seats_elsewhere(world: World, now: datetime) -> None:
    seat(world.accounts["employee"], world.neighbour_id)
    person = person_of(world, "employee")
    persons.end_person(
        person=person, last_day=YESTERDAY, seen=None, actor=world.actor(Role.PERSONNEL), now=now
    )
    with activate(TenancyContext(world.neighbour_id)):
        assert until(world, "employee") is None


def test_end_person_without_an_account(world: World, now: datetime) -> None:
    person = PersonFactory()
    assert leavers.end_access(person=person, last_day=TODAY, now=now) is False


def test_last_administrator_keeps_the_access(world: World, now: datetime) -> None:
    person = person_of(world, "administrator")
    assert leavers.end_access(person=person, last_day=YESTERDAY, now=now) is False
    assert until(world, "administrator") is None


def test_applied_import_ends_the_access_of_those_who_have_left(world: World, now: datetime) -> None:
    person_of(world, "employee", ended_on=YESTERDAY)
    person_of(world, "advisor", ended_on=TODAY)
    person_of(world, "executive", ended_on=dt.date(2999, 1, 1))
    person_of(world, "personnel")
    assert leavers.end_all_access(actor=world.system, now=now) == 2
    found = [until(world, role) for role in ("employee", "advisor", "executive", "personnel")]
    assert found == [YESTERDAY, TODAY, None, None]
    assert leavers.end_all_access(actor=world.system, now=now) == 0


def test_access_given_again_after_the_last_day_stays(world: World, now: datetime) -> None:
    person_of(world, "employee", ended_on=dt.date(2026, 6, 30))
    assert leavers.end_all_access(actor=world.system, now=now) == 1
    email = world.accounts["employee"].email
    accounts.add_member(email=email, display_name="", actor=world.system, now=now)
    assert leavers.end_all_access(actor=world.system, now=now) == 0
    assert until(world, "employee") is None


def test_ending_all_access_needs_the_right(world: World, now: datetime) -> None:
    with pytest.raises(PermissionRefused):
        leavers.end_all_access(actor=world.actor(Role.PERSONNEL), now=now)


def test_import_and_new_day_run_it_in_their_organisation(world: World, now: datetime) -> None:
    person_of(world, "employee", ended_on=dt.date(2026, 6, 30))
    jobs.on_applied(event(world.organisation.pk))
    assert until(world, "employee") is not None
    person_of(world, "advisor", ended_on=dt.date(2026, 6, 30))
    jobs.on_new_day(now=now)
    assert daily_work.do_what_was_handed_out() == 3
    assert until(world, "advisor") is not None
