"""Pages on paper: nothing is cut off, each sheet says what it is, and what cannot be pressed is not printed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SignIn

# One worker runs all browser tests: they share one server.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

BOARD = "/ausblick/wissensrisiko/?kritikalitaet=5"
TABLES = [
    BOARD,
    "/aufgaben/",
    "/ausblick/altersstruktur/",
    "/ausblick/massnahmen/",
    "/aufgaben/stellen/",
    "/aufgaben/personen/",
]
PAPER = 210 - 2 * 14
"""Width of the text on A4 in millimetres, as print.css has it."""


def sheets(page: Page, folder: Path) -> list[str]:
    """The text of each printed sheet, laid out as on the sheet."""
    poppler = shutil.which("pdftotext")
    assert poppler, "pdftotext is missing: apt-get install poppler-utils"
    path = folder / "seite.pdf"
    page.pdf(path=path, format="A4", prefer_css_page_size=True)
    done = subprocess.run(
        [poppler, "-layout", str(path), "-"], check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout.rstrip("\f").split("\f")


@pytest.mark.parametrize("address", TABLES)
def test_tables_end_within_the_sheet(sign_in: SignIn, address: str) -> None:
    page = sign_in("kaya", viewport={"width": round(PAPER / 25.4 * 96), "height": 1000})
    page.goto(address)
    page.emulate_media(media="print")
    beyond = page.evaluate(
        """() => [...document.querySelectorAll("main :is(th, td)")].filter((cell) => {
            const edge = cell.getBoundingClientRect().right;
            const frames = [cell.closest("main"), cell.closest(".card, .table-frame")].filter(Boolean);
            return frames.some((frame) => edge > frame.getBoundingClientRect().right + 1);
        }).map((cell) => cell.textContent)"""
    )
    assert beyond == []


def test_board_on_paper_has_all_columns_on_every_sheet(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("kaya")
    page.goto(BOARD)
    rows = page.locator("#liste tbody tr")
    last = rows.last.locator("th, td").all_inner_texts()
    assert len(last) == 6
    text = sheets(page, tmp_path)
    for number, sheet in enumerate(text, start=1):
        head, *_lines, foot = sheet.strip().splitlines()
        assert re.split(r"\s{2,}", head.strip())[:2] == ["Stadt Brückenfeld", "Wissensrisiko"]
        assert foot.replace(" ", "") == f"{number}/{len(text)}"
    tables = [sheet for sheet in text if "Organisationseinheit" in sheet]
    assert all("Restrisiko" in sheet.partition("Organisationseinheit")[2] for sheet in tables)
    # the rest risk of the last task stands at the end of its line
    title, figure = last[0].split()[0], last[-1].split()[-1]
    line = next(line for line in reversed(tables[-1].splitlines()) if title in line)
    assert line.split()[-1] == figure
    everything = "\n".join(text)
    for control in (
        "Als Tabelle",
        "Zur Aufgabe",
        "Personen anzeigen",
        "XLSX",
        "So wird gerechnet",
        "Nächste Seite",
    ):
        assert control not in everything
    assert re.search(r"Kritikalität:\s+ab 5", everything)  # a filter that holds is said, others are not
    assert "Szenario" not in everything
