"""Every type of screen, as the persona who uses it: no accessibility violation, no overflow, desktop and phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, PHONE, SignIn

SCREENS = [
    ("", "/konto/anmelden/"),
    ("", "/konto/kennwort-vergessen/"),
    ("", "/demo/"),
    ("", "/impressum/"),
    ("", "/datenschutz/"),
    ("", "/barrierefreiheit/"),
    ("", "/einfache-sprache/"),
    ("", "/barriere-melden/"),
    ("", "/hilfe/"),
    ("", "/bausteine/"),
    ("", "/gibt-es-nicht/"),
    ("kaya", "/"),
    ("wiebusch", "/"),
    ("kaya", "/suche/?q=Perso"),
    ("kaya", "/suche/?q=qqqqqq"),
    ("kaya", "/aufgaben/"),
    ("kaya", "/aufgaben/?q=qqqqqq"),
    ("kaya", "/aufgaben/neu/"),
    ("kaya", "/aufgaben/einheiten/"),
    ("kaya", "/aufgaben/stellen/"),
    ("kaya", "/aufgaben/personen/"),
    ("kaya", "/aufgaben/importe/"),
    ("kaya", "/aufgaben/importe/neu/"),
    ("kaya", "/ausblick/wissensrisiko/"),
    ("hoffstede", "/ausblick/wissensrisiko/"),
    ("kaya", "/ausblick/wissensrisiko/rechnung/"),
    ("kaya", "/ausblick/massnahmen/"),
    ("kaya", "/ausblick/annahmen/"),
    ("kaya", "/verzeichnis/leistungen/"),
    ("kaya", "/verzeichnis/gemeinden/"),
    ("thielking", "/verwaltung/konten/"),
    ("thielking", "/verwaltung/organisation/"),
    ("krahl", "/verwaltung/protokoll/"),
    ("mollenhauer", "/verwaltung/verbuende/"),
    ("thielking", "/barrieren/"),
    ("krahl", "/auswertungen/"),
    ("wiebusch", "/gespeicherte-daten/"),
    ("wiebusch", "/konto/sitzungen/"),
    ("wiebusch", "/konto/kennwort/"),
]


def overflow(page: Page) -> Any:
    """By how many pixels the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize(("persona", "address"), SCREENS)
def test_screen_is_accessible(
    sign_in: SignIn, axe: Callable[[Page], list[str]], persona: str, address: str
) -> None:
    page = sign_in(persona)
    for viewport in (DESKTOP, PHONE):
        page.set_viewport_size(viewport)
        response = page.goto(address)
        assert response is not None
        assert response.status == (404 if address == "/gibt-es-nicht/" else 200)
        assert axe(page) == []
        assert overflow(page) <= 0
