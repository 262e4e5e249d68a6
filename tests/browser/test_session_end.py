"""What is left in the browser at the end of a session, and what an open page does when nobody uses it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, SignIn

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("browser")]

ASIDE = re.compile(r"/konto/anmelden/")
NEW = "/aufgaben/neu/"
TITLE = 'main input[name="title"]'


def enter(page: Page, persona: str = "sobotta") -> None:
    """A session of its own: the stored ones of other tests must not end here."""
    page.goto("/demo/")
    page.locator(f'form[action="/demo/anmelden/{persona}/"] button').click()
    page.wait_for_url("**/")


def test_nothing_is_shown_after_signing_out(sign_in: SignIn) -> None:
    page = sign_in()
    enter(page)
    page.goto("/aufgaben/")
    page.goto("/konto/sitzungen/")
    page.locator("details.account summary").click()
    page.locator('details.account form[action="/konto/abmelden/"] button').click()
    page.wait_for_url(ASIDE)
    for _step in range(2):
        page.go_back()
        expect(page).to_have_url(ASIDE)
        expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()


def test_nothing_is_stored_in_the_browser(sign_in: SignIn) -> None:
    page = sign_in()
    enter(page)
    for path in ("/aufgaben/", "/aufgaben/?q=wohn", "/konto/sitzungen/"):
        page.goto(path)
    page.locator("[data-theme-switch]").click()
    databases = "async () => (await indexedDB.databases()).length + (await caches.keys()).length"
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert page.evaluate(databases) == 0
    cookies = {str(cookie["name"]) for cookie in page.context.cookies()}
    assert cookies == {"csrftoken", "sessionid", "staffelstab_theme"}


def test_typed_text_survives_the_back_button(sign_in: SignIn) -> None:
    page = sign_in("kaya")
    page.goto(NEW)
    page.fill(TITLE, "Stauwehr bedienen")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/hilfe/")
    page.go_back()
    expect(page.locator(TITLE)).to_have_value("Stauwehr bedienen")


def test_page_nobody_uses_gives_way_to_the_sign_in(sign_in: SignIn) -> None:
    page = sign_in()
    page.clock.install()
    enter(page)
    page.goto("/aufgaben/")
    page.context.clear_cookies()
    page.clock.fast_forward("02:01:00")
    expect(page).to_have_url(re.compile(r"/konto/anmelden/\?next=/aufgaben/"))


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_end_is_announced_and_can_be_put_off(
    sign_in: SignIn, axe: Callable[[Page], list[str]], viewport: dict[str, int] | None
) -> None:
    page = sign_in("kaya", viewport=viewport)
    page.clock.install()
    page.goto("/aufgaben/")
    page.clock.fast_forward("01:49:00")
    expect(page.locator("#session-end")).to_be_hidden()
    page.clock.fast_forward("02:00")
    expect(page.get_by_role("heading", name="Sind Sie noch da?")).to_be_visible()
    assert axe(page) == []
    with page.expect_response("**/verwaltung/sitzung/"):
        page.get_by_role("button", name="Angemeldet bleiben").click()
    expect(page.locator("#session-end")).to_be_hidden()
    page.clock.fast_forward("01:00:00")
    expect(page.locator("#session-end")).to_be_hidden()


def test_typing_keeps_the_session(sign_in: SignIn) -> None:
    page = sign_in("kaya")
    page.clock.install()
    page.goto(NEW)
    page.clock.fast_forward("06:00")
    with page.expect_response("**/verwaltung/sitzung/"):
        page.locator(TITLE).press_sequentially("S")


def test_typed_text_is_saved_after_signing_in_again(sign_in: SignIn) -> None:
    page = sign_in()
    page.clock.install()
    enter(page, "kaya")
    page.goto(NEW)
    page.fill(TITLE, "Wehr an der Mühle bedienen")
    page.context.clear_cookies()
    page.clock.fast_forward("02:01:00")
    expect(page.get_by_role("heading", name="Sie sind nicht mehr angemeldet")).to_be_visible()
    expect(page.get_by_role("link", name="In neuem Fenster anmelden")).to_be_visible()
    other = page.context.new_page()
    enter(other, "kaya")
    other.close()
    expect(page.locator("#session-end")).to_be_hidden()
    expect(page.locator(TITLE)).to_have_value("Wehr an der Mühle bedienen")
    # The form goes out with the token of the new session.
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        page.locator("main form[method=post] button[type=submit]").last.click()
    assert sent.value.status in {302, 422}
