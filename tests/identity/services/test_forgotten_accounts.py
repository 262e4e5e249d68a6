"""Ended accesses go after their time, and with the last one the account and all that hangs on it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection

from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.models import Account, Membership, RoleDeputy, RoleGrant
from staffelstab.identity.models.functions import FORGET_ACCOUNT
from staffelstab.identity.services import retention
from tests.factories.factors import appointed, with_codes
from tests.factories.identity import member, seat
from tests.strict_client import StrictClient
from tests.world import NOW, PASSWORD, World

TODAY = NOW.date()
LONG_AGO = TODAY - timedelta(days=366)


def end(account: Account, on: date = LONG_AGO) -> None:
    """The membership in the active house ended on the day, by the clock: its roles are still there."""
    Membership.objects.filter(account_id=account.pk).update(since=date(2015, 1, 1), until=on)


def account_exists(account: Account) -> bool:
    """Asked as the sign-in asks, without a context."""
    with activate(TenancyContext()):
        return Account.objects.filter(pk=account.pk).exists()


def test_account_of_one_house_goes_with_all_that_hangs_on_it(world: World, now: datetime) -> None:
    with world.inside():
        account = member("gegangen@musterstadt.example", "Gesa Gegangen", "advisor").account
    client = StrictClient()
    client.post("/konto/anmelden/", {"login": account.email, "password": PASSWORD})
    client.get("/konto/sitzungen/")
    with_codes(account)
    with world.inside():
        EmailAddress.objects.get_or_create(user=account, email=account.email)
        SocialAccount.objects.create(user=account, provider="haus", uid="4711")
        grant = RoleGrant.objects.get(account_id=world.accounts["executive"].pk)
        RoleDeputy.objects.create(
            organisation_id=world.organisation.pk, grant=grant, deputy=account, since=LONG_AGO, until=LONG_AGO
        )
        end(account)
    key = client.session.session_key
    with activate(TenancyContext(account_id=account.pk)):
        before = [
            list(model.objects.filter(user_id=account.pk).values_list("pk", flat=True))
            for model in (Authenticator, UserSession, EmailAddress, SocialAccount)
        ]
    assert all(before)
    with world.inside():
        assert retention.forget(actor=world.system, today=TODAY, now=now) == {"identity.membership": 1}
        assert not Membership.objects.filter(account_id=account.pk).exists()
        assert not RoleGrant.objects.filter(account_id=account.pk).exists()
        assert not RoleDeputy.objects.filter(deputy_id=account.pk).exists()
    assert not account_exists(account)
    with activate(TenancyContext()):
        for model in (Authenticator, UserSession, EmailAddress, SocialAccount):
            assert not model.objects.filter(user_id=account.pk).exists()
    assert not Session.objects.filter(session_key=key).exists()
    assert client.get("/konto/sitzungen/").status_code == 302


def test_access_that_ended_lately_or_not_yet_stays(world: World, now: datetime) -> None:
    recent, limited = world.accounts["advisor"], world.accounts["employee"]
    with world.inside():
        end(recent, TODAY - timedelta(days=365))
        end(limited, TODAY + timedelta(days=9))
        assert retention.forget(actor=world.system, today=TODAY, now=now) == {}
        assert retention.forget(actor=world.system, today=TODAY + timedelta(days=1), now=now) == {
            "identity.membership": 1
        }
    assert (account_exists(recent), account_exists(limited)) == (False, True)


def test_account_another_house_uses_stays(world: World, now: datetime) -> None:
    account = world.accounts["advisor"]
    seat(account, world.neighbour_id, "advisor")
    with world.inside():
        end(account)
        assert retention.forget(actor=world.system, today=TODAY, now=now) == {"identity.membership": 1}
        assert not Membership.objects.filter(account_id=account.pk).exists()
    with world.inside(organisation_id=world.neighbour_id):
        assert Membership.objects.get(account_id=account.pk).until is None
        assert RoleGrant.objects.filter(account_id=account.pk).count() == 1
    assert account_exists(account)


def test_account_of_the_operating_staff_stays(world: World, now: datetime) -> None:
    account = world.accounts["advisor"]
    with appointed(account, NOW), world.inside():
        end(account)
        assert retention.forget(actor=world.system, today=TODAY, now=now) == {"identity.membership": 1}
    assert account_exists(account)


def forget(account: Account) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_forget_account(%s)", [account.pk])
        found: bool = cursor.fetchone()[0]
    return found


@pytest.mark.parametrize("name", ["advisor", "neighbour.advisor", "stranger.advisor"])
def test_account_that_belongs_somewhere_cannot_be_forgotten(world: World, name: str) -> None:
    with world.inside():
        assert forget(world.accounts[name]) is False
    assert account_exists(world.accounts[name])


def test_every_table_that_refers_to_accounts_is_thought_of(world: World) -> None:
    with world.inside(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confrelid IN"
            " ('identity_account'::regclass, 'account_emailaddress'::regclass,"
            " 'socialaccount_socialaccount'::regclass, 'usersessions_usersession'::regclass)"
        )
        tables: list[Any] = [name for (name,) in cursor.fetchall()]
    assert len(tables) > 9
    assert [name for name in tables if f"public.{name} " not in FORGET_ACCOUNT] == []
