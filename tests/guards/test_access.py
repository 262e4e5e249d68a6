"""Who gets what at every address: `access_matrix.csv` is the rule, the program has to agree with it."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.utils.html import escape

from tests.guards import access, rows
from tests.world import World

PUBLIC = {
    "portal:barrier_report",
    "identity:session_state",
    "portal:component_list",
    "portal:demo_login",
    "portal:demo_show",
    "portal:health_live",
    "portal:health_show",
    "portal:metrics_show",
    "portal:help_show",
    "portal:language_set",
    "portal:legal_accessibility",
    "portal:legal_imprint",
    "portal:legal_plain",
    "portal:legal_privacy",
}
"""Screens open to everybody."""

OF_PACKAGES = {
    "account_change_password",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_set_password",
    "openid_connect_callback",
    "openid_connect_login",
    "openid_connect_logout",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "usersessions_list",
}
"""Views of allauth, which decide for themselves; LoginRequiredMiddleware stands before them."""


def test_matrix_is_complete() -> None:
    assert access.completeness_findings(list(access.addresses()), access.read_matrix()) == []


def test_public_screens_are_exactly_these() -> None:
    assert {address.name for address in access.addresses() if not address.permission} == PUBLIC


def test_every_other_view_names_its_permission() -> None:
    assert {
        address.name for address in access.addresses() if address.permission == access.NO_ROW
    } == OF_PACKAGES


@pytest.mark.slow  # every address of the program
@pytest.mark.parametrize("column", access.COLUMNS[2:])
def test_every_address_answers_as_the_matrix_says(world: World, column: str) -> None:
    expected = {name: row[column] for name, row in access.read_matrix().items()}
    assert access.observed(world, column) == expected


@pytest.mark.slow  # every address of the program
@pytest.mark.parametrize("column", ["anonymous", "homeless", *access.ROLES])
def test_whoever_may_not_see_a_screen_cannot_post_to_it(world: World, column: str) -> None:
    client = access.client_of(world, column)
    matrix = access.read_matrix()
    refusal = "302" if column == "anonymous" else "404"
    answers, expected = {}, {}
    made: dict[str, Any] = {}
    for address in access.addresses():
        status = matrix[address.name][column]
        if address.permission in {"", access.NO_ROW} or status != refusal:
            continue
        with world.inside():
            url = address.at(made)
        posted = access.observe(client, url, method="post")
        # Nothing to post to: the answer to reading decides.
        answers[address.name] = access.observe(client, url) if posted == "405" else posted
        expected[address.name] = status
    assert answers == expected


@pytest.mark.slow  # every address of the program
def test_not_yours_looks_like_not_there(world: World) -> None:
    client = access.signed_in(access.with_all_roles(world))
    different = []
    for address in access.addresses():
        if not address.names_row:
            continue
        with world.inside(organisation_id=world.stranger_id):
            foreign = address.at()
        # The same address with keys that nothing has.
        absent = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", lambda _key: str(uuid4()), foreign)
        pages = [_plain(client.get(url).content.decode(), url) for url in (foreign, absent)]
        if pages[0] != pages[1]:
            different.append(address.name)
    assert different == []


def _plain(page: str, url: str) -> str:
    """The page without its own address and without what is new in every answer."""
    page = page.replace(url, "").replace(escape(url), "").replace(quote(url), "")
    return re.sub(r'(nonce="|csrfmiddlewaretoken" value="|"X-CSRFToken": ")[^"]+', "", page)


@pytest.mark.slow  # every address of the program
@pytest.mark.parametrize("query", [{}, {"q": rows.WORD}])
def test_no_screen_shows_anything_of_a_stranger(world: World, query: dict[str, str]) -> None:
    with world.inside(organisation_id=world.stranger_id):
        for make in rows.ROWS.values():
            make()
    # The one client that checks the markup of every page.
    client = access.signed_in(access.with_all_roles(world), strict=True)
    client.raise_request_exception = False
    secret = rows.mark(world.stranger_id).lower()
    leaking = []
    for address in access.addresses():
        with world.inside():
            url = address.at()
        response = client.get(url, query) if query else client.get(url)
        if secret in _text(response).lower():
            leaking.append(address.name)
    assert leaking == []


def _text(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if not body.startswith(b"PK"):
        return body.decode("utf-8", errors="replace")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return "\n".join(archive.read(name).decode("utf-8", errors="replace") for name in archive.namelist())
