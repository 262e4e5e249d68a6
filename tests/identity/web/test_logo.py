"""The logo of the organisation, from the upload to the head of the page."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from staffelstab.core.models import AuditEntry
from staffelstab.identity.models import Organisation, OrganisationLogo
from staffelstab.identity.selectors.logos import logo_address
from staffelstab.identity.services import logos
from staffelstab.identity.web.forms import logo as forms
from tests.strict_client import StrictClient
from tests.world import NOW, World

ClientAs = Callable[[str], StrictClient]
EDIT = "/verwaltung/organisation/logo/"


def png(colour: str = "#0b4f6c") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(written, "PNG")
    return written.getvalue()


def upload(data: bytes) -> dict[str, object]:
    return {"picture": SimpleUploadedFile("wappen.png", data, "image/png")}


def test_logo_stands_at_the_head_of_every_page(world: World, client_as: ClientAs) -> None:
    client = client_as("administrator")
    assert 'class="arms arms-letter"' in client.get(EDIT).content.decode()
    assert client.post(EDIT, upload(png())).url == "/verwaltung/organisation/"
    with world.inside():
        digest = OrganisationLogo.objects.get().digest
        entry = AuditEntry.objects.get(action="identity.organisation.changed")
    assert entry.changes == {"logo": [None, digest]}
    address = f"/verwaltung/organisation/logo/{digest}.png"
    for path in ("/", "/aufgaben/", "/verwaltung/organisation/"):
        assert f'<img class="arms" src="{address}"' in client_as("employee").get(path).content.decode()
    shown = client_as("employee").get(address)
    assert (shown["Content-Type"], shown["Cache-Control"]) == (
        "image/png",
        "private, max-age=31536000, immutable",
    )
    with Image.open(io.BytesIO(shown.content)) as again:
        assert again.size == (64, 64)


def test_logo_is_replaced_and_removed(world: World, client_as: ClientAs) -> None:
    client = client_as("administrator")
    client.post(EDIT, upload(png()))
    client.post(EDIT, upload(png("#7a1f3d")))
    client.post(EDIT, upload(png("#7a1f3d")))
    with world.inside():
        assert AuditEntry.objects.filter(action="identity.organisation.changed").count() == 2
        assert logo_address().startswith("data:image/png;base64,")
    assert "Logo entfernen" in client.get(EDIT).content.decode()
    assert client.post(EDIT, {"remove": "1"}).url == "/verwaltung/organisation/"
    with world.inside():
        assert OrganisationLogo.objects.count() == 0
        assert Organisation.objects.get(pk=world.organisation.pk).logo_digest == ""
        assert logo_address() == ""
    assert 'class="arms arms-letter"' in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<svg/>", "Diese Datei ist kein lesbares Bild."),
        (b"x" * (forms.MAX_BYTES + 1), "Diese Datei ist größer als 5 MB."),
        (b"", "leer"),
    ],
)
def test_what_is_no_logo_is_refused(world: World, client_as: ClientAs, data: bytes, sentence: str) -> None:
    response = client_as("administrator").post(EDIT, upload(data))
    assert response.status_code == 422
    assert sentence in response.content.decode()
    with world.inside():
        assert OrganisationLogo.objects.count() == 0


def test_logo_with_too_many_points_is_refused(
    world: World, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("staffelstab.identity.formats.logos.MAX_POINTS", 100)
    response = client_as("administrator").post(EDIT, upload(png()))
    assert "Dieses Bild ist zu groß." in response.content.decode()


def test_logo_of_another_house_is_not_there(world: World, client_as: ClientAs) -> None:
    with world.inside():
        row = logos.set_logo(organisation=world.organisation, data=png(), actor=world.system, now=NOW)
    address = f"{EDIT}{row.digest}.png"
    assert client_as("employee").get(address).status_code == 200
    assert client_as("stranger.employee").get(address).status_code == 404
    assert client_as("employee").get(f"{EDIT}0000.png").status_code == 404
