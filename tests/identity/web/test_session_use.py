"""When a session was last used: noted every few minutes, shown in the list, and gone at once when it is ended."""

from __future__ import annotations

from datetime import timedelta

from allauth.usersessions.models import UserSession

from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.web.middleware import LAST_USE_KEY, PRECISION
from tests.strict_client import StrictClient
from tests.world import PASSWORD, World


def signed_in(role: str = "advisor") -> StrictClient:
    client = StrictClient()
    client.post("/konto/anmelden/", {"login": f"{role}@musterstadt.example", "password": PASSWORD})
    return client


def aged(client: StrictClient, world: World, seconds: int) -> UserSession:
    """Let the last note of the session be this old."""
    session = client.session
    session[LAST_USE_KEY] -= seconds
    session.save()
    with activate(TenancyContext(account_id=world.accounts["advisor"].pk)):
        row = UserSession.objects.get(session_key=session.session_key)
        row.last_seen_at -= timedelta(days=1)
        row.save(update_fields=["last_seen_at"])
    return row


def last_use(row: UserSession, world: World) -> float:
    with activate(TenancyContext(account_id=world.accounts["advisor"].pk)):
        return UserSession.objects.get(pk=row.pk).last_seen_at.timestamp()


def test_use_is_noted_after_some_minutes(world: World) -> None:
    client = signed_in()
    row = aged(client, world, PRECISION)
    client.get("/aufgaben/")
    assert last_use(row, world) - row.last_seen_at.timestamp() > 86_000
    noted = last_use(row, world)
    client.get("/aufgaben/")
    assert last_use(row, world) == noted


def test_use_is_not_noted_within_some_minutes(world: World) -> None:
    client = signed_in()
    row = aged(client, world, PRECISION - 30)
    client.get("/aufgaben/")
    assert last_use(row, world) == row.last_seen_at.timestamp()


def test_list_says_when_a_session_was_last_used(world: World) -> None:
    client = signed_in()
    other = signed_in()
    aged(other, world, PRECISION)
    page = client.get("/konto/sitzungen/").content.decode()
    assert page.count("Gerade in Benutzung") == 1
    assert page.count("Zuletzt benutzt am") == 1


def test_sessions_that_did_not_begin_with_a_sign_in_are_left_alone(world: World) -> None:
    client = StrictClient()
    client.force_login(world.accounts["advisor"])
    client.get("/aufgaben/")
    assert LAST_USE_KEY not in client.session
    client.get("/konto/sitzungen/")
    assert LAST_USE_KEY in client.session
