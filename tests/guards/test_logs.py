"""The log says what happened and where, never to whom or with which values."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as configuration
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from pytest_django import Settings

from staffelstab.core.logs import JsonFormatter
from staffelstab.identity.enums import Role
from staffelstab.workforce.enums import ImportState
from staffelstab.workforce.models import Import
from staffelstab.workforce.services.imports import runs
from tests.guards import rows
from tests.strict_client import StrictClient
from tests.world import NOW, World

SECRET = "geheimnis"
"""Part of every personal value the tests send in."""


@pytest.fixture
def log() -> Iterator[Callable[[], list[str]]]:
    """The lines an installation would write, at the most talkative level."""
    lines: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler, root = Collector(), logging.getLogger()
    handler.setFormatter(JsonFormatter())
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: lines
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture(autouse=True)
def probes(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.guards.probe_urls"


def leaking(lines: list[str]) -> list[str]:
    return [line for line in lines if SECRET in line.lower()]


def test_failed_login_leaves_no_address_and_no_password(
    world: World, client: StrictClient, log: Callable[[], list[str]]
) -> None:
    for address in (f"{SECRET}@musterstadt.example", world.accounts[Role.EMPLOYEE].email):
        client.post("/konto/anmelden/", {"login": address, "password": f"{SECRET} kennwort"})
    assert leaking(log()) == []
    assert [line for line in log() if world.accounts[Role.EMPLOYEE].email in line] == []


def test_password_reset_leaves_no_address(
    world: World, client: StrictClient, log: Callable[[], list[str]]
) -> None:
    client.post("/konto/kennwort-vergessen/", {"email": f"{SECRET}@musterstadt.example"})
    client.get("/konto/kennwort-vergessen/1-geheimnis/")
    assert leaking(log()) == []


def test_query_strings_are_not_logged(client_as: Any, log: Callable[[], list[str]]) -> None:
    client_as(Role.KNOWLEDGE_MANAGER).get("/gibt-es-nicht/", {"q": SECRET})
    assert leaking(log()) == []
    assert [json.loads(line)["message"] for line in log() if "gibt-es-nicht" in line] == [
        "Not Found: /gibt-es-nicht/"
    ]


def test_crash_is_logged_without_the_values_of_the_statement(
    client_as: Any, log: Callable[[], list[str]]
) -> None:
    client = client_as(Role.KNOWLEDGE_MANAGER)
    client.raise_request_exception = False
    client.post("/probe/write-then-fail/")
    [line] = [json.loads(line) for line in log() if "Internal Server Error" in line]
    assert leaking(log()) == []
    assert (line["exception"], line["message"], line["at"][-1].split(":")[0]) == (
        "IntegrityError",
        "Internal Server Error: /probe/write-then-fail/",
        "execute",
    )


def test_outage_is_logged_without_the_connection_string(client_as: Any, log: Callable[[], list[str]]) -> None:
    client_as(Role.KNOWLEDGE_MANAGER).get("/probe/lose-database/")
    assert [line for line in log() if "secret@db.example" in line] == []
    assert [json.loads(line)["exception"] for line in log() if "not available" in line] == [
        "OperationalError"
    ]


def test_violated_rule_is_logged_without_its_values(world: World, log: Callable[[], list[str]]) -> None:
    with world.inside():
        first = rows.unit()
        try:
            with transaction.atomic():
                type(first).objects.filter(pk=rows.unit().pk).update(code=first.code, name=SECRET)
        except IntegrityError:
            logging.getLogger("staffelstab.guard").exception("rule violated")
    assert first.code not in "".join(log())
    assert leaking(log()) == []


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04geheimnis", b"Personalnummer;Nachname\n1;Geheimnis\n"])
def test_failed_import_leaves_no_value_and_no_file_name(
    world: World, log: Callable[[], list[str]], content: bytes
) -> None:
    with world.inside():
        batch = rows.upload()
        batch.file_name = f"{SECRET}.csv"
        batch.stored_as = default_storage.save(f"imports/{SECRET}", ContentFile(content))
        batch.save()
    runs.check(organisation_id=world.organisation.pk, import_id=batch.pk, now=NOW)
    with world.inside():
        assert Import.objects.get(pk=batch.pk).state in {ImportState.REJECTED, ImportState.FAILED}
    assert leaking(log()) == []


def test_every_line_of_an_installation_is_formatted_so() -> None:
    used = {name: handler["formatter"] for name, handler in configuration.LOGGING["handlers"].items()}
    assert used == {"stderr": "json"}
    assert configuration.LOGGING["formatters"] == {"json": {"()": "staffelstab.core.logs.JsonFormatter"}}
