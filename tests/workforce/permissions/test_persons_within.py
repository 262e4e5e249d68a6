"""Which persons belong to a role that is bound to a unit: the rule and the condition on rows say the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.utils import timezone

from staffelstab.core import audit
from staffelstab.identity.enums import Role
from staffelstab.workforce.models import Person
from staffelstab.workforce.permissions import RULES
from staffelstab.workforce.selectors import persons, scopes
from staffelstab.workforce.services import persons as service
from tests.factories.workforce import HoldingFactory, PersonFactory, PositionFactory, UnitFactory
from tests.world import NOW, World

DAY = dt.timedelta(days=1)
Period = tuple[int | None, int | None]
"""First and last day of a holding, counted from today; None: open."""

NOW_HERE: Period = (None, None)
OVER: Period = (-400, -1)
LONG_OVER: Period = (-900, -500)
TO_COME: Period = (1, None)
LAST_DAY: Period = (-400, 0)
FIRST_DAY: Period = (0, None)


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    with world.inside():
        yield


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        pytest.param([NOW_HERE], [], True, id="works here"),
        pytest.param([], [NOW_HERE], False, id="works elsewhere"),
        pytest.param([NOW_HERE], [NOW_HERE], False, id="works here and elsewhere"),
        pytest.param([NOW_HERE], [OVER], True, id="came here"),
        pytest.param([OVER], [NOW_HERE], False, id="went elsewhere"),
        pytest.param([NOW_HERE], [TO_COME], True, id="will work elsewhere too"),
        pytest.param([TO_COME], [NOW_HERE], False, id="will work here too"),
        pytest.param([TO_COME], [], True, id="will begin here"),
        pytest.param([TO_COME], [OVER], True, id="between elsewhere and here"),
        pytest.param([TO_COME], [TO_COME], False, id="will begin here and elsewhere"),
        pytest.param([OVER], [TO_COME], False, id="between here and elsewhere"),
        pytest.param([OVER], [], True, id="has left from here"),
        pytest.param([OVER], [LONG_OVER], True, id="has left from here last"),
        pytest.param([LONG_OVER], [OVER], False, id="has left from elsewhere last"),
        pytest.param([OVER], [OVER], False, id="has left from here and elsewhere"),
        pytest.param([LAST_DAY], [OVER], True, id="last day here"),
        pytest.param([LAST_DAY], [FIRST_DAY], False, id="last day here and first day elsewhere"),
        pytest.param([], [], False, id="never had a position"),
    ],
)
def test_the_positions_of_today_decide(
    world: World,
    here: list[Period],
    there: list[Period],
    expected: bool,  # noqa: FBT001
) -> None:
    mine = UnitFactory()
    person, today = PersonFactory(), timezone.localdate()
    for place, periods in ((UnitFactory(parent=mine), here), (UnitFactory(), there)):
        for first, last in periods:
            HoldingFactory(
                person=person,
                position=PositionFactory(unit=place),
                starts_on=None if first is None else today + first * DAY,
                ends_on=None if last is None else today + last * DAY,
            )
    for role in (Role.PERSONNEL, Role.KNOWLEDGE_MANAGER):
        bound, everywhere = world.actor(role, unit_id=mine.pk), world.actor(role)
        assert RULES["workforce.person.edit"](bound, person) is expected
        assert RULES["workforce.history.view"](bound, person) is expected
        assert RULES["workforce.person.edit"](everywhere, person) is True
        assert list(Person.objects.filter(scopes.persons(bound))) == ([person] if expected else [])
        assert list(Person.objects.filter(scopes.persons(everywhere))) == [person]
        offered = [persons.label_of(person)] if expected else []
        assert persons.person_pick(actor=bound, text=person.last_name) == offered
        found = persons.find_person(person.personnel_number, actor=bound)
        assert found == (person if expected else None)
    employee = world.actor(Role.EMPLOYEE)
    assert RULES["workforce.person.edit"](employee, person) is False
    assert list(Person.objects.filter(scopes.persons(employee))) == []


def test_a_person_without_a_position_belongs_to_whom_added_them(world: World) -> None:
    mine = UnitFactory()
    adds = world.actor(Role.PERSONNEL, unit_id=mine.pk)
    values = service.PersonValues(personnel_number="4711", last_name="Kaya")
    person = service.create_person(values=values, actor=adds, now=NOW)
    colleague = world.actor(Role.KNOWLEDGE_MANAGER, unit_id=mine.pk)
    rule = RULES["workforce.person.edit"]
    assert (rule(adds, person), rule(colleague, person)) == (True, False)
    HoldingFactory(person=person)
    assert rule(adds, person) is False


def test_having_added_one_person_or_changed_another_gives_no_third(world: World) -> None:
    mine = UnitFactory()
    adds = world.actor(Role.PERSONNEL, unit_id=mine.pk)
    values = service.PersonValues(personnel_number="4711", last_name="Kaya")
    added = service.create_person(values=values, actor=adds, now=NOW)
    changed, other = PersonFactory(), PersonFactory()
    audit.record(adds, "workforce.person.changed", changed, at=NOW, changes={"last_name": ("Alt", "Neu")})
    rule = RULES["workforce.person.edit"]
    assert [rule(adds, each) for each in (added, changed, other)] == [True, False, False]


def test_what_others_do_decides_about_nobody_else(world: World) -> None:
    today = timezone.localdate()
    place = PositionFactory()
    bound = world.actor(Role.PERSONNEL, unit_id=place.unit_id)
    works_here, works_elsewhere = HoldingFactory(position=place).person, HoldingFactory().person
    left_here = HoldingFactory(position=place, ends_on=today - 9 * DAY).person
    left_elsewhere_later = HoldingFactory(ends_on=today - DAY).person
    rule = RULES["workforce.person.edit"]
    people = (works_here, works_elsewhere, left_here, left_elsewhere_later)
    assert [rule(bound, each) for each in people] == [True, False, True, False]
    assert set(Person.objects.filter(scopes.persons(bound))) == {works_here, left_here}


def test_both_roles_of_an_actor_count_together(world: World) -> None:
    """Who keeps one unit as personnel and another as knowledge manager keeps who works in both."""
    first = HoldingFactory()
    second = HoldingFactory(person=first.person)
    actor = world.actor(Role.PERSONNEL, unit_id=first.position.unit_id)
    other = world.actor(Role.KNOWLEDGE_MANAGER, unit_id=second.position.unit_id)
    both = type(actor)(
        account_id=actor.account_id,
        organisation_id=actor.organisation_id,
        grants=(*actor.grants, *other.grants),
    )
    rule = RULES["workforce.person.edit"]
    assert [rule(each, first.person) for each in (actor, other, both)] == [False, False, True]
