"""A report in a real browser: from the empty list to the finished page, without a reload by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, SignIn
from tests.browser.test_screens import overflow

# One worker runs all browser tests: they share one server.
pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.long]


def check(page: Page, axe: Callable[[Page], list[str]]) -> None:
    """Accessible, and nothing sticks out, on a desk and on a phone."""
    for viewport in (DESKTOP, PHONE):
        page.set_viewport_size(viewport)
        assert axe(page) == []
        assert overflow(page) <= 0


def test_report_is_requested_shown_and_deleted(sign_in: SignIn, axe: Callable[[Page], list[str]]) -> None:
    page = sign_in("hoffstede")
    page.goto("/ausblick/berichte/")
    check(page, axe)
    page.goto("/ausblick/berichte/neu/")
    check(page, axe)
    page.get_by_role("button", name="Bericht jetzt erstellen").click()
    # the page asks by itself until the job is done
    expect(page.get_by_role("heading", name="Die höchsten Risiken")).to_be_visible(timeout=90_000)
    assert page.locator("figure.chart").count() == 3
    check(page, axe)
    for kind in ("PDF", "XLSX", "CSV"):
        with page.expect_download() as download:
            page.get_by_role("link", name=kind).click()
        assert download.value.suggested_filename.endswith(f".{kind.lower()}")
    page.get_by_role("link", name="Bericht löschen").click()
    check(page, axe)
    page.get_by_role("button", name="Jetzt löschen").click()
    page.wait_for_url("**/ausblick/berichte/")


def test_release_screen_is_accessible(sign_in: SignIn, axe: Callable[[Page], list[str]]) -> None:
    page = sign_in("hoffstede")
    page.goto("/ausblick/berichte/verbund/")
    check(page, axe)


def test_report_without_scripts_is_reached_by_reloading(sign_in: SignIn) -> None:
    page = sign_in("hoffstede", scripts=False)
    page.goto("/ausblick/berichte/neu/")
    page.locator('select[name="subject"]').select_option(index=1)
    page.get_by_role("button", name="Bericht jetzt erstellen").click()
    for _attempt in range(60):
        if page.get_by_role("heading", name="Die höchsten Risiken").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.get_by_role("heading", name="Die höchsten Risiken")).to_be_visible()
