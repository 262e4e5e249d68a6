"""Guessing: limits per account and per address, the same answer for unknown accounts, proxies that are believed."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache.backends.db import DatabaseCache
from django.utils.module_loading import import_string
from pytest_django import Settings

from staffelstab.config.settings import base
from tests.factories.factors import with_codes
from tests.strict_client import StrictClient
from tests.world import PASSWORD, World

SIGN_IN, FORGOTTEN, AGAIN = "/konto/anmelden/", "/konto/kennwort-vergessen/", "/konto/bestaetigen/"
WAIT = "Bitte warten Sie einen Moment"
MANY = "Zu viele Fehlversuche. Bitte warten Sie fünf Minuten oder legen Sie ein neues Kennwort fest."


WRONG = "falsch"


def attempt(client: StrictClient, email: str, password: str = WRONG, **headers: str) -> Any:
    return client.post(SIGN_IN, {"login": email, "password": password}, headers=headers)


def test_limits_are_kept_where_all_processes_see_them() -> None:
    assert import_string(base.CACHES["default"]["BACKEND"]) is DatabaseCache


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("email", ["advisor@musterstadt.example", "niemand@musterstadt.example"])
def test_sixth_failure_of_an_account_is_refused_known_or_not(email: str) -> None:
    pages = [attempt(StrictClient(), email).content.decode() for _attempt in range(6)]
    assert [MANY in page for page in pages] == [False] * 5 + [True]
    assert MANY in attempt(StrictClient(), email.upper(), PASSWORD).content.decode()


@pytest.mark.usefixtures("world")
def test_failures_of_one_account_leave_the_others_alone() -> None:
    for _attempt in range(6):
        attempt(StrictClient(), "advisor@musterstadt.example")
    assert attempt(StrictClient(), "employee@musterstadt.example", PASSWORD).status_code == 302


@pytest.mark.usefixtures("world")
def test_success_does_not_open_new_attempts() -> None:
    for _attempt in range(4):
        attempt(StrictClient(), "advisor@musterstadt.example")
    assert attempt(StrictClient(), "advisor@musterstadt.example", PASSWORD).status_code == 302
    attempt(StrictClient(), "advisor@musterstadt.example")
    assert MANY in attempt(StrictClient(), "advisor@musterstadt.example", PASSWORD).content.decode()


@pytest.mark.usefixtures("world")
def test_failures_of_many_accounts_from_one_address_are_refused() -> None:
    pages = [attempt(StrictClient(), f"n{number}@musterstadt.example") for number in range(61)]
    assert [MANY in page.content.decode() for page in pages] == [False] * 60 + [True]


@pytest.mark.usefixtures("world")
def test_attempts_from_one_address_are_bounded_altogether(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "3/m/ip"}
    codes = [
        attempt(StrictClient(), "advisor@musterstadt.example", PASSWORD).status_code for _each in range(4)
    ]
    assert codes == [302, 302, 302, 429]
    assert WAIT in attempt(StrictClient(), "advisor@musterstadt.example").content.decode()


@pytest.mark.parametrize("email", ["advisor@musterstadt.example", "niemand@musterstadt.example"])
def test_password_reset_is_bounded_per_address_known_or_not(world: World, email: str) -> None:
    codes = [StrictClient().post(FORGOTTEN, {"email": email}).status_code for _each in range(4)]
    assert codes == [302, 302, 302, 429]
    assert len(mail.outbox) == 3


def test_password_reset_answers_the_same_known_or_not(world: World) -> None:
    answers = [
        StrictClient().post(FORGOTTEN, {"email": email})
        for email in ("advisor@musterstadt.example", "niemand@musterstadt.example")
    ]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, FORGOTTEN + "gesendet/")}
    assert [message.to for message in mail.outbox] == [
        ["advisor@musterstadt.example"],
        ["niemand@musterstadt.example"],
    ]


def test_sign_in_hashes_a_password_known_or_not(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    real = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return str(real(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    for email in ("advisor@musterstadt.example", "niemand@musterstadt.example"):
        attempt(StrictClient(), email, "falsch")
    assert hashed == ["falsch", "falsch"]


def test_confirming_is_bounded(world: World, client_as: Any, settings: Settings) -> None:
    client = client_as("advisor")
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "reauthenticate": "2/m/user"}
    codes = [client.post(AGAIN, {"password": "falsch"}).status_code for _each in range(3)]
    assert codes == [200, 200, 429]


def test_changing_the_password_is_bounded(world: World, client_as: Any) -> None:
    client = client_as("advisor")
    data = {"oldpassword": "falsch", "password1": "x", "password2": "x"}
    codes = [client.post("/konto/kennwort/", data).status_code for _each in range(6)]
    assert codes == [200] * 5 + [429]


def test_codes_of_second_factors_count_as_sign_ins(world: World) -> None:
    with_codes(world.accounts["advisor"])
    client = StrictClient()
    attempt(client, "advisor@musterstadt.example", PASSWORD)
    path = "/konto/zweiter-faktor/pruefen/"
    pages = [client.post(path, {"code": "000000"}).content.decode() for _each in range(6)]
    assert [MANY in page for page in pages] == [False] * 5 + [True]


def test_passkey_sign_ins_are_bounded(db: None, settings: Settings) -> None:
    settings.MFA_RATE_LIMITS = {"webauthn_login": "2/m/ip"}
    path = "/konto/zweiter-faktor/passkeys/anmelden/"
    codes = [StrictClient().post(path, {"credential": "{}"}).status_code for _each in range(3)]
    assert codes == [302, 302, 429]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(("proxies", "last"), [(0, 429), (1, 302)])
def test_address_behind_a_proxy_is_believed_only_when_it_is_set(
    settings: Settings, proxies: int, last: int
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "2/m/ip"}
    answers = [
        attempt(
            StrictClient(),
            "advisor@musterstadt.example",
            PASSWORD,
            **{"X-Forwarded-For": f"198.51.100.{each}"},
        )
        for each in range(3)
    ]
    assert [answer.status_code for answer in answers] == [302, 302, last]


@pytest.mark.usefixtures("world")
def test_address_that_a_visitor_invents_before_the_proxy_does_not_count(settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "2/m/ip"}
    answers = [
        attempt(
            StrictClient(),
            "advisor@musterstadt.example",
            PASSWORD,
            **{"X-Forwarded-For": f"203.0.113.{each}, 198.51.100.7"},
        )
        for each in range(3)
    ]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
