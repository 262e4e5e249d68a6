"""The data of the organisation."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from staffelstab.core.models import AuditEntry
from staffelstab.identity.models import Organisation
from tests.strict_client import StrictClient
from tests.world import World

ClientAs = Callable[[str], StrictClient]
EDIT = "/verwaltung/organisation/bearbeiten/"
VALUES = {
    "name": "Stadt Neu",
    "short_name": "Neu",
    "kind": "district",
    "ags": "09162000",
    "colour": "#7A1F3D",
    "group_threshold": "10",
}


def test_organisation_edit_saves_and_records(world: World, client_as: ClientAs) -> None:
    client = client_as("administrator")
    assert "Stadt Musterstadt" in client.get(EDIT).content.decode()
    assert client.post(EDIT, VALUES).url == "/verwaltung/organisation/"
    page = client.get("/verwaltung/organisation/").content.decode()
    assert "<h1>Stadt Neu</h1>" in page
    assert "--house:#7a1f3d" in page
    with world.inside():
        entry = AuditEntry.objects.get(action="identity.organisation.changed")
    assert entry.changes["ags"] == ["", "09162000"]
    assert entry.changes["group_threshold"] == [7, 10]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("ags", "123", "Der Schlüssel hat 8 oder 12 Ziffern."),
        ("colour", "#7c7c7c", "Diese Farbe ist zu hell, um auf Weiß lesbar zu sein."),
        ("colour", "#ffcc00", "Diese Farbe ist zu hell, um auf Weiß lesbar zu sein."),
        ("colour", "red;}", "Bitte wählen Sie eine Farbe."),
        ("group_threshold", "4", "größer oder gleich 5"),
        ("group_threshold", "51", "kleiner oder gleich 50"),
        ("name", "", ""),
        ("kind", "empire", ""),
    ],
)
def test_organisation_edit_refuses_and_keeps_what_was_typed(
    world: World, client_as: ClientAs, field: str, value: str, sentence: str
) -> None:
    response = client_as("administrator").post(EDIT, {**VALUES, field: value})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    with world.inside():
        assert Organisation.objects.get(pk=world.organisation.pk).name == "Stadt Musterstadt"


def test_organisation_edit_is_for_administrators(client_as: ClientAs) -> None:
    client = client_as("employee")
    assert client.get("/verwaltung/organisation/").status_code == 200
    assert (client.get(EDIT).status_code, client.post(EDIT, VALUES).status_code) == (404, 404)
