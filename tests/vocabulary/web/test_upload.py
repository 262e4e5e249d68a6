"""Importing a catalogue on the screen."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from staffelstab.identity.enums import Role
from staffelstab.vocabulary.models import Service
from tests.factories.vocabulary import ServiceFactory
from tests.world import World

CREATE = reverse("vocabulary:upload_create")
CSV = "Schlüssel;Bezeichnung;Begriffe\n99008001000000;Personalausweis;Perso\n5;Pass;\n".encode("cp1252")


def send(client: Any, content: bytes = CSV, name: str = "LeiKa.csv", **data: str) -> Any:
    return client.post(CREATE, {"file": SimpleUploadedFile(name, content), "visibility": "house"} | data)


def test_upload_is_shown_before_it_is_applied(client_as: Any, world: World) -> None:
    client = client_as("knowledge_manager")
    assert client.get(CREATE).status_code == 200
    with world.inside():
        ServiceFactory(key="99010001000000", name="Visum", source="LeiKa")
    preview = client.get(send(client, end_missing="on")["Location"])
    text = preview.content.decode()
    for expected in ("Personalausweis", "Visum", "1 Hinweis", "Zeile 3:", "kein Leistungsschlüssel"):
        assert expected in text
    with world.inside():
        assert Service.objects.count() == 1
    applied = client.post(preview.request["PATH_INFO"], follow=True).content.decode()
    assert "Das Verzeichnis wurde aktualisiert: 1 neu, 0 geändert, 1 beendet." in applied
    with world.inside():
        assert list(Service.objects.values_list("name", "ended_on")) != []
        assert Service.objects.get(name="Visum").ended_on is not None
    assert client.post(preview.request["PATH_INFO"]).status_code == 409
    again = client.get(send(client)["Location"]).content.decode()
    assert "Es würde sich nichts ändern." in again


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"\x00\x01", "a.csv", "keine Textdatei"),
        (b"", "a.csv", "leer"),
        (b"a;b\n", "a.csv", "nennt nicht die nötigen Spalten"),
        (CSV, "a.xlsx", "xlsx"),
    ],
)
def test_upload_of_something_else_is_explained(
    client_as: Any, content: bytes, name: str, sentence: str
) -> None:
    response = send(client_as("administrator"), content, name)
    assert response.status_code == 422
    assert sentence in response.content.decode()


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in {Role.KNOWLEDGE_MANAGER, Role.ADMINISTRATOR}]
)
def test_upload_does_not_exist_for_others(client_as: Any, role: Role) -> None:
    client = client_as(role)
    assert client.get(CREATE).status_code == 404
    assert send(client).status_code == 404


def test_upload_of_another_organisation_does_not_exist(client_as: Any) -> None:
    location = send(client_as("knowledge_manager"))["Location"]
    stranger = client_as("neighbour.knowledge_manager")
    assert stranger.get(location).status_code == 404
    assert stranger.post(location).status_code == 404
