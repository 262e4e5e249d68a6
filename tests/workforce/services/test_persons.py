"""Commands on persons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from staffelstab.core import audit
from staffelstab.core.errors import DomainError, PermissionRefused
from staffelstab.identity.enums import Role
from staffelstab.workforce.models import Holding, Person
from staffelstab.workforce.services import errors, persons
from staffelstab.workforce.services.persons import PersonValues
from tests.factories.workforce import HoldingFactory, PersonFactory, PositionFactory, UnitFactory
from tests.world import NOW, World

LATER = NOW + dt.timedelta(hours=1)
TODAY = dt.date(2026, 11, 22)
VALUES = PersonValues(
    personnel_number="4711", last_name="Özdemir", first_name="Nur", email="nur@musterstadt.example"
)


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    with world.inside():
        yield


def test_create_person_masks_what_is_personal(world: World, now: datetime) -> None:
    person = persons.create_person(values=VALUES, actor=world.actor(Role.PERSONNEL), now=now)
    assert Person.objects.get(pk=person.pk).sort_key == "ozdemir nur"
    assert audit.history(person)[0].changes == {
        "personnel_number": [None, "•••"],
        "last_name": [None, "•••"],
        "first_name": [None, "•••"],
        "email": [None, "•••"],
    }


def test_create_person_with_a_taken_number_is_refused(world: World, now: datetime) -> None:
    PersonFactory(personnel_number="4711")
    with pytest.raises(errors.PersonnelNumberTaken) as refused:
        persons.create_person(values=VALUES, actor=world.actor(), now=now)
    assert refused.value.data == {}


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.LINE_MANAGER, Role.EXECUTIVE, Role.PRIVACY])
def test_persons_are_not_changed_by_others(world: World, now: datetime, role: Role) -> None:
    person, actor = PersonFactory(), world.actor(role)
    with pytest.raises(PermissionRefused):
        persons.create_person(values=VALUES, actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        persons.edit_person(person=person, values=VALUES, seen=None, actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        persons.link_account(person=person, account_id=None, seen=None, actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        persons.end_person(person=person, last_day=TODAY, seen=None, actor=actor, now=now)


@pytest.mark.parametrize("role", [Role.KNOWLEDGE_MANAGER, Role.PERSONNEL])
def test_a_role_of_a_unit_changes_its_own_people_only(world: World, now: datetime, role: Role) -> None:
    mine, other = UnitFactory(), UnitFactory()
    here = PositionFactory(unit=UnitFactory(parent=mine))
    there = PositionFactory(unit=other)
    actor = world.actor(role, unit_id=mine.pk)
    own = HoldingFactory(position=here).person
    values = PersonValues(personnel_number="N1", last_name="Neu")
    persons.edit_person(person=own, values=values, seen=None, actor=actor, now=now)
    assert Person.objects.get(pk=own.pk).last_name == "Neu"
    stranger, moved, both = (HoldingFactory(position=there).person for _each in range(3))
    HoldingFactory(position=here, person=moved, ends_on=TODAY - dt.timedelta(days=400))
    HoldingFactory(position=here, person=both)
    for person in (stranger, moved, both, PersonFactory()):
        with pytest.raises(PermissionRefused):
            persons.edit_person(person=person, values=VALUES, seen=None, actor=actor, now=now)
        with pytest.raises(PermissionRefused):
            persons.end_person(person=person, last_day=TODAY, seen=None, actor=actor, now=now)
    assert Person.objects.filter(last_name="Özdemir").count() == 0


def test_a_role_of_a_unit_goes_on_with_whom_it_added(world: World, now: datetime) -> None:
    position, elsewhere = PositionFactory(), PositionFactory()
    actor = world.actor(Role.PERSONNEL, unit_id=position.unit_id)
    person = persons.create_person(values=VALUES, actor=actor, now=now)
    persons.edit_person(
        person=person, values=replace(VALUES, first_name="Noor"), seen=None, actor=actor, now=now
    )
    colleague = world.actor(Role.KNOWLEDGE_MANAGER, unit_id=position.unit_id)
    with pytest.raises(PermissionRefused):
        persons.edit_person(person=person, values=VALUES, seen=None, actor=colleague, now=now)
    HoldingFactory(position=elsewhere, person=person)
    with pytest.raises(PermissionRefused):
        persons.edit_person(person=person, values=VALUES, seen=None, actor=actor, now=now)


def test_edit_person_changes_the_sort_key(world: World) -> None:
    person = PersonFactory()
    persons.edit_person(person=person, values=VALUES, seen=NOW, actor=world.actor(), now=LATER)
    assert Person.objects.get(pk=person.pk).sort_key == "ozdemir nur"
    assert audit.history(person)[0].changes["last_name"] == ["•••", "•••"]
    again = persons.edit_person(person=person, values=VALUES, seen=LATER, actor=world.actor(), now=LATER)
    assert audit.history(again).count() == 1
    with pytest.raises(errors.ChangedMeanwhile):
        persons.edit_person(person=person, values=VALUES, seen=NOW, actor=world.actor(), now=LATER)


def test_edit_person_to_a_taken_number_is_refused(world: World, now: datetime) -> None:
    PersonFactory(personnel_number="4711")
    with pytest.raises(errors.PersonnelNumberTaken):
        persons.edit_person(person=PersonFactory(), values=VALUES, seen=None, actor=world.actor(), now=now)


def test_link_account_belongs_to_one_person(world: World, now: datetime) -> None:
    first, second = PersonFactory(), PersonFactory()
    account = world.accounts[Role.EMPLOYEE].pk
    actor = world.actor()
    persons.link_account(person=first, account_id=account, seen=None, actor=actor, now=now)
    assert Person.objects.get(pk=first.pk).account_id == account
    with pytest.raises(errors.AccountTaken):
        persons.link_account(person=second, account_id=account, seen=None, actor=actor, now=now)
    persons.link_account(person=first, account_id=account, seen=None, actor=actor, now=now)
    persons.link_account(person=first, account_id=None, seen=None, actor=actor, now=now)
    assert [entry.action for entry in audit.history(first)] == [
        "workforce.person.unlinked",
        "workforce.person.linked",
    ]


def test_link_account_of_another_house_is_refused(world: World, now: datetime) -> None:
    foreign = world.accounts["stranger.employee"].pk
    with pytest.raises(errors.NotOurAccount):
        persons.link_account(
            person=PersonFactory(), account_id=foreign, seen=None, actor=world.actor(), now=now
        )


def test_end_person_ends_all_holdings(world: World, now: datetime) -> None:
    person = PersonFactory()
    first, second = HoldingFactory(person=person), HoldingFactory(person=person)
    persons.end_person(person=person, last_day=TODAY, seen=None, actor=world.actor(), now=now)
    assert set(Holding.objects.filter(person=person).values_list("pk", "ends_on")) == {
        (first.pk, TODAY),
        (second.pk, TODAY),
    }
    assert Person.objects.get(pk=person.pk).ended_on == TODAY
    assert audit.history(person)[0].changes == {"last_day": [None, "2026-11-22"], "holdings": [None, 2]}
    with pytest.raises(errors.AlreadyEnded):
        persons.end_person(person=person, last_day=TODAY, seen=None, actor=world.actor(), now=now)


def test_end_person_ahead_keeps_them_in_the_directory(world: World, now: datetime) -> None:
    holding = HoldingFactory()
    ahead = dt.date(2027, 3, 31)
    later = HoldingFactory(person=holding.person, starts_on=dt.date(2027, 6, 1))
    persons.end_person(person=holding.person, last_day=ahead, seen=None, actor=world.actor(), now=now)
    assert Person.objects.get(pk=holding.person_id).ended_on is None
    assert Holding.objects.get(pk=holding.pk).ends_on == ahead
    assert Holding.objects.filter(pk=later.pk).count() == 0
    assert audit.history(later)[0].action == "workforce.holding.withdrawn"


@pytest.mark.parametrize(
    ("last_day", "refusal"),
    [
        (dt.date(1, 1, 1), errors.DayOutOfBounds),
        (dt.date(1926, 11, 22), errors.DayOutOfBounds),
        (dt.date(2020, 4, 30), errors.HoldingBeganLater),
    ],
)
def test_end_person_with_a_mistyped_day_deletes_nothing(
    world: World, now: datetime, last_day: dt.date, refusal: type[DomainError]
) -> None:
    position = PositionFactory(number="50-01", title="Leitung")
    running = HoldingFactory(position=position, starts_on=dt.date(2020, 5, 1), exit_quarter=8114)
    to_come = HoldingFactory(person=running.person, starts_on=dt.date(2027, 6, 1))
    with pytest.raises(refusal) as refused:
        persons.end_person(person=running.person, last_day=last_day, seen=None, actor=world.actor(), now=now)
    if refusal is errors.HoldingBeganLater:
        assert "50-01 Leitung" in refused.value.message
        assert "01.05.2020" in refused.value.message
    assert set(Holding.objects.values_list("pk", "ends_on", "exit_quarter")) == {
        (running.pk, None, 8114),
        (to_come.pk, None, None),
    }
    assert Person.objects.get(pk=running.person_id).ended_on is None
    assert audit.history(running.person).count() == 0


def test_end_person_withdraws_only_what_begins_after_today(world: World, now: datetime) -> None:
    yesterday = TODAY - dt.timedelta(days=1)
    tomorrow = HoldingFactory(starts_on=TODAY + dt.timedelta(days=1))
    persons.end_person(person=tomorrow.person, last_day=yesterday, seen=None, actor=world.actor(), now=now)
    assert Holding.objects.filter(pk=tomorrow.pk).count() == 0
    today = HoldingFactory(starts_on=TODAY)
    with pytest.raises(errors.HoldingBeganLater):
        persons.end_person(person=today.person, last_day=yesterday, seen=None, actor=world.actor(), now=now)
    persons.end_person(person=today.person, last_day=TODAY, seen=None, actor=world.actor(), now=now)
    assert Holding.objects.get(pk=today.pk).ends_on == TODAY


def test_end_person_on_a_position_of_another_area_is_refused(world: World, now: datetime) -> None:
    mine, other = HoldingFactory(), HoldingFactory()
    actor = world.actor(Role.PERSONNEL, unit_id=mine.position.unit_id)
    with pytest.raises(PermissionRefused):
        persons.end_person(person=other.person, last_day=TODAY, seen=None, actor=actor, now=now)
    persons.end_person(person=mine.person, last_day=TODAY, seen=None, actor=actor, now=now)
