"""Letting people in through a provider: what is given, kept, withdrawn."""

from __future__ import annotations

import datetime as dt
import logging
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from allauth.socialaccount.models import SocialAccount

from staffelstab.core import audit
from staffelstab.core.models import AuditEntry
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.domain.single_sign_on import Provider, RoleRule
from staffelstab.identity.models import Membership, RoleGrant
from staffelstab.identity.services import accounts, single_sign_on
from tests.factories.workforce import UnitFactory
from tests.world import World

RULES = (
    RoleRule("wm", "knowledge_manager"),
    RoleRule("leitung/{unit}", "line_manager"),
    RoleRule("admin", "administrator"),
)
EMAIL = "neu@musterstadt.example"


def provider(**changes: Any) -> Provider:
    """The provider of the first house."""
    values = {
        "id": "haus",
        "name": "Haus",
        "issuer": "https://sso.example.de",
        "client_id": "c",
        "client_secret": "s",
        "organisations": ("musterstadt",),
        "email_domains": ("musterstadt.example",),
        "rules": RULES,
        **changes,
    }
    return Provider(**values)


def come(
    now: datetime,
    *groups: str,
    account_id: UUID | None = None,
    described: Provider | None = None,
    **claims: Any,
) -> UUID:
    """Sign in with these groups, before anybody is known."""
    said = {"email": EMAIL, "email_verified": True, "name": "Nele Neu", "groups": list(groups), **claims}
    return single_sign_on.admit(
        provider=described or provider(), subject="s-1", claims=said, account_id=account_id, now=now
    )


def grants(world: World, key: UUID) -> list[tuple[str, str]]:
    """Roles with their source."""
    with world.inside():
        return list(
            RoleGrant.objects.filter(account_id=key).order_by("role", "source").values_list("role", "source")
        )


def membership(world: World, key: UUID) -> Membership:
    """The membership in the first house."""
    with world.inside():
        found: Membership = Membership.objects.select_related("account").get(account_id=key)
        return found


def test_roles_come_and_go_with_the_claims(world: World, now: datetime) -> None:
    key = come(now, "wm", "anderes")
    assert grants(world, key) == [("knowledge_manager", "haus")]
    assert come(now, "admin", account_id=key) == key
    assert grants(world, key) == [("administrator", "haus")]
    come(now, account_id=key)
    assert grants(world, key) == []
    with world.inside():
        entries = AuditEntry.objects.filter(
            action="identity.roles.changed", object_id=membership(world, key).pk
        )
        changes = [entry.changes["roles"] for entry in entries.order_by("id")]
        assert {entry.actor_name for entry in entries} == {"Haus"}
    assert changes == [
        [[], ["knowledge_manager"]],
        [["knowledge_manager"], ["administrator"]],
        [["administrator"], []],
    ]


def test_unchanged_claims_leave_no_trace(world: World, now: datetime) -> None:
    key = come(now, "wm")
    with world.inside():
        before = AuditEntry.objects.count()
    come(now, "wm", account_id=key)
    with world.inside():
        assert AuditEntry.objects.count() == before


def test_roles_given_by_hand_stay(world: World, now: datetime) -> None:
    key = come(now, "wm")
    with world.inside():
        accounts.set_roles(
            membership=membership(world, key),
            grants=[("knowledge_manager", None), ("advisor", None)],
            actor=world.system,
            now=now,
        )
    both = [("advisor", ""), ("knowledge_manager", ""), ("knowledge_manager", "haus")]
    assert grants(world, key) == both
    come(now, account_id=key)
    assert grants(world, key) == both[:2]


