"""Roles held as a deputy: what an actor is without them, and for whom something was done."""

from __future__ import annotations

import pytest

from staffelstab.core import permissions
from staffelstab.core.actors import Actor, Grant
from staffelstab.core.ids import new_id
from staffelstab.core.permissions import has_role

RULES = {
    "test.page.view": has_role("a", "b", "c"),
    "test.page.edit": has_role("b"),
    "test.page.sign": has_role("b") & has_role("c"),
}


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(permissions, "_rules", RULES)


def deputy() -> Actor:
    """Somebody with a role of their own and two of others."""
    return Actor(
        account_id=new_id(),
        organisation_id=new_id(),
        grants=(Grant("a"), Grant("b", holder="Bea Bach"), Grant("c", holder="Cem Can")),
    )


def test_actor_alone_has_the_own_roles() -> None:
    actor = deputy()
    assert actor.alone.roles == frozenset({"a"})
    assert [grant.holder for grant in actor.held_for] == ["Bea Bach", "Cem Can"]
    assert actor.alone.held_for == ()


@pytest.mark.parametrize(
    ("permission", "expected"),
    [
        ("test.page.view", set()),
        ("test.page.edit", {"Bea Bach"}),
        ("test.page.sign", {"Bea Bach", "Cem Can"}),
    ],
)
def test_require_notes_whose_role_it_took(permission: str, expected: set[str]) -> None:
    actor = deputy()
    permissions.require(actor, permission)
    assert actor.stood_in_for == expected


def test_asking_alone_notes_nothing() -> None:
    actor = deputy()
    assert actor.may("test.page.edit") is True
    assert actor.stood_in_for == set()
