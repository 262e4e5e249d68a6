"""The whole register as a file: of the own organisation only, and a look at those in it."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from uuid import uuid4

from django.urls import reverse

from staffelstab.core.models import Look
from staffelstab.identity.enums import Role
from tests.factories.workforce import HoldingFactory, PersonFactory, TaskFactory
from tests.world import World


def sheets(response: Any) -> dict[str, str]:
    """File name → text of a zip of CSV files."""
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


def test_register_export_holds_the_own_register_only(world: World, client_as: Any) -> None:
    with world.inside():
        HoldingFactory(person=PersonFactory(last_name="Kaya"))
        TaskFactory(title="Wohngeld bewilligen")
    with world.inside(organisation_id=world.stranger_id):
        TaskFactory(title="Hundesteuer erheben")
    answer = client_as(Role.KNOWLEDGE_MANAGER).get(reverse("workforce:register_export"), {"format": "csv"})
    found = sheets(answer)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    assert ("Kaya" in found["Personen.csv"], "Wohngeld bewilligen" in found["Aufgaben.csv"]) == (True, True)
    assert "Hundesteuer" not in "".join(found.values())


def test_register_export_is_a_workbook_by_default(world: World, client_as: Any) -> None:
    answer = client_as(Role.PERSONNEL).get(reverse("workforce:register_export"))
    assert (answer.status_code, answer.content[:2]) == (200, b"PK")
    assert "attachment" in answer.headers["Content-Disposition"]


def test_register_export_is_a_look_at_everybody_with_an_account(world: World, client_as: Any) -> None:
    account = uuid4()
    with world.inside():
        PersonFactory(account_id=account)
    client_as(Role.KNOWLEDGE_MANAGER).get(reverse("workforce:register_export"))
    with world.inside():
        assert list(Look.objects.values_list("subject_id", "what")) == [
            (account, "workforce.register_export")
        ]


def test_register_export_is_not_for_line_managers(world: World, client_as: Any) -> None:
    assert client_as(Role.LINE_MANAGER).get(reverse("workforce:register_export")).status_code == 404
