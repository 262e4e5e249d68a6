"""The assumptions of an organisation."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from staffelstab.core.models import AuditEntry
from staffelstab.foresight.models import RiskSettings
from tests.world import World

ADDRESS = "/ausblick/annahmen/"
ClientAs = Callable[[str], Client]


def test_settings_edit_shows_the_defaults(client_as: ClientAs) -> None:
    page = BeautifulSoup(client_as("knowledge_manager").get(ADDRESS).content, "html.parser")
    values = [page.select_one(f"input[name={name}]")["value"] for name in ("turnover", "lead_quarters")]
    assert values == ["4", "7"]


def test_settings_edit_does_not_call_the_reason_optional(client_as: ClientAs) -> None:
    page = BeautifulSoup(client_as("knowledge_manager").get(ADDRESS).content, "html.parser")
    assert page.select_one("label[for=id_reason]").get_text(strip=True) == "Begründung"


def test_settings_edit_demands_a_reason_for_a_change(client_as: ClientAs, world: World) -> None:
    response = client_as("knowledge_manager").post(
        ADDRESS, {"turnover": "4,5", "lead_quarters": "7", "reason": " "}
    )
    assert response.status_code == 422
    assert "Bitte begründen Sie die Änderung" in response.content.decode()
    with world.inside():
        assert RiskSettings.objects.count() == 0


def test_settings_edit_saves_and_keeps_the_history(client_as: ClientAs, world: World) -> None:
    client = client_as("knowledge_manager")
    first = {"turnover": "4,5", "lead_quarters": "8", "reason": "Mittel der letzten drei Jahre"}
    assert client.post(ADDRESS, first).status_code == 302
    assert client.post(ADDRESS, first).status_code == 302  # sent twice
    with world.inside():
        row = RiskSettings.objects.get()
        assert (row.turnover, row.lead_quarters, row.reason) == (
            Decimal("0.0450"),
            8,
            "Mittel der letzten drei Jahre",
        )
        assert AuditEntry.objects.filter(action="foresight.settings.changed").count() == 1
    page = BeautifulSoup(client.get(ADDRESS).content, "html.parser")
    assert " ".join(page.select_one(".changes ul").get_text(" ", strip=True).split()) == (
        "Jährliche Fluktuation: vorher 4 % jetzt 4,5 % Vorlauf: vorher 7 Quartale jetzt 8 Quartale "
        "Begründung: jetzt Mittel der letzten drei Jahre"
    )
    assert "4,5 % im Jahr" in client.get("/ausblick/wissensrisiko/").content.decode().replace("\u00a0", " ")


@pytest.mark.parametrize("value", ["-1", "101", "viel", ""])
def test_settings_edit_refuses_impossible_figures(client_as: ClientAs, value: str) -> None:
    response = client_as("knowledge_manager").post(
        ADDRESS, {"turnover": value, "lead_quarters": "7", "reason": "Versuch"}
    )
    assert response.status_code == 422


@pytest.mark.parametrize("role", ["employee", "line_manager", "personnel", "executive", "administrator"])
def test_settings_edit_is_for_knowledge_management(client_as: ClientAs, role: str) -> None:
    assert client_as(role).get(ADDRESS).status_code == 404
