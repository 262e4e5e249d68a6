"""What a hardened installation does, and what our code never does; named in docs/security/asvs.md."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from cryptography.fernet import InvalidToken
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError

from staffelstab.core.logs import JsonFormatter
from staffelstab.identity.enums import Role
from staffelstab.identity.gateways import vault
from tests.strict_client import StrictClient
from tests.world import PASSWORD, World

ROOT = Path(__file__).resolve().parents[2]


def findings(rules: str, *paths: str) -> str:
    """What the linter finds of its security rules; an exception in the code needs ``noqa`` and a reason."""
    program = Path(sys.executable).parent / "ruff"
    command = [program, "check", "--isolated", "--no-cache", "--output-format", "concise", "--quiet"]
    ended = subprocess.run(
        [*command, "--select", rules, *paths], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return ended.stdout + ended.stderr


def test_planted_danger_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("import pickle\n\nvalue = eval(input())\nother = pickle.loads(value)\n")
    assert [rule in findings("S301,S307", str(planted)) for rule in ("S301", "S307")] == [True, True]


def test_no_code_is_made_of_data() -> None:
    # exec, eval, pickle and its like, yaml.load, templates without escaping, unpacking anything anywhere
    assert findings("S102,S301,S302,S307,S506,S701,S702,S202", "src") == ""


def test_no_shell_is_used() -> None:
    assert findings("S602,S604,S605,S609", "src") == ""


def test_statements_are_not_put_together_from_values() -> None:
    assert findings("S608,S610,S611", "src") == ""


def test_markup_from_values_is_escaped() -> None:
    assert findings("S308", "src") == ""
    templates = [path for path in (ROOT / "src").rglob("*.html") if "vendor" not in path.parts]
    unescaped = [
        path.name
        for path in templates
        if "|safe" in (text := path.read_text(encoding="utf-8")) or "autoescape off" in text
    ]
    assert unescaped == []


def test_certificates_are_checked() -> None:
    assert findings("S323,S501,S502,S503,S504", "src") == ""


def test_no_weak_cryptography_is_used() -> None:
    assert findings("S303,S304,S305,S324,S505,S507", "src") == ""


def test_secrets_are_random() -> None:
    # The only draws that can be foretold are those of the demonstration's content, marked with a reason.
    assert findings("S311", "src") == ""


def test_sealed_secrets_cannot_be_changed_unnoticed() -> None:
    sealed = vault.seal("JBSWY3DPEHPK3PXP")
    middle = len(sealed) // 2
    changed = sealed[:middle] + ("A" if sealed[middle] != "A" else "B") + sealed[middle + 1 :]
    assert vault.unseal(sealed) == "JBSWY3DPEHPK3PXP"
    with pytest.raises(InvalidToken):
        vault.unseal(changed)


@pytest.fixture(scope="module")
def installed() -> dict[str, dict[str, Any]]:
    """Settings of installations without and with HTTPS, each in a process of its own: tests have settings of theirs."""
    wanted = (
        "DEBUG", "DEMO", "PASSWORD_HASHERS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_AGE",
        "SESSION_SAVE_EVERY_REQUEST", "SECURE_HSTS_SECONDS", "SECURE_PROXY_SSL_HEADER", "MIDDLEWARE",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME",
        "LANGUAGE_COOKIE_NAME", "THEME_COOKIE_NAME", "LANGUAGE_COOKIE_SECURE", "SESSION_IDLE_SECONDS",
    )  # fmt: skip
    code = (
        "import json\nfrom staffelstab.config.settings import base\n"
        f"print(json.dumps({{key: getattr(base, key, None) for key in {wanted!r}}}))"
    )
    found = {}
    secure = {"STAFFELSTAB_HTTPS": "1"}
    for name, extra in (
        ("plain", {}),
        ("https", secure),
        ("own host", secure | {"STAFFELSTAB_HSTS": "host"}),
        ("preload", secure | {"STAFFELSTAB_HSTS": "preload"}),
    ):
        kept = {key: value for key, value in os.environ.items() if not key.startswith("STAFFELSTAB_")}
        environment = kept | {"STAFFELSTAB_SECRET_KEY": "only-for-tests"} | extra
        ended = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
        found[name] = json.loads(ended.stdout)
    return found


def test_debugging_is_off_unless_asked_for(installed: dict[str, dict[str, Any]]) -> None:
    assert {(each["DEBUG"], each["DEMO"]) for each in installed.values()} == {(False, False)}


def test_passwords_are_stored_with_argon2(installed: dict[str, dict[str, Any]]) -> None:
    first = "django.contrib.auth.hashers.Argon2PasswordHasher"
    assert {each["PASSWORD_HASHERS"][0] for each in installed.values()} == {first}


def test_https_makes_cookies_secure(installed: dict[str, dict[str, Any]]) -> None:
    cookies = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE")
    assert [[installed[name][key] for key in cookies] for name in ("plain", "https")] == [
        [False, False, False],
        [True, True, True],
    ]


def test_https_gives_cookies_a_prefix(installed: dict[str, dict[str, Any]]) -> None:
    keys = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME", "THEME_COOKIE_NAME")
    plain = ["sessionid", "csrftoken", "sprache", "staffelstab_theme"]
    assert [installed["plain"][key] for key in keys] == plain
    assert [installed["https"][key] for key in keys] == [f"__Host-{name}" for name in plain]


def test_https_makes_browsers_stay_with_it(installed: dict[str, dict[str, Any]]) -> None:
    assert installed["https"]["SECURE_HSTS_SECONDS"] == 365 * 24 * 60 * 60
    assert installed["https"]["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    reach = {
        name: (each["SECURE_HSTS_INCLUDE_SUBDOMAINS"], each["SECURE_HSTS_PRELOAD"])
        for name, each in installed.items()
    }
    assert reach == {
        "plain": (None, None),
        "https": (True, False),
        "own host": (False, False),
        "preload": (True, True),
    }
    # A header anybody can send is believed behind a proxy only.
    assert installed["plain"]["SECURE_PROXY_SSL_HEADER"] is None


def test_sessions_end_after_twelve_hours(installed: dict[str, dict[str, Any]]) -> None:
    # Counted from the sign-in: a session that is used is not prolonged.
    ages = {(each["SESSION_COOKIE_AGE"], each["SESSION_SAVE_EVERY_REQUEST"]) for each in installed.values()}
    assert ages == {(12 * 60 * 60, None)}


def test_no_other_origin_is_admitted(client_as: Any) -> None:
    answer = client_as(Role.EMPLOYEE).get("/", headers={"Origin": "https://elsewhere.example"})
    assert [name for name in answer.headers if name.lower().startswith("access-control-")] == []


def test_trace_is_refused(client_as: Any, client: StrictClient) -> None:
    signed_in = client_as(Role.EMPLOYEE)
    assert [signed_in.trace(path).status_code for path in ("/", "/impressum/")] == [405, 405]
    assert client.trace("/konto/anmelden/").status_code == 405


def test_sign_in_begins_a_new_session(world: World, client: StrictClient) -> None:
    visit = client.session
    visit["before"] = True
    visit.save()
    before = client.session.session_key
    answer = client.post(
        "/konto/anmelden/", {"login": world.accounts[Role.EMPLOYEE].email, "password": PASSWORD}
    )
    after = client.cookies["sessionid"].value
    assert (answer.status_code, before == after) == (302, False)
    assert len(after) == 32  # of 36 characters: 165 bits
    assert after not in answer.headers["Location"]
    assert not Session.objects.filter(pk=before).exists()


@pytest.mark.parametrize(
    "password",
    [
        "nur kleine buchstaben ohne jede ziffer",
        "GROSSBUCHSTABENALLEINE",
        "äöüß €µ 漢字 🐘 und so weiter",
        "viele worte hintereinander " * 4,
    ],
)
def test_long_passwords_of_any_kind_are_taken(password: str) -> None:
    validate_password(password)


def test_short_passwords_are_refused() -> None:
    with pytest.raises(ValidationError):
        validate_password("kurz und ok")


def test_passwords_are_compared_as_typed(world: World, client: StrictClient) -> None:
    account = world.accounts[Role.EMPLOYEE]
    account.set_password("  Vorn und hinten Leerzeichen  ")
    account.save()
    for wrong in (
        "Vorn und hinten Leerzeichen",
        "  vorn und hinten leerzeichen  ",
        "  Vorn und hinten Leerzeichen",
    ):
        assert client.post("/konto/anmelden/", {"login": account.email, "password": wrong}).status_code == 200
    right = {"login": account.email, "password": "  Vorn und hinten Leerzeichen  "}
    assert client.post("/konto/anmelden/", right).status_code == 302


def test_password_fields_are_masked_and_can_be_filled(db: None, client: StrictClient) -> None:
    page = BeautifulSoup(client.get("/konto/anmelden/").content, "html.parser")
    inputs = page.select('input[name="password"]')
    assert [(each["type"], each["autocomplete"], each.get("onpaste")) for each in inputs] == [
        ("password", "current-password", None)
    ]
    # Neither a hint nor a secret question: only an address, the password and what the browser keeps to itself.
    asked = {str(each["name"]) for each in page.select("main input[name]") if each.get("type") != "hidden"}
    assert asked <= {"login", "password", "remember", "credential"}


def test_log_lines_are_json_with_their_time_zone() -> None:
    record = logging.LogRecord(
        "guard", logging.INFO, "", 0, 'first\n{"level": "CRITICAL"}\x1b[2J', None, None
    )
    line = JsonFormatter().format(record)
    assert (line.count("\n"), "\x1b" in line) == (0, False)
    assert json.loads(line)["time"].endswith("+00:00")
    assert json.loads(line)["message"] == 'first\n{"level": "CRITICAL"}\x1b[2J'
