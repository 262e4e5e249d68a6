"""Who may do what with the vocabulary, role by role."""

from __future__ import annotations

import pytest

from staffelstab.core.actors import Actor, Grant, system_actor
from staffelstab.core.ids import new_id
from staffelstab.identity.enums import Role
from staffelstab.vocabulary.models import Service
from staffelstab.vocabulary.permissions import RULES

HOUSE = new_id()
EXPECTED = {
    "vocabulary.service.view": set(Role),
    "vocabulary.service.import": {Role.KNOWLEDGE_MANAGER, Role.ADMINISTRATOR},
    "vocabulary.service.edit": {Role.KNOWLEDGE_MANAGER, Role.ADMINISTRATOR},
    "vocabulary.municipality.view": set(Role),
}


def actor(role: Role) -> Actor:
    return Actor(account_id=new_id(), organisation_id=HOUSE, grants=(Grant(role),))


def test_table_names_every_permission() -> None:
    assert set(EXPECTED) == set(RULES)


@pytest.mark.parametrize("permission", list(EXPECTED))
def test_permission_by_role(permission: str) -> None:
    assert {role for role in Role if actor(role).may(permission)} == EXPECTED[permission]
    assert not Actor().may(permission)
    assert system_actor(organisation_id=HOUSE, reason="test").may(permission)


def test_service_of_another_house_is_read_only() -> None:
    own, shared = Service(organisation_id=HOUSE), Service(organisation_id=new_id())
    keeper = actor(Role.ADMINISTRATOR)
    assert [keeper.may("vocabulary.service.edit", each) for each in (own, shared)] == [True, False]
    assert [keeper.may("vocabulary.service.view", each) for each in (own, shared)] == [True, True]


def test_catalogue_is_no_matter_of_one_unit() -> None:
    bound = Grant(Role.KNOWLEDGE_MANAGER, new_id())
    held = {
        name for name in RULES if Actor(account_id=new_id(), organisation_id=HOUSE, grants=(bound,)).may(name)
    }
    assert held == {"vocabulary.service.view", "vocabulary.municipality.view"}
    both = Actor(account_id=new_id(), organisation_id=HOUSE, grants=(bound, Grant(Role.ADMINISTRATOR)))
    assert both.may("vocabulary.service.import")
