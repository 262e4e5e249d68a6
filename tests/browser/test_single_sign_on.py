"""Signing in and out through a real OpenID Connect provider (Canaille), in a real browser."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, running_demo

with warnings.catch_warnings():
    # What the provider's packages say about each other is not about us.
    warnings.simplefilter("ignore")
    from pytest_iam import Server, iam_configuration, iam_server, iam_server_port

__all__ = ["iam_configuration", "iam_server", "iam_server_port"]

# One worker runs all browser tests. Long: a server, a provider and a browser of their own.
pytestmark = [
    pytest.mark.long,
    pytest.mark.xdist_group("browser"),
    pytest.mark.filterwarnings("ignore"),
]

PASSWORD = "ein Kennwort beim Anbieter"
ADDRESS = "nora.neu@brueckenfeld.example"
PROVIDER = """
[[provider]]
id = "canaille"
name = "Canaille"
issuer = "http://localhost:{port}"
client_id = "staffelstab"
client_secret_env = "STAFFELSTAB_TEST_SECRET"
scopes = ["openid", "profile", "email", "groups"]
organisations = ["brueckenfeld"]
email_domains = ["brueckenfeld.example"]
email_verified = true

[[provider.role]]
value = "wissensmanagement"
role = "knowledge_manager"
"""


@pytest.fixture(scope="module")
def house(chromium: str, iam_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A demo that knows the provider, and the provider knows it."""
    file = tmp_path_factory.mktemp("sso") / "providers.toml"
    file.write_text(PROVIDER.format(port=iam_server.port), encoding="utf-8")
    settings = {"STAFFELSTAB_SIGN_IN_FILE": str(file), "STAFFELSTAB_TEST_SECRET": "ein Geheimnis"}
    with running_demo(**settings) as url:
        client = iam_server.models.Client(
            client_id="staffelstab",
            client_secret="ein Geheimnis",
            client_name="Staffelstab",
            client_uri=url,
            redirect_uris=[f"{url}/konto/anbieter/canaille/zurueck/"],
            post_logout_redirect_uris=[f"{url}/konto/anmelden/"],
            grant_types=["authorization_code"],
            response_types=["code"],
            token_endpoint_auth_method="client_secret_post",
            scope=["openid", "profile", "email", "groups"],
        )
        iam_server.backend.save(client)
        client.audience = [client]
        iam_server.backend.save(client)
        yield url


@pytest.fixture
def person(iam_server: Server) -> Any:
    """Somebody the provider knows, in the group of the knowledge management."""
    user = iam_server.random_user(
        user_name="nora",
        password=PASSWORD,
        emails=[ADDRESS],
        given_name="Nora",
        family_name="Neu",
        formatted_name="Nora Neu",
    )
    group = iam_server.random_group(display_name="wissensmanagement", members=[user])
    yield user
    iam_server.backend.delete(group)
    iam_server.backend.delete(user)


@pytest.fixture
def page(browser: Browser, house: str) -> Iterator[Page]:
    """A page of nobody."""
    context = browser.new_context(viewport=DESKTOP, locale="de-DE", base_url=house)
    yield context.new_page()
    context.close()


def sign_in(page: Page) -> None:
    """From our sign-in page through the provider's back to ours."""
    page.goto("/konto/anmelden/")
    page.get_by_role("button", name="Über Canaille anmelden").click()
    page.wait_for_url("http://localhost:*/**")
    page.locator("input[name=login]").fill("nora")
    page.locator("button[type=submit]").first.click()
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").first.click()


def test_pages_of_signing_in_are_accessible(page: Page, axe: Callable[[Page], list[str]]) -> None:
    for address in (
        "/konto/anmelden/",
        "/konto/anbieter/canaille/",
        "/konto/anbieter/canaille/zurueck/?state=x",
    ):
        page.goto(address)
        assert axe(page) == []


def test_sign_in_through_the_provider_and_out_again(page: Page, house: str, person: Any) -> None:
    sign_in(page)
    page.wait_for_url(f"{house}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nora")
    page.goto("/aufgaben/neu/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Neue Aufgabe")

    page.goto("/konto/abmelden/")
    page.get_by_role("main").get_by_role("button", name="Abmelden").click()
    page.wait_for_url(f"{house}/konto/anmelden/**")
    page.goto("/aufgaben/")
    expect(page).to_have_url(f"{house}/konto/anmelden/?next=/aufgaben/")
    # The provider has signed out, too: it asks again instead of sending somebody straight back.
    page.get_by_role("button", name="Über Canaille anmelden").click()
    expect(page.locator("input[name=login]")).to_be_visible()