def test_roles_are_bound_to_the_unit_of_the_claim(
    world: World, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with world.inside():
        unit = UnitFactory(code="50")
    with caplog.at_level(logging.WARNING, "staffelstab.single_sign_on"):
        key = come(now, "leitung/50", "leitung/99")
    with world.inside():
        rows = list(RoleGrant.objects.filter(account_id=key).values_list("role", "unit_id"))
    assert rows == [("line_manager", unit.pk)]
    assert caplog.messages == ["provider haus names 1 units that do not exist"]


def test_membership_ends_when_the_claims_no_longer_admit(world: World, now: datetime) -> None:
    strict = provider(only_with_role=True)
    key = come(now, "wm", described=strict)
    with pytest.raises(single_sign_on.NotAdmitted):
        come(now, account_id=key, described=strict)
    ended = membership(world, key)
    assert (ended.until, ended.closed, grants(world, key)) == (now.date() - dt.timedelta(days=1), False, [])
    come(now, "wm", account_id=key, described=strict)
    assert (membership(world, key).until, grants(world, key)) == (None, [("knowledge_manager", "haus")])


def test_membership_given_by_hand_stays_without_claims(world: World, now: datetime) -> None:
    strict = provider(only_with_role=True)
    with world.inside():
        made = accounts.add_member(email=EMAIL, display_name="Nele Neu", actor=world.system, now=now)
    key = come(now, described=strict)
    assert key == made.account_id
    assert (membership(world, key).until, membership(world, key).source) == (None, "")
    come(now, "wm", described=strict, account_id=key)
    come(now, described=strict, account_id=key)
    assert (membership(world, key).until, grants(world, key)) == (None, [])


def test_membership_given_by_hand_later_stays_when_the_claims_go(world: World, now: datetime) -> None:
    strict = provider(only_with_role=True)
    key = come(now, "wm", described=strict)
    with world.inside():
        accounts.add_member(email=EMAIL, display_name="", actor=world.system, now=now)
    assert come(now, described=strict, account_id=key) == key
    assert membership(world, key).until is None


def test_membership_ended_by_hand_stays_ended(world: World, now: datetime) -> None:
    key = come(now, "wm")
    with world.inside():
        accounts.end_membership(membership=membership(world, key), actor=world.system, now=now)
    with pytest.raises(single_sign_on.AccessEnded):
        come(now, "wm", account_id=key)
    assert grants(world, key) == []
    with world.inside():
        accounts.add_member(email=EMAIL, display_name="", actor=world.system, now=now)
    come(now, "wm", account_id=key)
    assert grants(world, key) == [("knowledge_manager", "haus")]


def test_limited_membership_keeps_its_roles_until_the_last_day(world: World, now: datetime) -> None:
    key = come(now, "wm")
    last = now.date() + dt.timedelta(days=3)
    with world.inside():
        accounts.end_membership(membership=membership(world, key), actor=world.system, now=now, last_day=last)
    come(now, "wm", account_id=key)
    assert (membership(world, key).until, grants(world, key)) == (last, [("knowledge_manager", "haus")])
    with pytest.raises(single_sign_on.AccessEnded):
        come(now + dt.timedelta(days=4), "wm", account_id=key)


def test_organisation_claim_opens_one_house_and_closes_the_other(world: World, now: datetime) -> None:
    two = provider(
        organisations=("musterstadt", "nebenau"),
        organisation_claim="org",
        organisation_values={"01": "musterstadt"},
    )
    key = come(now, "wm", described=two, org=["01", "fernwald"])
    assert membership(world, key).until is None
    with activate(TenancyContext(world.neighbour_id)):
        assert Membership.objects.filter(account_id=key).count() == 0
    come(now, "wm", described=two, account_id=key, org="nebenau")
    assert membership(world, key).until == now.date() - dt.timedelta(days=1)
    with activate(TenancyContext(world.neighbour_id)):
        assert Membership.objects.get(account_id=key).until is None
    with activate(TenancyContext(world.stranger_id)):
        assert Membership.objects.filter(account_id=key).count() == 0


def test_nobody_is_made_who_would_not_come_in(world: World, now: datetime) -> None:
    with pytest.raises(single_sign_on.NotAdmitted):
        come(now, described=provider(only_with_role=True))
    with activate(TenancyContext()):
        assert (accounts.account_id_by_email(EMAIL), SocialAccount.objects.count()) == (None, 0)


def test_organisation_that_does_not_exist_admits_nobody(
    world: World, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.ERROR, "staffelstab.single_sign_on"),
        pytest.raises(single_sign_on.NotAdmitted),
    ):
        come(now, described=provider(organisations=("anderswo",)))
    assert caplog.messages == ["provider haus names the organisation anderswo, which does not exist"]


def test_name_is_the_address_where_the_provider_says_none(world: World, now: datetime) -> None:
    key = come(now, name=None)
    assert str(membership(world, key).account) == EMAIL


def test_trail_says_who_came_in_through_what(world: World, now: datetime) -> None:
    key = come(now)
    with world.inside():
        (entry,) = audit.history(membership(world, key))
    assert (entry.action, entry.actor_name, entry.account_id) == ("identity.membership.added", "Haus", None)


def test_last_administrator_by_claims_goes_with_them(world: World, now: datetime) -> None:
    strict = provider(only_with_role=True)
    with world.inside():
        RoleGrant.objects.filter(role="administrator").delete()
    key = come(now, "admin", described=strict)
    with pytest.raises(single_sign_on.NotAdmitted):
        come(now, account_id=key, described=strict)
    assert grants(world, key) == []
