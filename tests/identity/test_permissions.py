"""Who may do what in this module: the whole table, role by role."""

from __future__ import annotations

import pytest

from staffelstab.core.actors import ANONYMOUS, STAFF, Actor, Grant, system_actor
from staffelstab.core.ids import new_id
from staffelstab.identity.enums import Role
from staffelstab.identity.models import Network, RoleDeputy, RoleGrant, StaffSession
from staffelstab.identity.permissions import RULES

HOUSE, NETWORK = new_id(), new_id()

# Columns: own, organisation.view, organisation.edit, account.list, account.manage, network.view, network.manage,
# audit.view, audit.names, retention.view, retention.manage, staff.open, staff.list, staff.end, staff.leave,
# deputy.view, deputy.name, deputy.withdraw
TABLE = {
    "employee": "1 1 0 0 0 1 0 0 0 0 0 0 0 0 1 1 0 1",
    "line_manager": "1 1 0 0 0 1 0 0 0 0 0 0 0 0 1 1 1 1",
    "knowledge_manager": "1 1 0 0 0 1 0 0 0 0 0 0 0 0 1 1 1 1",
    "personnel": "1 1 0 0 0 1 0 0 0 0 0 0 0 0 1 1 1 1",
    "advisor": "1 1 0 0 0 1 0 0 0 0 0 0 0 0 1 1 1 1",
    "executive": "1 1 0 0 0 1 0 0 0 0 0 0 0 0 1 1 1 1",
    "privacy": "1 1 0 0 0 1 0 1 0 1 0 0 1 0 1 1 0 1",
    "administrator": "1 1 1 1 1 1 0 1 1 1 1 0 1 1 1 1 1 1",
    "network_operator": "1 1 0 0 0 1 1 0 0 0 0 0 0 0 1 1 1 1",
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
    "identity.retention.view",
    "identity.retention.manage",
    "identity.staff.open",
    "identity.staff.list",
    "identity.staff.end",
    "identity.staff.leave",
    "identity.deputy.view",
    "identity.deputy.name",
    "identity.deputy.withdraw",
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
    assert row(ANONYMOUS) == "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0"
    assert row(Actor(account_id=new_id())) == "1 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 0 0"
    assert row(system_actor(organisation_id=HOUSE, reason="test")) == "0 1 1 0 1 0 1 0 0 1 1 0 0 1 0 1 0 1"


def test_permission_of_operating_staff_outside_and_inside_of_a_session() -> None:
    assert row(Actor(account_id=new_id(), operator=True)) == "1 0 0 0 0 0 0 0 0 0 0 1 0 0 1 0 0 0"
    inside = Actor(
        account_id=new_id(),
        organisation_id=HOUSE,
        grants=(Grant("administrator"), Grant(STAFF)),
        network_ids=(NETWORK,),
        operator=True,
    )
    assert row(inside) == "1 1 0 1 0 1 0 1 1 1 0 0 1 0 1 1 0 0"


def test_staff_permissions_depend_on_the_session() -> None:
    administrator, stranger = actor("administrator"), Actor(account_id=new_id(), organisation_id=new_id())
    here = StaffSession(organisation_id=HOUSE, account_id=stranger.account_id)
    elsewhere = StaffSession(organisation_id=new_id(), account_id=administrator.account_id)
    assert [administrator.may("identity.staff.end", each) for each in (here, elsewhere)] == [True, False]
    assert [administrator.may("identity.staff.leave", each) for each in (here, elsewhere)] == [False, True]
    assert [stranger.may("identity.staff.leave", each) for each in (here, elsewhere)] == [True, False]


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


def test_deputy_permissions_depend_on_whose_role_it_is() -> None:
    holder, head = actor("line_manager"), actor("administrator")
    both = Actor(account_id=new_id(), organisation_id=HOUSE, grants=(Grant("personnel"), Grant("employee")))
    own = RoleGrant(account_id=holder.account_id, role="line_manager")
    foreign = RoleGrant(account_id=new_id(), role="line_manager")
    heads_own = RoleGrant(account_id=head.account_id, role="administrator")
    former = RoleGrant(account_id=holder.account_id, role="administrator")
    never = RoleGrant(account_id=head.account_id, role="privacy")
    grants = (own, foreign, heads_own, former, never)
    assert [holder.may("identity.deputy.name", each) for each in grants] == [True, False, False, False, False]
    assert [head.may("identity.deputy.name", each) for each in grants] == [True, True, True, True, False]
    assert [each.may("identity.deputy.name") for each in (holder, head, both)] == [True, True, True]
    assert [actor(role).may("identity.deputy.name") for role in ("employee", "privacy")] == [False, False]


def test_deputy_is_withdrawn_by_those_who_may_name_and_by_the_deputy() -> None:
    holder, deputy, head = actor("line_manager"), actor("employee"), actor("administrator")
    grant = RoleGrant(account_id=holder.account_id, role="line_manager")
    made = RoleDeputy(deputy_id=deputy.account_id, grant=grant)
    everybody = (holder, deputy, head, actor("personnel"))
    assert [each.may("identity.deputy.withdraw", made) for each in everybody] == [True, True, True, False]
    assert [each.may("identity.deputy.withdraw") for each in everybody] == [True, True, True, True]


def test_role_held_as_a_deputy_gives_no_right_to_name_one() -> None:
    deputy = Actor(
        account_id=new_id(),
        organisation_id=HOUSE,
        grants=(Grant("employee"), Grant("administrator", holder="Ada Amt")),
    )
    foreign = RoleGrant(account_id=new_id(), role="personnel")
    assert deputy.may("identity.account.manage") is True
    assert [deputy.may("identity.deputy.name", each) for each in (None, foreign)] == [False, False]
