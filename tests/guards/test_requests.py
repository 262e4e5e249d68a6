"""One transaction per request: safe methods cannot write, refusals leave nothing behind, forms need their token."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from staffelstab.core.errors import WriteInSafeRequest
from staffelstab.core.models import Look, OutboxEvent
from staffelstab.identity.enums import Role
from staffelstab.workforce.models import Unit
from tests.strict_client import StrictClient
from tests.world import World


@pytest.fixture(autouse=True)
def probes(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.guards.probe_urls"


@pytest.fixture
def visitor(client_as: Any) -> StrictClient:
    client: StrictClient = client_as(Role.KNOWLEDGE_MANAGER)
    return client


def units(world: World) -> int:
    with world.inside():
        return Unit.objects.count()


@pytest.mark.parametrize("path", ["/probe/write/", "/probe/write-below/"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_safe_request_that_writes_is_an_error(
    world: World, visitor: StrictClient, path: str, method: str
) -> None:
    with pytest.raises(WriteInSafeRequest):
        getattr(visitor, method)(path)
    assert units(world) == 0


def test_post_may_write(world: World, visitor: StrictClient) -> None:
    assert visitor.post("/probe/write/").status_code == 200
    assert units(world) == 1


def test_refusal_after_a_write_leaves_nothing(world: World, visitor: StrictClient) -> None:
    assert visitor.post("/probe/write-then-refuse/").status_code == 409
    assert units(world) == 0
    with world.inside():
        assert OutboxEvent.objects.count() == 0


def test_crash_after_a_write_leaves_nothing(world: World, visitor: StrictClient) -> None:
    visitor.raise_request_exception = False
    assert visitor.post("/probe/write-then-fail/").status_code == 500
    assert units(world) == 0


def test_refusal_is_a_problem_document_for_programs(visitor: StrictClient) -> None:
    answer = visitor.post("/probe/write-then-refuse/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.headers["Content-Type"], answer.json()["type"]) == (
        409,
        "application/problem+json",
        "urn:staffelstab:core.stale",
    )


@pytest.mark.parametrize("path", ["/probe/write/", "/sprache/", "/konto/anmelden/"])
def test_form_without_its_token_gets_a_page(world: World, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.accounts[Role.KNOWLEDGE_MANAGER])
    answer = client.post(path, {"sprache": "en"})
    assert answer.status_code == 403
    assert "Dieses Formular ist abgelaufen" in answer.content.decode()
    assert units(world) == 0


def test_lost_database_gives_a_plain_page(visitor: StrictClient) -> None:
    answer = visitor.get("/probe/lose-database/")
    assert answer.status_code == 503
    assert "secret" not in answer.content.decode()


def test_looks_at_others_are_logged_and_at_oneself_not(world: World, visitor: StrictClient) -> None:
    other = uuid4()
    visitor.get("/probe/look/", {"person": [str(other), str(other)]})
    with world.inside():
        found = list(Look.objects.values_list("account_id", "subject_id", "what"))
    assert found == [(world.accounts[Role.KNOWLEDGE_MANAGER].pk, other, "guard.person")]


@pytest.mark.parametrize(
    ("cookie", "header", "language"),
    [("", "", "de"), ("", "en", "de"), ("en", "de", "en"), ("fr", "", "de"), ("en", "", "en")],
)
def test_language_is_german_unless_chosen(
    db: None, client: StrictClient, cookie: str, header: str, language: str
) -> None:
    if cookie:
        client.cookies["sprache"] = cookie
    answer = client.get("/probe/who/", headers={"Accept-Language": header} if header else {})
    assert answer.headers["Content-Language"] == language


def test_fragments_are_recognised(db: None, client: StrictClient) -> None:
    assert client.get("/probe/who/", headers={"HX-Request": "true"}).content == b"False True"
    assert client.get("/probe/who/").content == b"False False"


def test_anonymous_visitor_signs_in_and_comes_back(db: None, client: StrictClient) -> None:
    answer = client.get("/probe/look/?person=1")
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/konto/anmelden/?next=/probe/look/%3Fperson%3D1",
    )
