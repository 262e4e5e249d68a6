"""Who may do what with the spine: every permission against every role, for the house and for a unit of it."""

from __future__ import annotations

import pytest

from staffelstab.core.actors import Actor, Grant
from staffelstab.core.ids import new_id
from staffelstab.identity.enums import Role
from staffelstab.workforce.models import Holding, Position, Responsibility, Task, Unit
from staffelstab.workforce.permissions import RULES

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
