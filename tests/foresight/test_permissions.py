"""Who may see and steer knowledge risks, by role and unit."""

from __future__ import annotations

import pytest

from staffelstab.core.actors import Actor
from staffelstab.identity.enums import Role
from tests.factories.foresight import small_house
from tests.world import World

EXPECTED = {
    "foresight.risk.view": {"knowledge_manager", "line_manager", "personnel", "executive"},
    "foresight.risk.names": {"knowledge_manager", "line_manager", "personnel"},
    "foresight.measure.edit": {"knowledge_manager", "line_manager"},
    "foresight.settings.edit": {"knowledge_manager"},
    "foresight.record.write": set(),
}


@pytest.mark.parametrize("permission", list(EXPECTED))
def test_permission_by_role(world: World, permission: str) -> None:
    allowed = {str(role) for role in Role if world.actor(role).may(permission)}
    assert allowed == EXPECTED[permission]
    assert not Actor().may(permission)


@pytest.mark.parametrize("permission", ["foresight.risk.names", "foresight.measure.edit"])
def test_permission_of_a_bound_role_ends_at_its_unit(world: World, permission: str) -> None:
    with world.inside():
        house = small_house()
        actor = world.actor("line_manager", unit_id=house.social.pk)
        seen = [actor.may(permission, task) for task in (house.passport, house.benefit, house.accounts)]
    assert seen == [True, True, False]


@pytest.mark.parametrize(
    ("permission", "expected"),
    [
        ("foresight.risk.view", True),
        ("foresight.risk.names", False),
        ("foresight.measure.edit", True),
        ("foresight.settings.edit", True),
        ("foresight.record.write", True),
    ],
)
def test_permission_of_the_system(world: World, permission: str, expected: bool) -> None:  # noqa: FBT001
    assert world.system.may(permission) is expected
