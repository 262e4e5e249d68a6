"""What arrives from outside: names of files, fields nobody asked for, values that come twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.enums import Role
from staffelstab.identity.gateways import mail
from staffelstab.identity.models import Account, Membership, RoleGrant
from staffelstab.workforce.models import Import
from staffelstab.workforce.services.imports import runs
from tests.factories.register import SMALL, with_rows, zip_bytes
from tests.strict_client import StrictClient
from tests.world import NOW, World

UPLOAD = "/aufgaben/importe/neu/"
NASTY = '../../etc/"böse\r\nSet-Cookie: a=b";x=.zip'


def uploaded(world: World, client: StrictClient, name: str, *, missing: bool = False) -> Import:
    """Upload a register through the screen and check it as the worker would; `missing`: with an unknown unit."""
    sheets = with_rows("Stellen", ["50-09", "Sachbearbeitung", "99", ""])
    content = zip_bytes(sheets if missing else SMALL)
    client.post(UPLOAD, {"file": SimpleUploadedFile(name, content, content_type="application/zip")})
    with world.inside():
        key = Import.objects.order_by("-id").values_list("pk", flat=True).first()
    assert key is not None
    runs.check(organisation_id=world.organisation.pk, import_id=key, now=NOW)
    with world.inside():
        return Import.objects.get(pk=key)


def test_stored_files_are_named_by_the_program(world: World, client_as: Any) -> None:
    batch = uploaded(world, client_as(Role.KNOWLEDGE_MANAGER), "../../etc/böse x.zip")
    assert batch.stored_as == f"imports/{world.organisation.pk}/{batch.pk}"
    assert default_storage.exists(batch.stored_as)


def test_stored_files_are_not_served(world: World, client_as: Any) -> None:
    client = client_as(Role.KNOWLEDGE_MANAGER)
    stored = uploaded(world, client, "register.zip").stored_as
    places = [
        f"/{stored}",
        f"/files/{stored}",
        f"/media/{stored}",
        f"/static/{stored}",
        f"/static/../files/{stored}",
    ]
    assert [client.get(place).status_code for place in places] == [404] * len(places)


def test_names_of_downloads_carry_no_signs_of_users(world: World, client_as: Any) -> None:
    client = client_as(Role.KNOWLEDGE_MANAGER)
    batch = uploaded(world, client, "register.zip", missing=True)
    with world.inside():
        Import.objects.filter(pk=batch.pk).update(file_name=NASTY)
    answer = client.get(f"/aufgaben/importe/{batch.pk}/fehler/")
    header = answer.headers.get("Content-Disposition", "")
    assert (answer.status_code, header.count('"'), header.isascii()) == (200, 2, True)
    assert [sign for sign in "/\\\r\n;=" if sign in header.partition('filename="')[2]] == []


@pytest.mark.parametrize("planted", ["Bcc: a@b.example", "\r\nBcc: a@b.example", "Zeile\nZwei"])
def test_line_breaks_in_a_mail_make_no_header(planted: str, mailoutbox: list[Any]) -> None:
    values = {"name": planted, "organisation": planted}
    subject = f"Ihr Zugang {planted}"
    if "\n" in planted:
        with pytest.raises(ValueError, match="linefeed"):
            mail.send("identity/security/mail/reset", "x@y.example", subject=subject, context=values)
        assert mailoutbox == []
        return
    mail.send("identity/security/mail/reset", "x@y.example", subject=subject, context=values)
    assert mailoutbox[0].message()["Bcc"] is None


def test_fields_nobody_asked_for_change_nothing(world: World, client_as: Any) -> None:
    client = client_as(Role.ADMINISTRATOR)
    planted = {
        "is_active": "", "password": "x", "is_superuser": "1", "organisation": str(world.stranger_id),
        "organisation_id": str(world.stranger_id), "id": str(world.accounts[Role.ADVISOR].pk), "source": "haus",
        "closed": "1", "until": "2020-01-01", "account": str(world.accounts[Role.ADVISOR].pk),
    }  # fmt: skip
    wanted = {"email": "neu@musterstadt.example", "display_name": "Nele Neu", "roles": ["advisor"]}
    client.post("/verwaltung/konten/neu/", planted | wanted)
    with world.inside():
        account = Account.objects.get(email="neu@musterstadt.example")
        seat = Membership.objects.get(account=account)
        grants = [(grant.role, grant.source) for grant in RoleGrant.objects.filter(account=account)]
    assert (account.is_active, account.has_usable_password()) == (True, False)
    assert (seat.organisation_id, seat.source, seat.closed, seat.until) == (
        world.organisation.pk,
        "",
        False,
        None,
    )
    assert grants == []


def test_values_of_the_address_do_not_stand_in_for_those_of_a_form(world: World, client_as: Any) -> None:
    client = client_as(Role.EMPLOYEE)
    answer = client.post("/sprache/?language=en", {"next": "/"})
    assert "sprache" not in answer.cookies
    # Twice in the form: one counts, and it is checked.
    answer = client.post("/sprache/", {"language": ["en", "../../de"], "next": "/"})
    assert "sprache" not in answer.cookies
    answer = client.post("/sprache/", {"language": ["xx", "en"], "next": "/"})
    assert answer.cookies["sprache"].value == "en"


def test_encoded_values_are_decoded_once(world: World, client_as: Any) -> None:
    page = client_as(Role.KNOWLEDGE_MANAGER).get("/aufgaben/?q=%2525wehr%253Cb%253E").content.decode()
    assert 'value="%25wehr%3Cb%3E"' in page


@pytest.mark.parametrize(
    "address",
    [
        "/verwaltung/konten/?q=a%00b",
        "/aufgaben/personen/?q=%00",
        "/aufgaben/?after=%00",
        "/suche/?q=%00",
        "/verwaltung/aufbewahrung/a%00b/",
        "/gesundheit/?x=%00",
    ],
)
def test_sign_no_text_of_the_database_holds_is_refused(client_as: Any, address: str) -> None:
    answer = client_as(Role.ADMINISTRATOR).get(address)
    assert answer.status_code == 400
    assert "<h1" in answer.content.decode()


def test_such_a_sign_in_a_form_is_refused_before_it_is_read(client_as: Any) -> None:
    client = client_as(Role.KNOWLEDGE_MANAGER)
    assert client.post("/aufgaben/mehrere/", {"action": "deputy", "query": "q=a\0b"}).status_code == 400


@pytest.mark.usefixtures("world")
def test_no_account_comes_with_the_program() -> None:
    # The world stands on a database that has just been migrated: nobody but its own people is there.
    with activate(TenancyContext()):
        found = {account.email.partition("@")[2] for account in Account.objects.all()}
    assert found == {"musterstadt.example", "nebenau.example", "fernwald.example"}
