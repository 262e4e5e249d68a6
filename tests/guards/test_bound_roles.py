"""A role bound to a unit decides about that unit: what belongs to the whole house is listed here, or refused."""

from __future__ import annotations

from staffelstab.core import permissions
from staffelstab.core.actors import Actor, Grant
from staffelstab.core.ids import new_id
from staffelstab.identity.enums import UNIT_ROLES, Role

OF_THE_UNIT = {
    "foresight.forecast.view",
    "foresight.measure.edit",
    "foresight.report.make",
    "foresight.report.view",
    "foresight.risk.names",
    "foresight.risk.view",
    "workforce.exit.edit",
    "workforce.exit.view",
    "workforce.history.view",
    "workforce.holding.edit",
    "workforce.person.edit",
    "workforce.position.edit",
    "workforce.task.bulk",
    "workforce.task.edit",
    "workforce.unit.edit",
}
"""Asked about an object, each answers by its unit; without one they open the screen (tests of their modules)."""

OF_THE_ACCOUNT = {"identity.deputy.name": "names deputies for the own bound role, with its unit"}

DIRECTORY = {"workforce.person.view": "names are a directory matter inside the house"}


def house_wide(role: Role) -> set[str]:
    """What the role bound to a unit opens beyond what any member may."""
    house = new_id()
    bound = Actor(account_id=new_id(), organisation_id=house, grants=(Grant(role, new_id()),))
    anybody = Actor(account_id=new_id(), organisation_id=house, grants=(Grant(Role.PRIVACY),))
    return {
        name for name in permissions.registered() if bound.may(name) and not anybody.may(name)
    } - OF_THE_UNIT


def test_roles_bound_to_a_unit_open_nothing_of_the_whole_house() -> None:
    found = {name for role in UNIT_ROLES for name in house_wide(role)}
    assert found == set(OF_THE_ACCOUNT) | set(DIRECTORY)


def test_every_permission_listed_exists() -> None:
    assert (OF_THE_UNIT | set(OF_THE_ACCOUNT) | set(DIRECTORY)) - set(permissions.registered()) == set()
