"""How strong signing in is where packages decide it: codes, their time, and what a forgotten password opens."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, validate_totp_code
from django.utils import timezone

from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.models import Account
from tests.factories.factors import SECRET, with_codes
from tests.identity.web.test_sign_in import reset_link
from tests.strict_client import StrictClient
from tests.world import PASSWORD, World

SIGN_IN = "/konto/anmelden/"
NEW = "ganz anderes Kennwort 9"


@pytest.mark.parametrize(("later", "good"), [(0, True), (29, True), (30, False), (-1, False)])
def test_codes_of_an_app_live_for_thirty_seconds(
    monkeypatch: pytest.MonkeyPatch, later: int, *, good: bool
) -> None:
    begin = 59_000_000 * 30
    code = format_hotp_value(hotp_value(SECRET, begin // 30))
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time.time", lambda: begin + later)
    assert validate_totp_code(SECRET, code) is good


def test_emergency_codes_have_twenty_six_bits(world: World) -> None:
    """Eight decimal digits from a seed of 320 random bits; no account's codes tell another's."""
    codes = {role: with_codes(world.accounts[role]) for role in ("advisor", "employee", "executive")}
    assert [len(each) for each in codes.values()] == [10, 10, 10]
    assert {bool(re.fullmatch("[0-9]{8}", code)) for each in codes.values() for code in each} == {True}
    assert codes["advisor"] != codes["employee"] != codes["executive"]


def test_forgotten_password_does_not_bypass_the_second_factor(world: World, client: StrictClient) -> None:
    with_codes(world.accounts["advisor"])
    form = client.get(reset_link(client, "advisor@musterstadt.example")).url
    done = client.post(form, {"password1": NEW, "password2": NEW})
    assert done.url == "/konto/kennwort-vergessen/fertig/"
    assert "_auth_user_id" not in client.session
    answer = client.post(SIGN_IN, {"login": "advisor@musterstadt.example", "password": NEW})
    assert answer.url == "/konto/zweiter-faktor/pruefen/"
    assert "_auth_user_id" not in client.session


def test_passwords_do_not_expire(world: World, client: StrictClient) -> None:
    account = world.accounts["advisor"]
    long_ago = timezone.now() - timedelta(days=3650)
    with activate(TenancyContext()):
        Account.objects.filter(pk=account.pk).update(created_at=long_ago, last_login=long_ago)
    answer = client.post(SIGN_IN, {"login": account.email, "password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, "/")
