"""Each persona of the demo in a real browser: in with one click, own start page, the risk board or not, out again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from staffelstab.portal.domain.demo.personas import PERSONAS, PersonaStory
from tests.browser.conftest import DESKTOP, PHONE, SignIn

# One worker runs all browser tests: they share one server. Each takes a session of its own from door to door.
pytestmark = [pytest.mark.long, pytest.mark.xdist_group("browser")]

SEES_RISKS = frozenset({"line_manager", "knowledge_manager", "personnel", "executive"})
FOR_EVERYBODY = ("Mein Bereich", "Aufgaben & Wissen", "Verwaltung")


def enter(page: Page, slug: str) -> str:
    """One click on the persona's button; returns the name beside it."""
    page.goto("/demo/")
    entry = page.locator(".todo", has=page.locator(f'form[action="/demo/anmelden/{slug}/"]'))
    name = entry.locator("h3 b, h3").first.inner_text().partition(" · ")[0].strip()
    entry.get_by_role("button").click()
    page.wait_for_url("**/")
    return name


def leave(page: Page) -> None:
    """Sign out through the account menu."""
    page.locator(".account > summary").click()
    page.locator(".account").get_by_role("button", name="Abmelden").click()
    page.wait_for_load_state()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.slug)
def test_persona_signs_in_looks_around_and_signs_out(
    sign_in: SignIn, persona: PersonaStory, viewport: dict[str, int]
) -> None:
    # Without a name: a session of its own, which this test may end. The fixture fails on any console error.
    page = sign_in(viewport=viewport)
    name = enter(page, persona.slug)
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("h1")).to_contain_text(name)
    expect(page.locator(".account > summary")).to_have_attribute("aria-label", f"Konto von {name}")
    if viewport == PHONE:
        page.locator(".menu-phone > summary").click()
        rail = page.locator(".menu-panel")
    else:
        rail = page.locator(".rail")
    expect(rail).to_be_visible()
    sections = [text.strip() for text in rail.locator(".rail-section").all_inner_texts()]
    assert [section for section in sections if section in FOR_EVERYBODY] == list(FOR_EVERYBODY)
    sees_risks = not SEES_RISKS.isdisjoint(role for role, _unit in persona.roles)
    response = page.goto("/ausblick/wissensrisiko/")
    assert response is not None
    if sees_risks:
        assert response.status == 200
        assert "Ausblick" in sections
        expect(page.locator("h1")).to_have_text("Wissensrisiko")
        expect(page.locator(".matrix")).to_be_visible()
    else:
        assert response.status == 404
        response = page.goto("/aufgaben/")
        assert response is not None
        assert response.status == 200
        expect(page.locator("h1")).to_have_text("Aufgaben")
    leave(page)
    page.goto("/")
    assert page.url.partition("?")[0].endswith("/konto/anmelden/")
