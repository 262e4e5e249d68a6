"""Signing in, passwords, sessions."""

from __future__ import annotations

import re

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.urls import NoReverseMatch, reverse

from tests.strict_client import StrictClient
from tests.world import PASSWORD, World

NEW = "ganz anderes Kennwort 9"


def sign_in(client: StrictClient, email: str, password: str = PASSWORD, **more: str) -> object:
    return client.post(reverse("account_login"), {"login": email, "password": password, **more})


def test_login_leads_to_the_start_page(client: StrictClient, world: World) -> None:
    assert "Anmelden" in client.get("/konto/anmelden/").content.decode()
    response = sign_in(client, "EMPLOYEE@musterstadt.example")
    assert (response.status_code, response.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(world.accounts["employee"].pk)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/verwaltung/organisation/", "/verwaltung/organisation/"),
        ("https://boese.example/", "/"),
        ("//boese.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
@pytest.mark.usefixtures("world")
def test_login_follows_only_addresses_of_its_own(client: StrictClient, target: str, expected: str) -> None:
    assert sign_in(client, "employee@musterstadt.example", next=target).url == expected


@pytest.mark.usefixtures("world")
def test_login_says_the_same_for_unknown_addresses_and_wrong_passwords(client: StrictClient) -> None:
    sentence = "Die E-Mail-Adresse oder das Kennwort stimmt nicht."
    known = sign_in(client, "employee@musterstadt.example", "falsch").content.decode()
    unknown = sign_in(client, "niemand@musterstadt.example", "falsch").content.decode()
    assert known.count(sentence) == 1
    assert unknown.count(sentence) == 1


@pytest.mark.usefixtures("world")
def test_login_refuses_after_five_failures(client: StrictClient) -> None:
    for _attempt in range(5):
        sign_in(client, "employee@musterstadt.example", "falsch")
    page = sign_in(client, "employee@musterstadt.example").content.decode()
    assert "Zu viele Fehlversuche." in page
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("world")
def test_logout_asks_and_ends_the_session(client: StrictClient) -> None:
    sign_in(client, "employee@musterstadt.example")
    assert "Abmelden" in client.get("/konto/abmelden/").content.decode()
    assert client.post("/konto/abmelden/").url == "/konto/anmelden/"
    assert client.get("/verwaltung/organisation/").url == "/konto/anmelden/?next=/verwaltung/organisation/"


def reset_link(client: StrictClient, email: str) -> str:
    client.post("/konto/kennwort-vergessen/", {"email": email})
    found = re.search(r"http://testserver(/konto/kennwort-vergessen/\S+)", mail.outbox[-1].body)
    assert found is not None
    return found.group(1)


def test_password_reset_works_once(client: StrictClient, world: World) -> None:
    link = reset_link(client, "employee@musterstadt.example")
    assert mail.outbox[0].subject == "Neues Kennwort festlegen"
    assert mail.outbox[0].body.splitlines()[0] == f"Guten Tag {world.accounts['employee']},"
    assert link in str(mail.outbox[0].alternatives[0].content)
    form = client.get(link).url
    assert "Neues Kennwort" in client.get(form).content.decode()
    done = client.post(form, {"password1": NEW, "password2": NEW})
    assert done.url == "/konto/kennwort-vergessen/fertig/"
    assert "Ihr neues Kennwort ist festgelegt" in client.get(done.url).content.decode()
    assert sign_in(StrictClient(), "employee@musterstadt.example", NEW).status_code == 302
    assert "Dieser Link gilt nicht mehr" in StrictClient().get(link).content.decode()


@pytest.mark.usefixtures("world")
def test_password_reset_answers_the_same_for_unknown_addresses(client: StrictClient) -> None:
    known = client.post("/konto/kennwort-vergessen/", {"email": "employee@musterstadt.example"})
    unknown = client.post("/konto/kennwort-vergessen/", {"email": "niemand@example.org"})
    assert (
        (known.status_code, known.url)
        == (unknown.status_code, unknown.url)
        == (302, "/konto/kennwort-vergessen/gesendet/")
    )
    assert [each.to for each in mail.outbox] == [["employee@musterstadt.example"], ["niemand@example.org"]]
    assert "Zu ihr gibt es kein Konto." in mail.outbox[1].body
    assert "Bitte sehen Sie in Ihr Postfach" in client.get(known.url).content.decode()


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("kurz", "Das Kennwort braucht mindestens 12 Zeichen."),
        ("1qaz2wsx3edc", "Dieses Kennwort steht auf den Listen"),
        (
            "Rathaus-2026-11",
            "Das Kennwort besteht aus Wörtern, die bei einer Verwaltung zuerst probiert werden.",
        ),
        ("482915730164", "Das Kennwort darf nicht nur aus Ziffern bestehen."),
        ("employee@musterstadt", "Das Kennwort ähnelt Ihrem Namen oder Ihrer E-Mail-Adresse."),
    ],
)
@pytest.mark.usefixtures("world")
def test_password_rules_speak_in_sentences(client: StrictClient, password: str, sentence: str) -> None:
    form = client.get(reset_link(client, "employee@musterstadt.example")).url
    page = client.post(form, {"password1": password, "password2": password}).content.decode()
    assert sentence in page


