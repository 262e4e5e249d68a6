"""docs/security/sign-in.md says what the program does: its figures and words are those of the settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from staffelstab.core import retention
from staffelstab.identity.domain.passwords import CONTEXT
from staffelstab.identity.enums import SignInKind

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security" / "sign-in.md"


def figures(beginning: str) -> list[int]:
    """The marked numbers of the row that begins so."""
    rows = [
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {beginning} |")
    ]
    assert len(rows) == 1, beginning
    return [int(number) for number in re.findall(r"`(\d+)`", rows[0])]


def rate(action: str, per: str) -> str:
    return next(each for each in settings.ACCOUNT_RATE_LIMITS[action].split(",") if each.endswith(f"/{per}"))


@pytest.mark.parametrize(
    ("row", "action", "per", "written"),
    [
        ("failures per account, codes of second factors included", "login_failed", "key", "{}/{}m/key"),
        ("failures per address", "login_failed", "ip", "{}/m/ip"),
        ("attempts per address", "login", "ip", "{}/m/ip"),
        ("confirmations per account", "reauthenticate", "user", "{}/m/user"),
        ("changes of the password per account", "change_password", "user", "{}/m/user"),
        ("mails for a new password per account", "reset_password", "key", "{}/{}m/key"),
    ],
)
def test_limits_are_those_of_the_page(row: str, action: str, per: str, written: str) -> None:
    assert rate(action, per) == written.format(*figures(row))


def test_times_are_those_of_the_page() -> None:
    assert figures("longest session, used or not") == [settings.SESSION_COOKIE_AGE // 3600]
    assert figures("without use") == [settings.SESSION_IDLE_SECONDS // 60]
    links = settings.PASSWORD_RESET_TIMEOUT // 86_400
    assert figures("emergency codes, invitation links, links for a new password") == [links]


@pytest.mark.parametrize(
    ("row", "code"), [("sign-ins", "identity.sign_in"), ("protocol", "core.audit"), ("looks", "core.look")]
)
def test_periods_are_those_of_the_page(row: str, code: str) -> None:
    assert figures(row)[:1] == [retention.rule(code).default_days]


def test_words_of_context_are_those_of_the_page() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("## Words of context")[2].partition("##")[0]
    assert re.findall(r"\w+", section.partition("between them:")[2]) == list(CONTEXT)


def test_events_are_those_of_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("Events in the log lines")[2].partition("Refusals")[0]
    assert set(re.findall(r"`(\w+)`", text)) == {*SignInKind.values, "access_refused"}


def test_every_way_in_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("## Ways in")[2].partition("## Limits")[0]
    assert settings.MFA_SUPPORTED_TYPES == ["totp", "webauthn", "recovery_codes"]
    words = (
        "password",
        "code of an app",
        "passkey alone",
        "emergency code",
        "OpenID Connect",
        "link in a mail",
    )
    assert [word for word in words if word not in text] == []
