"""Two windows of one session in two organisations."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, SignIn

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("browser")]

EDIT = "/verwaltung/organisation/bearbeiten/"
NAME = 'main input[name="name"]'
SHORT = 'main input[name="short_name"]'
SAVE = "main form.form button.kern-btn--primary"


def enter(page: Page) -> None:
    """A session of its own, in the first of the account's organisations."""
    page.goto("/demo/")
    page.locator('form[action="/demo/anmelden/thielking/"] button').click()
    page.wait_for_url("**/")


def switch(page: Page, to: str) -> None:
    """Switch in a second window of the same session."""
    other = page.context.new_page()
    other.goto("/verwaltung/organisation/waehlen/")
    other.locator("main").get_by_role("button", name=to).click()
    other.wait_for_url("**/")
    other.close()


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_form_of_the_older_window_goes_to_its_own_house(
    sign_in: SignIn, axe: Callable[[Page], list[str]], viewport: dict[str, int] | None
) -> None:
    page = sign_in(viewport=viewport)
    enter(page)
    switch(page, "Stadt Brückenfeld")
    page.goto(EDIT)
    before = page.input_value(SHORT)
    page.fill(SHORT, "Brückenfeld an der Weser")
    switch(page, "Gemeinde Auental")
    page.locator(SAVE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile("Dieses Formular gehört zu Stadt Brückenfeld")
    )
    assert axe(page) == []
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    page.get_by_text("Ihre Texte zum Kopieren").click()
    expect(page.locator("main textarea").first).to_have_value("Brückenfeld an der Weser")
    page.get_by_role("button", name="Dorthin wechseln und absenden").click()
    page.wait_for_url("**/verwaltung/organisation/")
    expect(page.locator("main h1")).to_have_text("Stadt Brückenfeld")
    expect(page.locator("main")).to_contain_text("Brückenfeld an der Weser")
    switch(page, "Gemeinde Auental")
    page.goto("/verwaltung/organisation/")
    expect(page.locator("main")).not_to_contain_text("Brückenfeld an der Weser")
    switch(page, "Stadt Brückenfeld")
    page.goto(EDIT)
    page.fill(SHORT, before)
    page.locator(SAVE).click()
    page.wait_for_url("**/verwaltung/organisation/")


def test_going_back_does_not_fill_the_form_of_another_house(sign_in: SignIn) -> None:
    page = sign_in()
    enter(page)
    switch(page, "Stadt Brückenfeld")
    page.goto(EDIT)
    page.fill(NAME, "Stadt Brückenfeld-Nord")
    switch(page, "Gemeinde Auental")
    page.locator(SAVE).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nichts gespeichert")
    page.go_back()
    expect(page.locator(NAME)).to_have_value("Gemeinde Auental")
