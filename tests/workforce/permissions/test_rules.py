"""Who may do what with the spine: every permission against every role, for the house and for a unit of it."""

from __future__ import annotations

import pytest

from staffelstab.core.actors import Actor, Grant
from staffelstab.core.ids import new_id
from staffelstab.core.permissions import role_everywhere
from staffelstab.identity.enums import Role
from staffelstab.workforce.models import Holding, Person, Position, Responsibility, Task, Unit
from staffelstab.workforce.permissions import RULES, ancestors, role_here

R = Role
EVERYBODY = frozenset(Role)
NAMES = frozenset({R.EMPLOYEE, R.LINE_MANAGER, R.KNOWLEDGE_MANAGER, R.PERSONNEL, R.ADVISOR})
PLANNERS = frozenset({R.LINE_MANAGER, R.KNOWLEDGE_MANAGER, R.PERSONNEL})
REGISTER = frozenset({R.KNOWLEDGE_MANAGER, R.PERSONNEL})
TASKS = frozenset({R.KNOWLEDGE_MANAGER, R.LINE_MANAGER})

TABLE = {
    "workforce.unit.view": EVERYBODY,
    "workforce.unit.edit": frozenset({R.KNOWLEDGE_MANAGER}),
    "workforce.position.view": EVERYBODY,
    "workforce.position.edit": REGISTER,
    "workforce.person.view": NAMES,
    "workforce.person.edit": REGISTER,
    "workforce.person.link": REGISTER,
    "workforce.holding.edit": REGISTER,
    "workforce.exit.view": PLANNERS,
    "workforce.exit.edit": frozenset({R.PERSONNEL}),
    "workforce.task.view": EVERYBODY,
    "workforce.task.edit": TASKS,
    "workforce.task.bulk": TASKS,
    "workforce.import.use": REGISTER,
    "workforce.export.use": REGISTER,
    "workforce.history.view": PLANNERS,
}
WHOLE_HOUSE = frozenset({"workforce.import.use", "workforce.export.use", "workforce.person.link"})
WITHOUT_PLACE = frozenset(
    {"workforce.unit.view", "workforce.position.view", "workforce.person.view", "workforce.task.view"}
)


def actor(*grants: Grant) -> Actor:
    return Actor(account_id=new_id(), organisation_id=new_id(), grants=grants)


def unit(*above: Unit) -> Unit:
    made = Unit(code="1", name="X")
    made.ancestor_ids = [*(each.pk for each in above), made.pk]
    return made


def test_the_table_names_every_permission() -> None:
    assert set(RULES) == set(TABLE)


@pytest.mark.parametrize("permission", TABLE)
@pytest.mark.parametrize("role", Role)
def test_a_role_of_the_house(permission: str, role: Role) -> None:
    expected = role in TABLE[permission]
    assert RULES[permission](actor(Grant(role))) == expected
    assert RULES[permission](actor(Grant(role)), Task(unit=unit())) == expected


@pytest.mark.parametrize("permission", sorted(set(TABLE) - WITHOUT_PLACE))
@pytest.mark.parametrize("role", sorted(PLANNERS))
def test_a_role_of_a_unit_counts_there_and_below(permission: str, role: Role) -> None:
    mine, other = unit(), unit()
    bound = actor(Grant(role, mine.pk))
    expected = role in TABLE[permission] and permission not in WHOLE_HOUSE
    rule = RULES[permission]
    assert rule(bound) == expected
    for place, inside in ((mine, True), (unit(mine), True), (other, False), (Unit(), False)):
        position = Position(unit=place)
        for obj in (
            place,
            position,
            Task(unit=place),
            Holding(position=position),
            Responsibility(task=Task(unit=place)),
        ):
            assert rule(bound, obj) == (expected and inside)


@pytest.mark.parametrize("permission", TABLE)
def test_strangers_may_nothing_and_the_system_everything(permission: str) -> None:
    assert not RULES[permission](Actor())
    assert not RULES[permission](actor())
    assert RULES[permission](Actor(organisation_id=new_id(), system=True))


def test_names_of_rules_say_the_roles() -> None:
    assert role_here(R.PERSONNEL, R.ADVISOR).name == "role_here(personnel, advisor)"
    assert role_everywhere(R.PERSONNEL, R.ADVISOR).name == "role_everywhere(personnel, advisor)"


def test_ancestors_are_those_of_the_unit_of_an_object() -> None:
    place = unit(unit())
    path = list(place.ancestor_ids)
    position = Position(unit=place)
    task = Task(unit=place)
    found = [
        ancestors(each)
        for each in (place, position, task, Holding(position=position), Responsibility(task=task))
    ]
    assert found == [path] * 5
    assert (ancestors(None), ancestors("unit")) == (None, None)


def test_role_for_a_unit_is_not_held_everywhere() -> None:
    everywhere = role_everywhere(R.PERSONNEL, R.ADVISOR)
    found = [
        everywhere(actor(*grants))
        for grants in (
            (Grant(R.PERSONNEL),),
            (Grant(R.PERSONNEL, new_id()),),
            (Grant(R.PERSONNEL, new_id()), Grant(R.ADVISOR)),
            (Grant(R.EMPLOYEE),),
        )
    ]
    assert found == [True, False, True, False]


def test_role_here_counts_for_the_house_or_above_the_object() -> None:
    here = role_here(R.PERSONNEL, R.ADVISOR)
    mine = unit()
    found = [
        (here(actor(*grants)), here(actor(*grants), mine), here(actor(*grants), Task(unit=unit())))
        for grants in (
            (Grant(R.PERSONNEL),),
            (Grant(R.PERSONNEL, mine.pk),),
            (Grant(R.PERSONNEL, mine.pk), Grant(R.ADVISOR)),
            (Grant(R.EMPLOYEE),),
        )
    ]
    assert found == [(True, True, True), (True, True, False), (True, True, True), (False, False, False)]


def test_role_of_the_house_counts_for_every_person() -> None:
    here = role_here(R.PERSONNEL, R.ADVISOR)
    assert here(actor(Grant(R.PERSONNEL)), Person()) is True
    assert here(actor(Grant(R.EMPLOYEE)), Person()) is False
