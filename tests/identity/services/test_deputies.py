"""Deputies for roles: the command and what the seat derives from it."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from staffelstab.core import permissions
from staffelstab.core.actors import Actor, Grant
from staffelstab.core.errors import PermissionRefused
from staffelstab.identity.enums import Role
from staffelstab.identity.models import Account, Membership, RoleDeputy, RoleGrant
from staffelstab.identity.selectors import actors
from staffelstab.identity.services import accounts, deputies
from tests.factories.workforce import UnitFactory
from tests.world import World

TODAY = dt.date(2026, 11, 22)
WEEK = dt.timedelta(days=7)


def grant_of(world: World, role: str) -> RoleGrant:
    """The grant of the account with the role."""
    with world.inside():
        found: RoleGrant = RoleGrant.objects.select_related("account").get(account=world.accounts[role])
        return found


def name(world: World, now: datetime, role: str = Role.KNOWLEDGE_MANAGER, **changes: Any) -> RoleDeputy:
    """Name the advisor for a week, by the holder."""
    values = {
        "grant": grant_of(world, role),
        "deputy_id": world.accounts["advisor"].pk,
        "since": TODAY,
        "until": TODAY + WEEK,
        "actor": world.actor(role),
        **changes,
    }
    with world.inside():
        return deputies.name_deputy(**values, now=now)


def advisor_on(world: World, now: datetime) -> Actor:
    """The advisor as a request at that time sees them."""
    request: Any = SimpleNamespace(
        user=world.accounts["advisor"],
        session={actors.ORGANISATION_KEY: str(world.organisation.pk)},
        now=now,
    )
    _context, actor, _house = actors.resolve(request)
    return actor


def test_deputy_holds_the_role_from_the_first_day_to_the_last(world: World, now: datetime) -> None:
    name(world, now, since=TODAY + dt.timedelta(days=1), until=TODAY + WEEK)
    days = [advisor_on(world, now + dt.timedelta(days=days)).roles for days in (0, 1, 7, 8)]
    both = frozenset({"advisor", "knowledge_manager"})
    assert days == [frozenset({"advisor"}), both, both, frozenset({"advisor"})]


def test_deputy_holds_it_in_the_same_units(world: World, now: datetime) -> None:
    with world.inside():
        unit = UnitFactory()
        accounts.set_roles(
            membership=Membership.objects.select_related("account").get(account=world.accounts["personnel"]),
            grants=[("personnel", unit.pk)],
            actor=world.system,
            now=now,
        )
    name(world, now, Role.PERSONNEL)
    actor = advisor_on(world, now)
    assert actor.unit_ids("personnel") == frozenset({unit.pk})
    assert set(actor.grants) == {
        Grant("advisor"),
        Grant("personnel", unit.pk, world.accounts["personnel"].display_name),
    }
    assert actor.alone.grants == (Grant("advisor"),)


def test_deputy_loses_it_with_the_holder(world: World, now: datetime) -> None:
    name(world, now)
    with world.inside():
        Membership.objects.filter(account=world.accounts["knowledge_manager"]).update(
            since=dt.date(2020, 1, 1), until=TODAY - dt.timedelta(days=1)
        )
    assert advisor_on(world, now).roles == frozenset({"advisor"})


def test_deputy_goes_with_the_grant(world: World, now: datetime) -> None:
    name(world, now)
    with world.inside():
        membership = Membership.objects.select_related("account").get(
            account=world.accounts["knowledge_manager"]
        )
        accounts.set_roles(membership=membership, grants=[], actor=world.system, now=now)
        assert RoleDeputy.objects.count() == 0


def test_deputy_without_roles_stays_an_employee(world: World, now: datetime) -> None:
    name(world, now)
    with world.inside():
        RoleGrant.objects.filter(account=world.accounts["advisor"]).delete()
    assert advisor_on(world, now).roles == frozenset({"employee", "knowledge_manager"})


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (TODAY - dt.timedelta(days=1), TODAY),
        (TODAY + WEEK, TODAY),
        (TODAY, TODAY + dt.timedelta(days=367)),
    ],
)
def test_period_is_now_or_later_and_not_endless(
    world: World, now: datetime, since: dt.date, until: dt.date
) -> None:
    with pytest.raises(deputies.BadPeriod):
        name(world, now, since=since, until=until)


def test_deputy_is_a_colleague_with_access(world: World, now: datetime) -> None:
    with pytest.raises(deputies.NotAColleague):
        name(world, now, deputy_id=world.accounts["stranger.advisor"].pk)
    with pytest.raises(deputies.NotAColleague):
        name(world, now, deputy_id=world.accounts["knowledge_manager"].pk)
    with world.inside():
        Account.objects.filter(pk=world.accounts["advisor"].pk).update(is_active=False)
    with pytest.raises(deputies.NotAColleague):
        name(world, now)


def test_deputy_once_at_a_time(world: World, now: datetime) -> None:
    name(world, now)
    with pytest.raises(deputies.AlreadyDeputy):
        name(world, now, since=TODAY + WEEK, until=TODAY + WEEK)
    name(world, now, since=TODAY + WEEK + dt.timedelta(days=1), until=TODAY + 2 * WEEK)
    name(world, now, deputy_id=world.accounts["executive"].pk)


def test_withdrawing_needs_the_right(world: World, now: datetime) -> None:
    made = name(world, now)
    with world.inside(), pytest.raises(PermissionRefused):
        deputies.withdraw_deputy(deputy=made, actor=world.actor(Role.EXECUTIVE), now=now)
    with world.inside():
        deputies.withdraw_deputy(deputy=made, actor=world.actor(Role.ADVISOR), now=now)
        assert RoleDeputy.objects.count() == 0


ALLOWED = {
    ("knowledge_manager", "knowledge_manager"),
    ("line_manager", "line_manager"),
    ("personnel", "personnel"),
    ("advisor", "advisor"),
    ("executive", "executive"),
    ("network_operator", "network_operator"),
    ("administrator", "administrator"),
    ("administrator", "knowledge_manager"),
    ("administrator", "line_manager"),
    ("administrator", "personnel"),
    ("administrator", "advisor"),
    ("administrator", "executive"),
    ("administrator", "network_operator"),
}
"""Who names a deputy for whose role."""


def test_who_may_name_a_deputy_for_which_role(world: World) -> None:
    found = {
        (str(who), str(whose))
        for who in Role
        for whose in Role
        if world.actor(who).may("identity.deputy.name", grant_of(world, whose))
    }
    assert found == ALLOWED


def test_who_may_name_a_deputy_at_all(world: World) -> None:
    found = {str(role) for role in Role if world.actor(role).may("identity.deputy.name")}
    assert found == {who for who, _whose in ALLOWED}


def test_role_held_as_a_deputy_names_nobody(world: World) -> None:
    account = world.accounts["advisor"]
    deputy = Actor(
        account_id=account.pk,
        organisation_id=world.organisation.pk,
        grants=(Grant("employee"), Grant("administrator", holder="Ada Amt")),
    )
    assert deputy.may("identity.account.manage") is True
    assert deputy.may("identity.deputy.name") is False
    assert deputy.may("identity.deputy.name", grant_of(world, "personnel")) is False


def test_own_right_to_name_ends_with_the_holder(world: World, now: datetime) -> None:
    made = name(world, now)
    may = {str(role) for role in Role if world.actor(role).may("identity.deputy.withdraw", made)}
    assert may == {"knowledge_manager", "advisor", "administrator"}
    assert world.actor(Role.EMPLOYEE).may("identity.deputy.withdraw") is True


def test_trail_names_those_whose_role_it_took(world: World) -> None:
    actor = Actor(
        account_id=world.accounts["advisor"].pk,
        organisation_id=world.organisation.pk,
        grants=(
            Grant("advisor"),
            Grant("administrator", holder="Ada Amt"),
            Grant("administrator", holder="Bo Berg"),
            Grant("network_operator", holder="Cy Cron"),
        ),
    )
    permissions.require(actor, "identity.organisation.view")
    assert actor.stood_in_for == set()
    permissions.require(actor, "identity.account.manage")
    assert actor.stood_in_for == {"Ada Amt", "Bo Berg"}