@pytest.mark.usefixtures("world")
def test_passwords_that_differ_are_refused(client: StrictClient) -> None:
    form = client.get(reset_link(client, "employee@musterstadt.example")).url
    page = client.post(form, {"password1": NEW, "password2": NEW + "x"}).content.decode()
    assert "Bitte geben Sie zweimal dasselbe Kennwort ein." in page
    assert "Du musst" not in page


def test_password_change_signs_out_elsewhere(client: StrictClient, world: World) -> None:
    other = StrictClient()
    for each in (client, other):
        sign_in(each, "employee@musterstadt.example")
    key = client.session.session_key
    UserSession.objects.filter(session_key=key).update(data={"sid": "1"})
    began = UserSession.objects.get(session_key=key).created_at
    assert "Aktuelles Kennwort" in client.get("/konto/kennwort/").content.decode()
    wrong = client.post("/konto/kennwort/", {"oldpassword": "falsch", "password1": NEW, "password2": NEW})
    assert "Das ist nicht Ihr aktuelles Kennwort." in wrong.content.decode()
    changed = client.post("/konto/kennwort/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert changed.url == "/konto/sitzungen/"
    assert [each.get("/verwaltung/organisation/").status_code for each in (client, other)] == [200, 302]
    # The session goes on under another key, as the one it was.
    assert client.session.session_key != key
    left = UserSession.objects.get(user=world.accounts["employee"])
    assert (left.session_key, left.created_at, left.data) == (client.session.session_key, began, {"sid": "1"})
    assert client.get("/konto/sitzungen/").content.decode().count("Dieses Gerät") == 1
    assert sign_in(StrictClient(), "employee@musterstadt.example", NEW).status_code == 302


@pytest.mark.usefixtures("world")
def test_sessions_can_be_ended_one_by_one_and_all(client: StrictClient, world: World) -> None:
    others = [
        StrictClient(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}) for _ in range(2)
    ]
    for each in (client, *others):
        sign_in(each, "employee@musterstadt.example")
    page = client.get("/konto/sitzungen/").content.decode()
    assert page.count("Firefox auf Windows") == 6  # two buttons, and when they signed in
    assert page.count("Dieses Gerät") == 1
    first = UserSession.objects.get(session_key=others[0].session.session_key)
    client.post("/konto/sitzungen/", {"session": first.pk})
    assert [each.get("/verwaltung/organisation/").status_code for each in others] == [302, 200]
    client.post("/konto/sitzungen/")
    assert others[1].get("/verwaltung/organisation/").status_code == 302
    assert client.get("/verwaltung/organisation/").status_code == 200
    own = UserSession.objects.get(user=world.accounts["employee"])
    assert client.post("/konto/sitzungen/", {"session": own.pk}).url == "/konto/anmelden/"


