"""Who gets what at every address: `access_matrix.csv` is the rule, the program has to agree with it."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.urls import reverse

from tests.guards import access, objects, rows
from tests.world import World

PUBLIC = {
    "portal:barrier_report",
    "portal:component_list",
    "portal:demo_login",
    "portal:demo_show",
    "portal:health_show",
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


@pytest.mark.parametrize("column", access.COLUMNS[2:])
def test_every_address_answers_as_the_matrix_says(world: World, column: str) -> None:
    expected = {name: row[column] for name, row in access.read_matrix().items()}
    assert access.observed(world, column) == expected


@pytest.mark.parametrize("column", ["anonymous", *access.ROLES])
def test_whoever_may_not_see_a_screen_cannot_post_to_it(world: World, column: str) -> None:
    client = access.signed_in(world.accounts.get(column))
    matrix = access.read_matrix()
    answers, expected = {}, {}
    for address in access.addresses():
        status = matrix[address.name][column]
        if address.permission in {"", access.NO_ROW} or status not in {"302", "404"}:
            continue
        with world.inside():
            arguments = objects.arguments(address.arguments)
        answers[address.name] = access.observe(client, address, arguments, method="post")
        expected[address.name] = status
    assert answers == expected


def test_not_yours_looks_like_not_there(world: World) -> None:
    client = access.signed_in(access.with_all_roles(world))
    different = []
    for address in access.addresses():
        if not address.names_row or access.read_matrix()[address.name]["stranger"] != "404":
            continue
        with world.inside(organisation_id=world.stranger_id):
            foreign = objects.arguments(address.arguments)
        pages = [
            client.get(reverse(address.name, kwargs=kwargs)).content.decode()
            for kwargs in (foreign, access.absent(foreign))
        ]
        shown = [_without_keys(page, kwargs) for page, kwargs in zip(pages, (foreign, foreign), strict=True)]
        if len(shown[0]) != len(shown[1]):
            different.append(address.name)
    assert different == []


def _without_keys(page: str, arguments: dict[str, Any]) -> str:
    for value in arguments.values():
        page = page.replace(str(value), "")
    return page


@pytest.mark.parametrize("query", [{}, {"q": rows.WORD}])
def test_no_screen_shows_anything_of_a_stranger(world: World, query: dict[str, str]) -> None:
    with world.inside(organisation_id=world.stranger_id):
        for make in rows.ROWS.values():
            make()
    client = access.signed_in(access.with_all_roles(world))
    client.raise_request_exception = False
    secret = rows.mark(world.stranger_id).lower()
    leaking = []
    for address in access.addresses():
        with world.inside():
            arguments = objects.arguments(address.arguments)
        response = client.get(reverse(address.name, kwargs=arguments), query)
        if secret in _text(response).lower():
            leaking.append(address.name)
    assert leaking == []


def _text(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if not body.startswith(b"PK"):
        return body.decode("utf-8", errors="replace")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return "\n".join(archive.read(name).decode("utf-8", errors="replace") for name in archive.namelist())
