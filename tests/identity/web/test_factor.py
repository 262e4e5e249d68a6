"""Second factors: setting up, signing in, emergency codes, and what a change of them ends."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.urls import reverse
from pytest_django import Settings

from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.gateways import vault
from tests.factories.factors import MOMENT, SECRET, code_now, factors_of, with_codes
from tests.strict_client import StrictClient
from tests.world import PASSWORD, World

EMAIL = "advisor@musterstadt.example"
HOME = "/konto/zweiter-faktor/"
HOUSE = "/verwaltung/organisation/"


def password_step(client: StrictClient, **more: str) -> Any:
    return client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD, **more})


def confirmed(client: StrictClient) -> StrictClient:
    """Signed in, and the password entered once more."""
    password_step(client)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def page_of(client: StrictClient, path: str) -> str:
    return str(client.get(path).content.decode())


def test_overview_offers_both_ways(world: World, client: StrictClient) -> None:
    page = page_of(confirmed(client), HOME)
    assert "Passkey hinzufügen" in page
    assert "App einrichten" in page
    assert "Notfallcodes" not in page
    assert "Bitte richten Sie zuerst" not in page


def test_setting_up_asks_for_the_password_first(world: World, client: StrictClient) -> None:
    password_step(client)
    answer = client.get(HOME + "app/")
    assert unquote(answer.url) == f"/konto/bestaetigen/?next={HOME}app/"
    assert (
        client.post("/konto/bestaetigen/", {"password": PASSWORD, "next": HOME + "app/"}).url == HOME + "app/"
    )
    assert client.get(HOME + "app/").status_code == 200


@pytest.mark.usefixtures("committed_database")
def test_one_time_codes_are_set_up_with_the_first_code(client: StrictClient) -> None:
    world = World.load()
    other = StrictClient()
    password_step(other)
    page = page_of(confirmed(client), HOME + "app/")
    secret = re.search(r'<code class="secret">([A-Z2-7]+)</code>', page).group(1)  # type: ignore[union-attr]
    assert "<svg" in page
    assert 'style="' not in page
    wrong = client.post(HOME + "app/", {"code": "000000"}).content.decode()
    assert "Der Code stimmt nicht." in wrong
    assert secret in wrong, "the picture scanned already stays valid"
    right = client.post(HOME + "app/", {"code": current(secret)})
    assert right.url == HOME + "notfallcodes/"
    assert "Einmalcodes sind eingerichtet." in page_of(client, right.url)
    assert factors_of(world.accounts["advisor"]) == ["recovery_codes", "totp"]
    assert [client.get(HOUSE).status_code, other.get(HOUSE).status_code] == [200, 302]
    assert [message.subject for message in mail.outbox] == ["Einmalcodes eingerichtet"]
    assert "Guten Tag" in mail.outbox[0].body
    assert mail.outbox[0].body.rstrip().endswith("Staffelstab, die Wissensplattform Ihrer Verwaltung")
    assert "Waren Sie das nicht?" in mail.outbox[0].body


def current(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, MOMENT // 30))


def test_secrets_are_stored_sealed(world: World) -> None:
    account = world.accounts["advisor"]
    with_codes(account)
    with activate(TenancyContext(account_id=account.pk)):
        stored = Authenticator.objects.get(user_id=account.pk, type="totp").data["secret"]
    assert SECRET not in stored
    assert vault.unseal(stored) == SECRET


def test_another_secret_key_makes_factors_useless_and_breaks_nothing(
    world: World, client: StrictClient, settings: Settings
) -> None:
    codes = with_codes(world.accounts["advisor"])
    settings.SECRET_KEY = "another one"
    password_step(client)
    for code in (code_now(), codes[0]):
        assert "Der Code stimmt nicht." in client.post(HOME + "pruefen/", {"code": code}).content.decode()
    settings.SECRET_KEY_FALLBACKS = ["only-for-tests"]
    assert client.post(HOME + "pruefen/", {"code": codes[0]}).status_code == 302


def test_colleagues_and_administrators_cannot_read_factors(world: World) -> None:
    with_codes(world.accounts["advisor"])
    with activate(TenancyContext(world.organisation.pk, world.accounts["administrator"].pk)):
        assert Authenticator.objects.count() == 0


def test_sign_in_with_a_one_time_code(world: World, client: StrictClient) -> None:
    with_codes(world.accounts["advisor"])
    assert password_step(client, next=HOUSE).url == HOME + "pruefen/"
    assert client.get(HOUSE).status_code == 302, "the password alone opens nothing"
    page = page_of(client, HOME + "pruefen/")
    assert "Zweiter Schritt der Anmeldung" in page
    assert "Weiter mit einem Passkey" not in page
    assert "Der Code stimmt nicht." in client.post(HOME + "pruefen/", {"code": "000000"}).content.decode()
    assert client.post(HOME + "pruefen/", {"code": code_now()}).url == HOUSE
    assert client.get(HOUSE).status_code == 200


def test_one_time_code_is_good_for_one_sign_in(world: World) -> None:
    with_codes(world.accounts["advisor"])
    code = code_now()
    answers = []
    for client in (StrictClient(), StrictClient()):
        password_step(client)
        answers.append(client.post(HOME + "pruefen/", {"code": code}).status_code)
    assert answers == [302, 200]


def test_emergency_code_works_once_only(world: World) -> None:
    code = with_codes(world.accounts["advisor"])[3]
    answers = []
    for client in (StrictClient(), StrictClient()):
        password_step(client)
        answers.append(client.post(HOME + "pruefen/", {"code": code}).status_code)
    assert answers == [302, 200]


def test_codes_are_refused_after_five_failures(world: World, client: StrictClient) -> None:
    with_codes(world.accounts["advisor"])
    good = code_now()
    password_step(client)
    for _attempt in range(5):
        client.post(HOME + "pruefen/", {"code": "000000"})
    assert "Zu viele Fehlversuche" in client.post(HOME + "pruefen/", {"code": good}).content.decode()


def test_emergency_codes_are_shown_once(world: World, client: StrictClient) -> None:
    codes = with_codes(world.accounts["advisor"])
    sign_in_fully(client)
    path = HOME + "notfallcodes/"
    assert "10 Notfallcodes anzeigen" in page_of(client, path)
    shown = client.post(path)
    page = shown.content.decode()
    assert re.findall(r"<code>(\d{8})</code>", page) == codes
    assert unquote(re.search(r'href="data:text/plain;charset=utf-8,([^"]+)"', page).group(1)) == "\r\n".join(
        codes
    )  # type: ignore[union-attr]
    assert "no-cache" in shown.headers["Cache-Control"]
    again = client.post(path)
    assert (again.status_code, again.url) == (302, path)
    assert codes[0] not in page_of(client, path)
    assert "können nicht noch einmal angezeigt werden" in page_of(client, path)


def sign_in_fully(client: StrictClient) -> None:
    password_step(client)
    client.post(HOME + "pruefen/", {"code": code_now()})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def test_new_emergency_codes_replace_the_old(world: World, client: StrictClient) -> None:
    old = with_codes(world.accounts["advisor"])
    sign_in_fully(client)
    other = StrictClient()
    password_step(other)
    other.post(HOME + "pruefen/", {"code": old[0]})
    assert other.get(HOUSE).status_code == 200
    assert "gelten dann nicht mehr" in page_of(client, HOME + "notfallcodes/neu/")
    assert client.post(HOME + "notfallcodes/neu/").url == HOME + "notfallcodes/"
    assert other.get(HOUSE).status_code == 302
    visitor = StrictClient()
    password_step(visitor)
    assert visitor.post(HOME + "pruefen/", {"code": old[1]}).status_code == 200


def test_without_a_factor_there_are_no_emergency_codes(world: World, client: StrictClient) -> None:
    confirmed(client)
    assert client.get(HOME + "notfallcodes/").status_code == 404
    assert "Bitte richten Sie zuerst einen zweiten Faktor ein." in (
        client.post(HOME + "notfallcodes/neu/").content.decode()
    )


def test_removing_the_app_removes_the_emergency_codes_and_signs_out_elsewhere(
    world: World, client: StrictClient
) -> None:
    codes = with_codes(world.accounts["advisor"])
    sign_in_fully(client)
    other = StrictClient()
    password_step(other)
    other.post(HOME + "pruefen/", {"code": codes[0]})
    assert "App entfernen" in page_of(client, HOME + "app/entfernen/")
    assert client.post(HOME + "app/entfernen/").url == HOME
    assert factors_of(world.accounts["advisor"]) == []
    assert [client.get(HOUSE).status_code, other.get(HOUSE).status_code] == [200, 302]


def test_code_confirms_that_it_is_you(world: World, client: StrictClient) -> None:
    with_codes(world.accounts["advisor"])
    password_step(client)
    client.post(HOME + "pruefen/", {"code": code_now()})
    page = page_of(client, HOME + "bestaetigen/")
    assert "Mit dem Kennwort bestätigen" in page
    assert client.post(HOME + "bestaetigen/", {"code": code_now(), "next": HOME + "notfallcodes/"}).url == (
        HOME + "notfallcodes/"
    )
    assert client.get(HOME + "notfallcodes/").status_code == 200


def test_passkey_list_is_the_overview(world: World, client: StrictClient) -> None:
    assert confirmed(client).get(HOME + "passkeys/").url == HOME


def test_passkey_form_keeps_its_errors(world: World, client: StrictClient) -> None:
    page = confirmed(client).post(HOME + "passkeys/neu/", {"name": "Schlüssel", "credential": ""})
    assert "Der Passkey ist nicht angekommen." in page.content.decode()
    assert 'value="Schlüssel"' in page.content.decode()


SHAPELESS = '{"id": "x", "rawId": "x", "type": "public-key"}'


@pytest.mark.parametrize("credential", ["{}", '{"id": "x"}', "[]", "null", '"x"', SHAPELESS])
def test_passkey_that_is_none_is_refused(world: World, client: StrictClient, credential: str) -> None:
    page = confirmed(client).post(HOME + "passkeys/neu/", {"name": "", "credential": credential})
    assert page.status_code == 200
    assert factors_of(world.accounts["advisor"]) == []


@pytest.mark.parametrize("credential", ["{}", '{"response": {"userHandle": "eA"}}'])
def test_passkey_sign_in_refuses_what_is_none(db: None, client: StrictClient, credential: str) -> None:
    options = client.get(HOME + "passkeys/anmelden/", headers={"Accept": "application/json"}).json()
    assert options["request_options"]["publicKey"]["userVerification"] == "required"
    answer = client.post(HOME + "passkeys/anmelden/", {"credential": credential})
    assert answer.url == "/konto/anmelden/"
    assert client.get(HOUSE).status_code == 302


def test_passkeys_of_others_are_out_of_reach(world: World, client: StrictClient) -> None:
    owner = world.accounts["employee"]
    with activate(TenancyContext(account_id=owner.pk)):
        key = Authenticator.objects.create(user=owner, type="webauthn", data={"name": "x"}).pk
    confirmed(client)
    assert [client.get(f"{HOME}passkeys/{key}/{verb}").status_code for verb in ("", "entfernen/")] == [
        404,
        404,
    ]


def test_passkey_that_does_not_confirm_is_asked_for_again(world: World, client: StrictClient) -> None:
    account = world.accounts["advisor"]
    confirmed(client)
    with activate(TenancyContext(account_id=account.pk)):
        Authenticator.objects.create(user=account, type="webauthn", data={"name": "x", "credential": {}})
    path = HOME + "passkeys/bestaetigen/"
    answer = client.post(path, {"credential": "{}", "next": HOME})
    assert unquote(answer.url) == f"{path}?next={HOME}"


def test_passkey_can_be_renamed(world: World, client: StrictClient) -> None:
    account = world.accounts["advisor"]
    confirmed(client)
    with activate(TenancyContext(account_id=account.pk)):
        key = Authenticator.objects.create(user=account, type="webauthn", data={"name": "Alt"}).pk
    path = f"{HOME}passkeys/{key}/"
    assert 'value="Alt"' in page_of(client, path)
    assert "Bitte geben Sie dem Passkey einen Namen." in client.post(path, {"name": ""}).content.decode()
    assert client.post(path, {"name": "Dienst-Laptop"}).url == HOME + "passkeys/"
    assert "Dienst-Laptop" in page_of(client, HOME)
