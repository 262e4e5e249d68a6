"""Half an hour after midnight here it is still yesterday in UTC: commands count the days as people do."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from staffelstab.identity.enums import Role
from staffelstab.identity.models import Membership, RoleGrant
from staffelstab.identity.services import accounts
from tests.world import World

YESTERDAY, TODAY = date(2026, 11, 22), date(2026, 11, 23)
NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
"""00:30 of TODAY in Berlin."""


def of(world: World, role: str) -> Membership:
    found: Membership = Membership.objects.get(account=world.accounts[role])
    return found


def test_member_whose_last_day_was_yesterday_comes_back_without_the_old_roles(world: World) -> None:
    with world.inside():
        Membership.objects.filter(pk=of(world, Role.ADVISOR).pk).update(until=YESTERDAY)
        made = accounts.invite_member(
            email=world.accounts[Role.ADVISOR].email,
            display_name="",
            actor=world.system,
            now=NOW,
            site="https://wissen.musterstadt.example/",
        )
        assert (made.since, made.until) == (TODAY, None)
        assert RoleGrant.objects.filter(account_id=made.account_id).count() == 0


def test_access_that_ends_at_once_is_over_today(world: World) -> None:
    with world.inside():
        ended = accounts.end_membership(membership=of(world, Role.ADVISOR), actor=world.system, now=NOW)
        assert (ended.until, accounts.holds(ended, TODAY)) == (YESTERDAY, False)


def test_yesterday_is_no_last_day_any_more(world: World) -> None:
    with world.inside(), pytest.raises(accounts.EndInThePast):
        accounts.end_membership(
            membership=of(world, Role.ADVISOR), actor=world.system, now=NOW, last_day=YESTERDAY
        )


def test_new_member_begins_today(world: World) -> None:
    with world.inside():
        made = accounts.add_member(
            email="neu@musterstadt.example", display_name="Nele Kaya", actor=world.system, now=NOW
        )
        assert made.since == TODAY
