"""When a session was last used: noted every few minutes, shown in the list, and gone at once when it is ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity import subscribers
from staffelstab.identity.web.sessions import BEGIN_KEY, LAST_USE_KEY, PRECISION
from tests.strict_client import StrictClient
from tests.world import PASSWORD, World


def signed_in(role: str = "advisor") -> StrictClient:
    client = StrictClient()
    client.post("/konto/anmelden/", {"login": f"{role}@musterstadt.example", "password": PASSWORD})
    return client


def aged(client: StrictClient, world: World, seconds: int, hours: int = 24) -> UserSession:
    """Let the last note of the session be this old, and its entry in the list so many hours."""
    session = client.session
    session[LAST_USE_KEY] -= seconds
    session.save()
    with activate(TenancyContext(account_id=world.accounts["advisor"].pk)):
        row = UserSession.objects.get(session_key=session.session_key)
        row.last_seen_at -= timedelta(hours=hours)
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
    aged(other, world, PRECISION, hours=1)
    page = client.get("/konto/sitzungen/").content.decode()
    assert page.count("Gerade in Benutzung") == 1
    assert page.count("Zuletzt benutzt am") == 1


def test_session_counts_from_its_sign_in_however_it_began(world: World) -> None:
    client = StrictClient()
    client.force_login(world.accounts["advisor"])
    assert client.session[BEGIN_KEY] == client.session[LAST_USE_KEY]
    assert client.get("/aufgaben/").status_code == 200


def away(client: StrictClient, *, unused: int = 0, old: int = 0) -> None:
    """Let the session have begun, or have been used, that many seconds earlier."""
    session = client.session
    session[BEGIN_KEY] -= old
    session[LAST_USE_KEY] -= unused
    session.save()


def begins(path: str, word: str) -> str:
    return f"/konto/anmelden/?next={path}&ende={word}"


@pytest.mark.parametrize(("seconds", "ended"), [(7199 - 60, False), (7200, True)])
def test_session_ends_when_nobody_uses_it(world: World, seconds: int, *, ended: bool) -> None:
    client = signed_in()
    away(client, unused=seconds)
    answer = client.get("/aufgaben/")
    assert answer.status_code == (302 if ended else 200)
    if ended:
        assert answer.url == begins("/aufgaben/", "pause")
        assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
        assert "Sie waren länger nicht aktiv" in client.get(answer.url).content.decode()
        # Over means over: the next request does not find it again.
        assert client.get("/aufgaben/").url == "/konto/anmelden/?next=/aufgaben/"


@pytest.mark.parametrize(("minutes", "ended"), [(15, True), (720, False)])
def test_idle_time_follows_the_setting(
    world: World, settings: Settings, minutes: int, *, ended: bool
) -> None:
    settings.SESSION_IDLE_SECONDS = 60 * minutes
    client = signed_in()
    away(client, unused=3600)
    assert (client.get("/aufgaben/").status_code == 302) is ended


def test_session_ends_twelve_hours_after_its_sign_in_although_it_is_used(world: World) -> None:
    client = signed_in()
    # Noting the use saves the session anew, which must not prolong it.
    away(client, unused=PRECISION, old=12 * 3600 - 60)
    assert client.get("/aufgaben/").status_code == 200
    away(client, old=60)
    answer = client.get("/aufgaben/")
    assert answer.url == begins("/aufgaben/", "tag")
    assert "zwölf Stunden" in client.get(answer.url).content.decode()


def test_session_without_its_beginning_counts_for_nothing(world: World) -> None:
    client = signed_in()
    session = client.session
    del session[BEGIN_KEY]
    session.save()
    assert client.get("/aufgaben/").url == begins("/aufgaben/", "tag")


def test_session_in_use_goes_on(world: World) -> None:
    client = signed_in()
    for _hour in range(3):
        away(client, unused=3600)
        assert client.get("/aufgaben/").status_code == 200


def test_signing_in_again_leads_back(world: World) -> None:
    client = signed_in()
    away(client, unused=7200)
    page = BeautifulSoup(client.get(client.get("/aufgaben/?q=a").url).content, "html.parser")
    assert page.select_one('main input[name="next"]')["value"] == "/aufgaben/?q=a"  # type: ignore[index]


def test_part_of_a_page_leaves_the_page_as_it_is(world: World) -> None:
    client = signed_in()
    away(client, unused=7200)
    answer = client.get("/aufgaben/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Trigger"]) == (204, "staffelstab:signed-out")


def test_text_of_a_form_that_comes_too_late_is_shown_again(world: World) -> None:
    client = signed_in("administrator")
    away(client, unused=7200)
    typed = {
        "display_name": "Änne <Übermut> aus dem Ordnungsamt",
        "short": "kurz",
        "password1": "geheim geheim geheim geheim",
        "csrfmiddlewaretoken": "x" * 64,
    }
    came = {"Referer": "http://testserver/verwaltung/konten/neu/?a=b"}
    answer = client.post("/verwaltung/konten/neu/", typed, headers=came)
    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 403
    assert [each.get_text() for each in page.select("textarea")] == ["Änne <Übermut> aus dem Ordnungsamt"]
    assert "geheim geheim" not in page.get_text()
    target = page.select_one("main .form-actions a")
    assert target is not None
    assert target["href"] == "/konto/anmelden/?next=/verwaltung/konten/neu/%3Fa%3Db&ende=pause"


@pytest.mark.parametrize("came", ["https://elsewhere.example/x/", "", "//elsewhere.example/"])
def test_form_that_comes_too_late_leads_to_no_other_site(world: World, came: str) -> None:
    client = signed_in()
    away(client, unused=7200)
    answer = client.post("/aufgaben/neu/", {}, headers={"Referer": came} if came else {})
    assert answer.url == "/konto/anmelden/?ende=pause"


def test_list_of_sessions_ends_those_nobody_used(world: World) -> None:
    client, other = signed_in(), signed_in()
    row = aged(other, world, 0)
    page = client.get("/konto/sitzungen/").content.decode()
    assert page.count("Zuletzt benutzt am") == 0
    assert other.get("/aufgaben/").status_code == 302
    with activate(TenancyContext(account_id=world.accounts["advisor"].pk)):
        assert not UserSession.objects.filter(pk=row.pk).exists()


def test_statements_of_a_request_are_no_more_than_before(world: World) -> None:
    client = signed_in()
    client.get("/aufgaben/")
    with CaptureQueriesContext(connection) as found:
        client.get("/verwaltung/sitzung/")
    # The session, and account with seat; the others belong to the transaction of the test.
    asked = [
        each["sql"] for each in found if "django_session" in each["sql"] or "identity_seat" in each["sql"]
    ]
    assert len(asked) == 2


def test_new_day_takes_outlived_sessions_out_of_the_list(world: World) -> None:
    client, other = signed_in(), signed_in()
    aged(other, world, 0)
    subscribers.on_new_day(now=timezone.now())
    with activate(TenancyContext()):
        kept = [row.session_key for row in UserSession.objects.all()]
    assert kept == [client.session.session_key]
    assert other.get("/aufgaben/").status_code == 302
