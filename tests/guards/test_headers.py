"""What every answer tells the browser to refuse."""

from __future__ import annotations

import re
from typing import Any

import pytest

from staffelstab.identity.enums import Role
from tests.strict_client import StrictClient
from tests.world import PASSWORD, World

PAGES = ["/", "/impressum/", "/suche/", "/gibt-es-nicht/", "/konto/anmelden/", "/gesundheit/"]
POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'nonce-…'",
    "style-src": "'self' 'nonce-…'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "manifest-src": "'self'",
}


def policy(response: Any) -> dict[str, str]:
    """Directive → sources, the nonce left out."""
    header = re.sub(r"'nonce-[^']+'", "'nonce-…'", response.headers["Content-Security-Policy"])
    return dict(part.strip().split(" ", 1) for part in header.split(";") if part.strip())


@pytest.mark.parametrize("path", PAGES)
def test_policy_of_every_page_is_strict(client_as: Any, path: str) -> None:
    # A page that uses no nonce announces none.
    found = policy(client_as(Role.KNOWLEDGE_MANAGER).get(path))
    assert {name: value.replace(" 'nonce-…'", "") for name, value in found.items()} == {
        name: value.replace(" 'nonce-…'", "") for name, value in POLICY.items()
    }


def test_frame_runs_scripts_by_nonce(client_as: Any) -> None:
    client = client_as(Role.KNOWLEDGE_MANAGER)
    first, second = client.get("/"), client.get("/")
    nonces = [
        re.findall(r"'nonce-([^']+)'", page.headers["Content-Security-Policy"]) for page in (first, second)
    ]
    assert nonces[0] != nonces[1]
    inline = re.findall(rb"<script(?![^>]*\bsrc=)[^>]*>", first.content)
    assert [tag for tag in inline if nonces[0][0].encode() not in tag] == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ],
)
def test_every_page_carries_the_header(client_as: Any, path: str, header: str, value: str) -> None:
    assert client_as(Role.KNOWLEDGE_MANAGER).get(path).headers[header] == value


def test_session_cookie_is_out_of_reach_of_scripts(world: World, client: StrictClient) -> None:
    account = world.accounts[Role.EMPLOYEE]
    answer = client.post("/konto/anmelden/", {"login": account.email, "password": PASSWORD})
    cookie = answer.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
