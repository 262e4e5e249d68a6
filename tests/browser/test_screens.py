"""Every type of screen, as the persona who uses it: no accessibility violation, no overflow, desktop and phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, PHONE, SignIn

# One worker runs all browser tests: they share one server. Some two minutes together, so beside the suite.
pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.long]

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
    ("kaya", "/ausblick/altersstruktur/"),
    ("hoffstede", "/ausblick/altersstruktur/?szenario=early"),
    ("kaya", "/ausblick/altersstruktur/tabelle/"),
    ("kaya", "/ausblick/altersstruktur/rechnung/"),
    ("kaya", "/ausblick/massnahmen/"),
    ("kaya", "/ausblick/annahmen/"),
    ("kaya", "/ausblick/berichte/"),
    ("kaya", "/ausblick/berichte/neu/"),
    ("hoffstede", "/ausblick/berichte/verbund/"),
    ("kaya", "/verzeichnis/leistungen/"),
    ("kaya", "/verzeichnis/gemeinden/"),
    ("thielking", "/verwaltung/konten/"),
    ("thielking", "/verwaltung/konten/einladen/"),
    ("kaya", "/verwaltung/vertretungen/"),
    ("thielking", "/verwaltung/organisation/logo/"),
    ("thielking", "/verwaltung/aufbewahrung/"),
    ("thielking", "/verwaltung/aufbewahrung/core.look/"),
    ("thielking", "/verwaltung/aufbewahrung/loeschen/"),
    ("thielking", "/verwaltung/organisation/"),
    ("krahl", "/verwaltung/protokoll/"),
    ("mollenhauer", "/verwaltung/verbuende/"),
    ("thielking", "/barrieren/"),
    ("krahl", "/auswertungen/"),
    ("wiebusch", "/gespeicherte-daten/"),
    ("wiebusch", "/konto/sitzungen/"),
    ("wiebusch", "/konto/kennwort/"),
    ("wiebusch", "/konto/zweiter-faktor/"),
    ("wiebusch", "/konto/zweiter-faktor/app/"),
    ("wiebusch", "/konto/zweiter-faktor/passkeys/neu/"),
    ("wiebusch", "/konto/zweiter-faktor/notfallcodes/neu/"),
    ("thielking", "/verwaltung/anmeldung/"),
    ("thielking", "/verwaltung/anmeldungen/"),
    ("krahl", "/verwaltung/anmeldungen/"),
    ("thielking", "/verwaltung/betriebszugriffe/"),
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


DETAILS = [
    ("kaya", "/aufgaben/?q=Wohngeldantrag", r"^/aufgaben/[0-9a-f-]{36}/$", ""),
    ("kaya", "/aufgaben/?q=Wohngeldantrag", r"^/aufgaben/[0-9a-f-]{36}/$", "bearbeiten/"),
    ("kaya", "/aufgaben/?q=Wohngeldantrag", r"^/aufgaben/[0-9a-f-]{36}/$", "zustaendigkeiten/"),
    ("kaya", "/aufgaben/?q=Wohngeldantrag", r"^/aufgaben/[0-9a-f-]{36}/$", "beenden/"),
    ("kaya", "/aufgaben/?q=Wohngeldantrag", r"^/aufgaben/[0-9a-f-]{36}/$", "verlauf/"),
    ("kaya", "/aufgaben/einheiten/", r"^/aufgaben/einheiten/[0-9a-f-]{36}/$", ""),
    ("kaya", "/aufgaben/einheiten/", r"^/aufgaben/einheiten/[0-9a-f-]{36}/$", "bearbeiten/"),
    ("kaya", "/aufgaben/einheiten/", r"^/aufgaben/einheiten/[0-9a-f-]{36}/$", "verschieben/"),
    ("kaya", "/aufgaben/einheiten/", r"^/aufgaben/einheiten/[0-9a-f-]{36}/$", "zusammenlegen/"),
    ("kaya", "/aufgaben/einheiten/", r"^/aufgaben/einheiten/[0-9a-f-]{36}/$", "beenden/"),
    ("nguyen-harms", "/aufgaben/stellen/", r"^/aufgaben/stellen/[0-9a-f-]{36}/$", ""),
    ("nguyen-harms", "/aufgaben/stellen/", r"^/aufgaben/stellen/[0-9a-f-]{36}/$", "bearbeiten/"),
    ("nguyen-harms", "/aufgaben/stellen/", r"^/aufgaben/stellen/[0-9a-f-]{36}/$", "beenden/"),
    ("nguyen-harms", "/aufgaben/personen/", r"^/aufgaben/personen/[0-9a-f-]{36}/$", ""),
    ("nguyen-harms", "/aufgaben/personen/", r"^/aufgaben/personen/[0-9a-f-]{36}/$", "bearbeiten/"),
    ("nguyen-harms", "/aufgaben/personen/", r"^/aufgaben/personen/[0-9a-f-]{36}/$", "konto/"),
    ("nguyen-harms", "/aufgaben/personen/", r"^/aufgaben/personen/[0-9a-f-]{36}/$", "ausscheiden/"),
    ("kaya", "/ausblick/massnahmen/", r"^/ausblick/massnahmen/[0-9a-f-]{36}/$", ""),
    ("kaya", "/verzeichnis/leistungen/", r"^/verzeichnis/leistungen/[0-9a-f-]{36}/$", ""),
    ("kaya", "/verzeichnis/leistungen/", r"^/verzeichnis/leistungen/[0-9a-f-]{36}/$", "bearbeiten/"),
    ("thielking", "/verwaltung/konten/", r"^/verwaltung/konten/[0-9a-f-]{36}/$", ""),
    ("thielking", "/verwaltung/konten/", r"^/verwaltung/konten/[0-9a-f-]{36}/$", "rollen/"),
    ("kaya", "/verwaltung/vertretungen/", r"^/verwaltung/vertretungen/neu/[0-9a-f-]{36}/$", ""),
    ("thielking", "/verwaltung/konten/", r"^/verwaltung/konten/[0-9a-f-]{36}/$", "bearbeiten/"),
    ("thielking", "/verwaltung/konten/", r"^/verwaltung/konten/[0-9a-f-]{36}/$", "beenden/"),
]


def first_link(page: Page, pattern: str) -> str:
    """The first address on the page that has the form given."""
    found = page.eval_on_selector_all("main a[href]", "links => links.map(link => link.getAttribute('href'))")
    return next(address for address in found if re.match(pattern, address))


@pytest.mark.parametrize("screen", DETAILS, ids=lambda screen: f"{screen[1]}{screen[3]}")
def test_detail_screen_is_accessible(
    sign_in: SignIn, axe: Callable[[Page], list[str]], screen: tuple[str, str, str, str]
) -> None:
    persona, start, pattern, below = screen
    page = sign_in(persona)
    page.goto(start)
    address = first_link(page, pattern) + below
    for viewport in (DESKTOP, PHONE):
        page.set_viewport_size(viewport)
        response = page.goto(address)
        assert response is not None
        assert response.status == 200
        assert axe(page) == []
        assert overflow(page) <= 0


def test_exit_form_of_personnel_is_accessible(sign_in: SignIn, axe: Callable[[Page], list[str]]) -> None:
    page = sign_in("nguyen-harms", viewport=PHONE)
    page.goto("/aufgaben/personen/")
    page.goto(first_link(page, r"^/aufgaben/personen/[0-9a-f-]{36}/$"))
    page.goto(first_link(page, r"^/aufgaben/besetzungen/[0-9a-f-]{36}/austritt/$"))
    assert axe(page) == []
    assert overflow(page) <= 0


def test_bulk_screen_with_chosen_tasks_is_accessible(
    sign_in: SignIn, axe: Callable[[Page], list[str]]
) -> None:
    page = sign_in("kaya")
    page.goto("/aufgaben/")
    for box in page.locator('tbody input[name="selected"]').all()[:3]:
        box.check()
    assert axe(page) == []
    page.locator(".bulkbar").get_by_role("button").first.click()
    page.wait_for_load_state()
    assert page.locator("h1").count() == 1
    assert axe(page) == []
    page.set_viewport_size(PHONE)
    assert overflow(page) <= 0
