"""Second factors in a real browser: a passkey through the virtual authenticator, one-time codes, emergency codes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, StorageState, expect

from tests.browser.conftest import DESKTOP, PHONE, SignIn

# One worker runs all browser tests: they share one server.
pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.long]

HOME = "/konto/zweiter-faktor/"
PASSWORD = "vier Wörter reichen dafür"
PERSONA = "okafor"


@pytest.fixture
def persona(sessions: dict[str, StorageState]) -> Iterator[str]:
    """Somebody whose other sessions may end: they do when a factor changes."""
    sessions.pop(PERSONA, None)
    yield PERSONA
    sessions.pop(PERSONA, None)


def virtual_authenticator(page: Page) -> None:
    """A device with a fingerprint sensor that always recognises its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def leave(page: Page) -> None:
    page.goto("/konto/abmelden/")
    page.get_by_role("main").get_by_role("button", name="Abmelden").click()
    page.wait_for_url("**/konto/anmelden/**")


def look(page: Page, axe: Callable[[Page], list[str]]) -> None:
    """The page as it stands is accessible and fits, on the desk and on the phone."""
    for viewport in (DESKTOP, PHONE):
        page.set_viewport_size(viewport)
        assert axe(page) == []
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0


def test_sign_in_with_a_passkey(sign_in: SignIn, axe: Callable[[Page], list[str]], persona: str) -> None:
    page = sign_in(persona)
    virtual_authenticator(page)
    page.goto(HOME)
    look(page, axe)
    page.get_by_role("link", name="Passkey hinzufügen").click()
    confirm(page)
    page.get_by_label("Name des Passkeys").fill("Dienst-Laptop")
    look(page, axe)
    page.get_by_role("button", name="Passkey hinzufügen").click()
    page.wait_for_url("**/notfallcodes/")
    page.get_by_role("button", name="10 Notfallcodes anzeigen").click()
    look(page, axe)
    with page.expect_download() as download:
        page.get_by_role("link", name="Als Datei speichern").click()
    assert download.value.suggested_filename == "notfallcodes.txt"
    assert len(download.value.path().read_text().split()) == 10
    page.get_by_role("link", name="Ich habe die Codes aufbewahrt").click()
    expect(page.get_by_role("heading", name="Dienst-Laptop")).to_be_visible()
    look(page, axe)

    leave(page)
    page.get_by_role("button", name="Mit einem Passkey anmelden").click()
    page.wait_for_url("**/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Jonas Okafor")

    page.goto(HOME)
    page.get_by_role("link", name="Dienst-Laptop entfernen").click()
    if "/konto/bestaetigen/" in page.url:
        page.get_by_role("link", name="Mit einem Passkey bestätigen").click()
    look(page, axe)
    page.get_by_role("button", name="Mit einem Passkey bestätigen").click()
    page.wait_for_url("**/entfernen/")
    page.get_by_role("button", name="Entfernen").click()
    page.wait_for_url(f"**{HOME}")
    expect(page.get_by_role("heading", name="Dienst-Laptop")).to_have_count(0)


def test_passkey_that_is_refused_is_explained(sign_in: SignIn, persona: str) -> None:
    page = sign_in()
    page.goto("/konto/anmelden/")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True}},
    )
    page.get_by_role("button", name="Mit einem Passkey anmelden").click()
    expect(page.get_by_text("Der Passkey wurde nicht bestätigt")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("scripts", [True, False])
def test_sign_in_with_one_time_and_emergency_codes(
    sign_in: SignIn,
    axe: Callable[[Page], list[str]],
    persona: str,
    scripts: bool,  # noqa: FBT001 - a parameter
) -> None:
    page = sign_in(persona, scripts=scripts)
    page.goto("/gespeicherte-daten/")
    found = re.search(r"[a-z.-]+@[a-z.-]+\.example", page.get_by_role("main").inner_text())
    assert found is not None
    email = found.group(0)
    set_password(page)
    first_step(page, email)
    page.wait_for_url("**/")
    secret, codes = set_up_codes(page, axe if scripts else None)

    leave(page)
    first_step(page, email)
    if scripts:
        look(page, axe)
    second_step(page, "000000")
    expect(page.get_by_text("Der Code stimmt nicht.").first).to_be_visible()
    second_step(page, fresh_code(secret))
    page.wait_for_url("**/")

    for expected in ("**/", "**/pruefen/"):
        leave(page)
        first_step(page, email)
        second_step(page, codes[0])
        page.wait_for_url(expected)
    second_step(page, codes[1])
    page.wait_for_url("**/")
    page.goto(HOME)
    page.get_by_role("link", name="App entfernen").click()
    confirm(page)
    page.get_by_role("button", name="Entfernen").click()
    page.wait_for_url(f"**{HOME}")


def first_step(page: Page, email: str) -> None:
    page.goto("/konto/anmelden/")
    page.get_by_label("E-Mail-Adresse").fill(email)
    page.get_by_label("Kennwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()


def set_password(page: Page) -> None:
    """Give the persona a password, unless it has one; signed out afterwards."""
    page.goto("/konto/kennwort/setzen/")
    if page.url.endswith("/kennwort/setzen/"):
        page.get_by_label("Neues Kennwort", exact=True).fill(PASSWORD)
        page.get_by_label("Neues Kennwort, noch einmal").fill(PASSWORD)
        page.get_by_role("button", name="Kennwort speichern").click()
        page.wait_for_url("**/konto/sitzungen/")
    leave(page)


def second_step(page: Page, code: str) -> None:
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Weiter", exact=True).click()


def confirm(page: Page) -> None:
    """The password once more, where it is asked for."""
    if "/bestaetigen/" in page.url:
        page.get_by_label("Kennwort").fill(PASSWORD)
        page.get_by_role("button", name="Bestätigen").click()


def set_up_codes(page: Page, axe: Callable[[Page], list[str]] | None) -> tuple[str, list[str]]:
    """Set up an app; returns its secret and the emergency codes."""
    page.goto(HOME + "app/")
    confirm(page)
    page.wait_for_url("**/app/")
    if axe:
        look(page, axe)
    secret = page.locator("code.secret").inner_text()
    page.get_by_label("Code", exact=True).fill(fresh_code(secret))
    page.get_by_role("button", name="Einrichten").click()
    page.wait_for_url("**/notfallcodes/")
    page.get_by_role("button", name="10 Notfallcodes anzeigen").click()
    return secret, page.locator(".codes code").all_inner_texts()


def fresh_code(secret: str) -> str:
    """What the app shows, with some seconds left: a code counts within its half minute only."""
    if time.time() % 30 > 24:
        time.sleep(7)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))
