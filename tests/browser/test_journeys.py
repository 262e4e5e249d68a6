"""Whole journeys in a real browser: import, board and measure by keyboard alone; a phone without scripts."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, SignIn

# One worker runs all browser tests: they share one server. Slow: server, worker and browser work together.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

TABS = 200
"""A journey that needs more presses of Tab than this is no journey."""


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the element has the focus. Raises AssertionError when it is not reached."""
    expect(target).to_have_count(1)
    for _ in range(TABS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"not reachable by keyboard: {target}")


def press(page: Page, target: Locator) -> None:
    """Go to a link or button by Tab and press Enter."""
    tab_to(page, target)
    page.keyboard.press("Enter")


def register(folder: Path, *, title: str, errors: bool = False) -> Path:
    """A small register as a zip of CSV files; with errors in three sheets."""
    sheets = {
        "Einheiten": f"Kürzel;Name;Übergeordnet\n99;{title} Amt;\n" + ("98;Lücke;77\n" if errors else ""),
        "Stellen": "Stellennummer;Bezeichnung;Einheit\n99-01;Sachbearbeitung;99\n",
        "Personen": "Personalnummer;Nachname;Vorname\n990001;Übergröße;Änne\n",
        "Besetzungen": "Stellennummer;Personalnummer;Austrittsquartal\n99-01;990001;"
        + ("bald" if errors else "2027-Q2")
        + "\n",
        "Aufgaben": f"Schlüssel;Titel;Einheit;Positionsrisiko\n99-A;{title};99;"
        + ("9" if errors else "5")
        + "\n",
        "Zuständigkeiten": "Aufgabe;Stellennummer;Art\n99-A;99-01;zuständig\n",
    }
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in sheets.items():
            archive.writestr(f"{name}.csv", text.encode())
    path = folder / ("fehler.zip" if errors else "register.zip")
    path.write_bytes(content.getvalue())
    return path


def upload_by_keyboard(page: Page, path: Path) -> None:
    """From anywhere to the checked upload."""
    page.goto("/aufgaben/importe/neu/")
    field = page.locator('input[type="file"]')
    with page.expect_file_chooser() as chooser:
        press(page, field)
    chooser.value.set_files(path)
    press(page, page.get_by_role("button", name="Hochladen und prüfen"))
    page.wait_for_url(re.compile(r"/aufgaben/importe/[0-9a-f-]{36}/"))


def test_import_board_measure_by_keyboard(
    sign_in: SignIn, axe: Callable[[Page], list[str]], tmp_path: Path
) -> None:
    page = sign_in("kaya")
    upload_by_keyboard(page, register(tmp_path, title="Stauwehr bedienen"))
    apply = page.get_by_role("button", name="Import übernehmen")
    expect(apply).to_be_visible(timeout=30_000)
    assert axe(page) == []
    press(page, apply)
    expect(page.locator("#import-state > [role=status]")).to_have_text("✓übernommen", timeout=30_000)
    assert axe(page) == []

    page.goto("/ausblick/wissensrisiko/?q=Stauwehr")
    expect(page.locator("#auswahl-title")).to_have_text("Stauwehr bedienen")
    expect(page.locator("#auswahl .why")).to_contain_text("niemand")
    press(page, page.locator("#auswahl .steps").get_by_role("link", name=re.compile("Vertretung")))
    page.wait_for_url(re.compile(r"/ausblick/massnahmen/neu/"))
    what = page.get_by_label("Was getan wird")
    tab_to(page, what)
    page.keyboard.press("Control+A")
    page.keyboard.type("Zweite Person am Wehr einarbeiten")
    due = page.locator('input[name="due_on"]')
    if not due.input_value():
        tab_to(page, due)
        page.keyboard.type("04042027")  # the same day in every order of day and month
    press(page, page.get_by_role("button", name="Speichern"))
    expect(page.locator("main")).to_contain_text("Zweite Person am Wehr einarbeiten")
    assert axe(page) == []


def test_import_with_errors_names_their_places(
    sign_in: SignIn, axe: Callable[[Page], list[str]], tmp_path: Path
) -> None:
    page = sign_in("kaya")
    upload_by_keyboard(page, register(tmp_path, title="Fehlerhaft", errors=True))
    problems = page.get_by_role("table").filter(has_text="Besetzungen")
    expect(problems).to_be_visible(timeout=30_000)
    for words in ("Einheiten", "Besetzungen", "bald", "Aufgaben", "9"):
        expect(problems).to_contain_text(words)
    expect(page.get_by_role("button", name="Import übernehmen")).to_have_count(0)
    assert axe(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Alle als Arbeitsmappe mit Kommentaren").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.goto("/aufgaben/?q=Fehlerhaft")
    expect(page.locator("main")).not_to_contain_text("Fehlerhaft Amt")


def test_board_narrows_without_reload_and_the_back_button_returns(
    sign_in: SignIn, axe: Callable[[Page], list[str]]
) -> None:
    page = sign_in("kaya")
    page.goto("/ausblick/wissensrisiko/")
    page.evaluate("window.kept = true")
    page.locator("ol.quarters a").nth(3).click()
    page.wait_for_url(re.compile(r"\?.*"))
    expect(page.locator('ol.quarters a[aria-current="true"]')).to_have_attribute("id", "quarter-3")
    assert page.evaluate("window.kept") is True
    assert axe(page) == []
    page.go_back()
    expect(page.locator('ol.quarters a[aria-current="true"]')).not_to_have_attribute("id", "quarter-3")


def test_executive_sees_the_board_without_names(sign_in: SignIn) -> None:
    page = sign_in("hoffstede")
    page.goto("/ausblick/wissensrisiko/?q=Wohngeldantrag")
    assert "Wiebusch" not in page.content()
    assert "50-03" not in page.locator("main").inner_text()


def test_everything_works_without_scripts_on_a_phone(sign_in: SignIn) -> None:
    page = sign_in("kaya", viewport=PHONE, scripts=False)
    page.locator("header details.menu-phone summary").click()
    page.locator(".menu-panel").get_by_role("link", name="Ausblick").click()
    expect(page.locator("h1")).to_have_text("Wissensrisiko")
    page.locator("ol.quarters a").nth(5).click()
    expect(page.locator('ol.quarters a[aria-current="true"]')).to_have_attribute("id", "quarter-5")


def test_dialogs_and_menus_close_with_escape_and_return_the_focus(sign_in: SignIn) -> None:
    page = sign_in("kaya")
    page.goto("/aufgaben/")
    chip = page.locator("details.chip-menu summary").first
    tab_to(page, chip)
    page.keyboard.press("Enter")
    expect(page.locator("details.chip-menu[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("details.chip-menu[open]")).to_have_count(0)
    assert chip.evaluate("element => element === document.activeElement")


def test_switching_the_house_switches_data_and_roles(sign_in: SignIn) -> None:
    page = sign_in("thielking")
    expect(page.locator("header .house-name")).to_contain_text("Weserbogen")
    page.locator("details.account summary").click()
    page.locator("details.account").get_by_role("button", name=re.compile("Auental")).click()
    expect(page.locator("header .house-name")).to_contain_text("Auental")


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_board_in_dark_and_forced_colours(
    sign_in: SignIn, axe: Callable[[Page], list[str]], scheme: str
) -> None:
    page = sign_in("kaya")
    page.emulate_media(color_scheme=scheme, forced_colors="active" if scheme == "light" else "none")
    page.goto("/ausblick/wissensrisiko/")
    assert axe(page) == []
