"""What answers leave in the browser, and what every page offers: looked at on every address of the program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import override_settings

from staffelstab.identity.enums import Role
from tests.guards import access
from tests.strict_client import StrictClient
from tests.world import PASSWORD, World

KEPT = {"identity:logo_show": "private, max-age=31536000, immutable"}
"""Answers a browser may keep, and how: the address of a logo names its content."""

KINDS = {
    "text/html; charset=utf-8",
    "text/plain; charset=utf-8",
    "text/csv; charset=utf-8",
    "application/json",
    "application/pdf",
    "application/zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "image/png",
    "image/svg+xml",
}
"""Types of content that are answered. JSON has no parameter: it is UTF-8 by definition (RFC 8259)."""


@dataclass
class Answer:
    """What was answered to reading an address, by somebody with all roles."""

    status: int
    headers: dict[str, str]
    text: str


@pytest.fixture
def answers(world: World) -> dict[str, Answer]:
    """URL name → answer."""
    client = access.signed_in(access.with_all_roles(world))
    found: dict[str, Answer] = {}
    made: dict[str, Any] = {}
    for address in access.addresses():
        with world.inside():
            url = address.at(made)
        reply = client.get(url)
        content = b"".join(reply.streaming_content) if reply.streaming else reply.content
        html = reply.headers.get("Content-Type", "").startswith("text/html")
        found[address.name] = Answer(
            reply.status_code, dict(reply.headers.items()), content.decode() if html else ""
        )
    return found


def links(page: str) -> list[str]:
    """All addresses a page leads to or loads."""
    soup = BeautifulSoup(page, "html.parser")
    names = ("href", "src", "action", "formaction", "hx-get", "hx-post", "poster", "data")
    return [str(tag[name]) for tag in soup.find_all(True) for name in names if tag.has_attr(name)]


@pytest.mark.slow  # every address of the program
def test_every_answer_is_as_it_has_to_be(answers: dict[str, Answer]) -> None:
    # One walk for all questions: it takes seconds.
    assert len(answers) > 100
    caching = {
        name: answer.headers["Cache-Control"]
        for name, answer in answers.items()
        if "no-store" not in answer.headers["Cache-Control"]
    }
    assert caching.items() <= KEPT.items()
    own = {answer.headers["Cross-Origin-Resource-Policy"] for answer in answers.values()}
    assert own == {"same-origin"}
    kinds = {name: answer.headers["Content-Type"] for name, answer in answers.items() if answer.status == 200}
    assert {name: kind for name, kind in kinds.items() if kind not in KINDS} == {}
    framed = {name: answer.text for name, answer in answers.items() if 'class="top"' in answer.text}
    assert len(framed) > 80
    assert [name for name, text in framed.items() if 'action="/konto/abmelden/"' not in text] == []
    odd = {
        (name, link)
        for name, text in framed.items()
        for link in links(text)
        if not re.match(r"(?:/(?!/)|\?|#|mailto:|tel:|https://|data:|$)", link)
    }
    assert odd == set()


def test_values_in_addresses_and_scripts_are_encoded(world: World, client_as: Any) -> None:
    planted = '"><script>alert(1)</script>&a=b#c'
    page = client_as(Role.KNOWLEDGE_MANAGER).get("/aufgaben/", {"q": planted}).content.decode()
    assert "<script>alert" not in page
    field = BeautifulSoup(page, "html.parser").select_one('main input[name="q"]')
    assert field is not None
    assert field["value"] == planted
    carried = [link for link in links(page) if "alert" in link]
    assert [link for link in carried if re.search(r"[\"<>#]", link)] == []


def test_own_data_as_json_keep_their_signs(world: World, client_as: Any) -> None:
    account = world.accounts[Role.EMPLOYEE]
    account.display_name = 'Ä "</script><b>\\u0041\u2028'
    with world.inside():
        account.save(update_fields=["display_name"])
    answer = client_as(Role.EMPLOYEE).get("/gespeicherte-daten/meine-daten.json")
    assert answer.json()["account"]["display_name"] == account.display_name


@pytest.mark.parametrize(
    "path", ["/static/", "/static/core/", "/files/", "/media/", "/imports/", "/.git/config"]
)
def test_no_folder_is_listed(world: World, client_as: Any, path: str) -> None:
    assert client_as(Role.ADMINISTRATOR).get(path).status_code == 404


PREFIXED = {
    "SESSION_COOKIE_NAME": "__Host-sessionid",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
    "CSRF_COOKIE_SECURE": True,
    "LANGUAGE_COOKIE_NAME": "__Host-sprache",
    "LANGUAGE_COOKIE_SECURE": True,
}


@override_settings(**PREFIXED)
def test_every_cookie_fits_its_prefix(world: World) -> None:
    # Browsers refuse a cookie with this prefix unless it is secure, of the whole host, and of no domain.
    client = StrictClient()
    client.get("/konto/anmelden/", secure=True)
    email = world.accounts[Role.EMPLOYEE].email
    client.post("/konto/anmelden/", {"login": email, "password": PASSWORD}, secure=True)
    client.post("/sprache/", {"language": "en", "next": "/"}, secure=True)
    assert client.get("/", secure=True).status_code == 200
    found = {
        name: (each["secure"], each["path"], each["domain"], each["httponly"], each["samesite"])
        for name, each in client.cookies.items()
    }
    expected = (True, "/", "", True, "Lax")
    assert found == {
        PREFIXED["SESSION_COOKIE_NAME"]: expected,
        PREFIXED["CSRF_COOKIE_NAME"]: expected,
        PREFIXED["LANGUAGE_COOKIE_NAME"]: expected,
    }


def test_messages_wait_in_the_session(world: World, client_as: Any) -> None:
    client = client_as(Role.ADMINISTRATOR)
    client.post(f"/verwaltung/konten/{world.accounts[Role.ADVISOR].pk}/abmelden/")
    assert sorted(client.cookies) == [settings.SESSION_COOKIE_NAME]
    assert client.session["_messages"]
