"""Where an account is signed in: what the list holds and what it costs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from staffelstab.identity.selectors.open_sessions import open_sessions
from tests.identity.counting import queries_of
from tests.strict_client import StrictClient
from tests.world import PASSWORD, World


def signed_in(world: World, role: str = "employee") -> StrictClient:
    client = StrictClient()
    client.post("/konto/anmelden/", {"login": world.accounts[role].email, "password": PASSWORD})
    return client


@pytest.fixture
def devices(world: World) -> list[str]:
    """The keys of three sessions of the employee, the first one first; somebody else has one."""
    signed_in(world, "advisor")
    return [str(signed_in(world).session.session_key) for _ in range(3)]


def keys(world: World, at: datetime | None = None) -> list[str]:
    found = open_sessions(account=world.accounts["employee"], now=at or timezone.now())
    return [each.session_key for each in found]


def test_own_sessions_are_listed_latest_first(world: World, devices: list[str]) -> None:
    assert keys(world) == devices[::-1]


def test_sessions_run_out_are_not_listed(world: World, devices: list[str]) -> None:
    Session.objects.filter(session_key=devices[0]).delete()
    Session.objects.filter(session_key=devices[1]).update(expire_date=timezone.now() + timedelta(minutes=1))
    assert keys(world) == [devices[2], devices[1]]
    assert keys(world, timezone.now() + timedelta(minutes=2)) == [devices[2]]


def test_sessions_from_before_a_new_password_are_not_listed(world: World, devices: list[str]) -> None:
    store = SessionStore(devices[2])
    store[HASH_SESSION_KEY] = "of another password"
    store.save()
    assert keys(world) == [devices[1], devices[0]]


def test_sessions_that_have_changed_hands_are_not_listed(world: World, devices: list[str]) -> None:
    UserSession.objects.filter(session_key=devices[0]).update(user=world.accounts["advisor"])
    assert keys(world) == [devices[2], devices[1]]
    found = open_sessions(account=world.accounts["advisor"], now=timezone.now())
    assert devices[0] not in [each.session_key for each in found]


def test_list_of_sessions_costs_the_same_for_one_and_for_three(world: World) -> None:
    client = signed_in(world)
    one = queries_of(client, "/konto/sitzungen/")
    for _ in range(2):
        signed_in(world)
    assert queries_of(client, "/konto/sitzungen/") == one