def test_password_can_be_set_by_those_who_have_none(world: World, client: StrictClient) -> None:
    account = world.accounts["employee"]
    account.set_unusable_password()
    with world.inside():
        account.save(update_fields=["password"])
    client.force_login(account)
    assert client.get("/konto/kennwort/").url == "/konto/kennwort/setzen/"
    assert "Kennwort festlegen" in client.get("/konto/kennwort/setzen/").content.decode()
    client.post("/konto/kennwort/setzen/", {"password1": NEW, "password2": NEW})
    assert client.get("/verwaltung/organisation/").status_code == 200
    assert sign_in(StrictClient(), "employee@musterstadt.example", NEW).status_code == 302


def test_sessions_begun_another_way_are_listed(world: World, client: StrictClient) -> None:
    client.force_login(world.accounts["employee"])
    assert client.get("/konto/sitzungen/").content.decode().count("Dieses Gerät") == 1


@pytest.mark.usefixtures("world")
def test_sessions_of_others_are_out_of_reach(client: StrictClient) -> None:
    other = StrictClient()
    sign_in(client, "employee@musterstadt.example")
    sign_in(other, "advisor@musterstadt.example")
    theirs = UserSession.objects.get(session_key=other.session.session_key)
    client.post("/konto/sitzungen/", {"session": theirs.pk})
    assert other.get("/verwaltung/organisation/").status_code == 200


@pytest.mark.usefixtures("world")
def test_locked_accounts_learn_it_only_with_the_right_password(client: StrictClient, world: World) -> None:
    with world.inside():
        world.accounts["employee"].is_active = False
        world.accounts["employee"].save(update_fields=["is_active"])
    wrong = sign_in(client, "employee@musterstadt.example", "falsch").content.decode()
    assert "Die E-Mail-Adresse oder das Kennwort stimmt nicht." in wrong
    assert sign_in(client, "employee@musterstadt.example").url == "/konto/gesperrt/"
    assert "Konto gesperrt" in client.get("/konto/gesperrt/").content.decode()


@pytest.mark.usefixtures("world")
def test_reauthentication_asks_for_the_password(client: StrictClient) -> None:
    sign_in(client, "employee@musterstadt.example")
    assert "Bitte bestätigen Sie, dass Sie es sind" in client.get("/konto/bestaetigen/").content.decode()
    wrong = client.post("/konto/bestaetigen/", {"password": "falsch"}).content.decode()
    assert "Das Kennwort stimmt nicht." in wrong
    assert client.post("/konto/bestaetigen/", {"password": PASSWORD}).status_code == 302


def test_nobody_can_register() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    with pytest.raises(NoReverseMatch):
        reverse("account_email")


@pytest.mark.usefixtures("world")
def test_no_page_of_signing_in_says_du(client: StrictClient) -> None:
    pages = ["/konto/anmelden/", "/konto/kennwort-vergessen/", "/konto/kennwort-vergessen/gesendet/"]
    texts = [client.get(page).content.decode() for page in pages]
    sign_in(client, "employee@musterstadt.example")
    own = ["/konto/kennwort/", "/konto/sitzungen/", "/konto/abmelden/", "/konto/bestaetigen/"]
    texts += [client.get(page).content.decode() for page in own]
    assert [text for text in texts if re.search(r"\b(Du|du|Dein|dein|Deine|deine|Passwort)\b", text)] == []


@pytest.mark.usefixtures("world")
def test_too_many_attempts_from_one_address_get_a_page(client: StrictClient) -> None:
    path = "/konto/kennwort-vergessen/"
    codes = [client.post(path, {"email": f"x{number}@example.org"}).status_code for number in range(20)]
    assert codes == [302] * 20
    refused = client.post(path, {"email": "x20@example.org"})
    assert refused.status_code == 429
    assert "Bitte warten Sie einen Moment" in refused.content.decode()
