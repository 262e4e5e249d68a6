"""Who may do what in this module: the whole table, role by role."""

from __future__ import annotations

import pytest

from staffelstab.core.actors import ANONYMOUS, Actor, Grant, system_actor
from staffelstab.core.ids import new_id
from staffelstab.identity.enums import Role
from staffelstab.identity.models import Network
from staffelstab.identity.permissions import RULES

HOUSE, NETWORK = new_id(), new_id()

# Columns: own, organisation.view, organisation.edit, account.list, account.manage, network.view, network.manage,
# audit.view, audit.names
TABLE = {
    "employee": "1 1 0 0 0 1 0 0 0",
    "line_manager": "1 1 0 0 0 1 0 0 0",
    "knowledge_manager": "1 1 0 0 0 1 0 0 0",
    "personnel": "1 1 0 0 0 1 0 0 0",
    "advisor": "1 1 0 0 0 1 0 0 0",
    "executive": "1 1 0 0 0 1 0 0 0",
    "privacy": "1 1 0 0 0 1 0 1 0",
    "administrator": "1 1 1 1 1 1 0 1 1",
    "network_operator": "1 1 0 0 0 1 1 0 0",
}
COLUMNS = (
    "identity.own",
    "identity.organisation.view",
    "identity.organisation.edit",
    "identity.account.list",
    "identity.account.manage",
    "identity.network.view",
    "identity.network.manage",
    "identity.audit.view",
    "identity.audit.names",
)


def actor(role: str, *, networks: tuple[object, ...] = (NETWORK,)) -> Actor:
    return Actor(account_id=new_id(), organisation_id=HOUSE, grants=(Grant(role),), network_ids=networks)  # type: ignore[arg-type]


def row(someone: Actor) -> str:
    return " ".join("1" if someone.may(name) else "0" for name in COLUMNS)


def test_table_covers_all_roles_and_permissions() -> None:
    assert set(TABLE) == set(Role.values)
    assert set(COLUMNS) == set(RULES)


@pytest.mark.parametrize("role", TABLE)
def test_permission_per_role(role: str) -> None:
    assert row(actor(role)) == TABLE[role]


def test_permission_of_visitors_homeless_and_system() -> None:
    assert row(ANONYMOUS) == "0 0 0 0 0 0 0 0 0"
    assert row(Actor(account_id=new_id())) == "1 0 0 0 0 0 0 0 0"
    assert row(system_actor(organisation_id=HOUSE, reason="test")) == "0 1 1 0 1 0 1 0 0"


def test_network_permissions_depend_on_the_network() -> None:
    own = Network(id=NETWORK, operator_id=HOUSE)
    joined = Network(id=NETWORK, operator_id=new_id())
    foreign = Network(id=new_id(), operator_id=new_id())
    office = actor("network_operator")
    assert [office.may("identity.network.view", each) for each in (own, joined, foreign)] == [
        True,
        True,
        False,
    ]
    assert [office.may("identity.network.manage", each) for each in (own, joined, foreign)] == [
        True,
        False,
        False,
    ]
    assert [actor("administrator").may("identity.network.manage", each) for each in (own, joined)] == [
        False,
        False,
    ]
    assert actor("employee", networks=()).may("identity.network.view") is False
