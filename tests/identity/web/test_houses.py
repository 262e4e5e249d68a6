"""Forms of an older window: never written into another organisation than the one they were drawn in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile

from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.models import Membership, Organisation, RoleGrant
from staffelstab.workforce.models import Unit
from tests.factories.identity import seat
from tests.factories.workforce import UnitFactory
from tests.strict_client import StrictClient, check_page
from tests.world import NOW, World

ClientAs = Callable[[str], StrictClient]
SWITCH = "/verwaltung/organisation/wechseln/"
EDIT = "/verwaltung/organisation/bearbeiten/"


def fields_of(client: StrictClient, address: str, action: str = "") -> dict[str, Any]:
    """What a browser would send of the form with this action: the page's own one is `` ``."""
    return fields_in(client.get(address).content.decode(), action)


def fields_in(html: str, action: str = "") -> dict[str, Any]:
    """The filled fields of the first form with this action."""
    page = BeautifulSoup(html, "html.parser")
    main = page.find("main") or page
    form = next(each for each in main.find_all("form", method="post") if each.get("action", "") == action)
    sent: dict[str, Any] = {}
    for field in form.find_all(["input", "textarea"]):
        if field.get("type") in {"checkbox", "radio"} and not field.has_attr("checked"):
            continue
        if field.get("name") and field.get("type") not in {"file", "submit"}:
            sent.setdefault(field["name"], []).append(field.get("value", field.get_text()))
    for field in form.find_all("select"):
        chosen = field.find("option", selected=True) or field.find("option")
        sent[field["name"]] = [chosen["value"]]
    return sent


@pytest.fixture
def two_seats(world: World, client_as: ClientAs) -> StrictClient:
    """An administrator of two houses, acting in the first."""
    seat(world.accounts["administrator"], world.neighbour_id, "administrator")
    client = client_as("administrator")
    client.post(SWITCH, {"organisation": str(world.organisation.pk)})
    return client


def switch(client: StrictClient, organisation_id: object) -> None:
    """Switch as a second window does."""
    assert client.post(SWITCH, {"organisation": str(organisation_id)}).status_code == 302


def name_of(organisation_id: Any) -> str:
    with activate(TenancyContext(organisation_id)):
        return Organisation.objects.get(pk=organisation_id).name


def test_form_of_an_older_window_is_written_into_no_house(world: World, two_seats: StrictClient) -> None:
    form = fields_of(two_seats, EDIT) | {"name": "Stadt Neustadt"}
    switch(two_seats, world.neighbour_id)
    answer = two_seats.post(EDIT, form)
    assert answer.status_code == 409
    page = BeautifulSoup(answer.content.decode(), "html.parser")
    assert page.h1 is not None
    assert page.h1.get_text(strip=True) == "Nichts gespeichert: Dieses Formular gehört zu Stadt Musterstadt"
    assert "Sie handeln jetzt in Gemeinde Nebenau" in page.get_text()
    assert (name_of(world.organisation.pk), name_of(world.neighbour_id)) == (
        "Stadt Musterstadt",
        "Gemeinde Nebenau",
    )


def test_form_of_an_older_window_can_be_sent_to_its_own_house(world: World, two_seats: StrictClient) -> None:
    form = fields_of(two_seats, EDIT) | {"name": "Stadt Neustadt"}
    switch(two_seats, world.neighbour_id)
    refused = two_seats.post(EDIT, form)
    again = fields_in(refused.content.decode(), EDIT)
    kept = ("_house", "_switch", "csrfmiddlewaretoken")
    assert {key: value for key, value in again.items() if key not in kept} == {
        key: value if isinstance(value, list) else [value] for key, value in form.items() if key not in kept
    }
    moved = two_seats.post(EDIT, again)
    # The browser keeps method and fields of a 307.
    assert (moved.status_code, moved.url) == (307, EDIT)
    assert two_seats.post(EDIT, again).status_code == 302
    assert name_of(world.organisation.pk) == "Stadt Neustadt"
    assert name_of(world.neighbour_id) == "Gemeinde Nebenau"
    assert "<h1>Stadt Neustadt</h1>" in two_seats.get("/verwaltung/organisation/").content.decode()


def test_form_of_an_older_window_is_kept_whole(world: World, two_seats: StrictClient) -> None:
    with world.inside():
        unit = UnitFactory(code="12", name="Hauptamt")
    address = f"/aufgaben/einheiten/{unit.pk}/bearbeiten/"
    client = two_seats
    with world.inside():
        RoleGrant.objects.create(
            organisation_id=world.organisation.pk,
            account=world.accounts["administrator"],
            role="knowledge_manager",
        )
    form = fields_of(client, address)
    form |= {"name": "Amt für die innere Verwaltung & Organisation"}
    switch(client, world.neighbour_id)
    refused = client.post(address, form).content.decode()
    again = fields_in(refused, address)
    assert (again["code"], again["name"]) == (["12"], ["Amt für die innere Verwaltung & Organisation"])
    shown = BeautifulSoup(refused, "html.parser").find_all("textarea")
    assert "Amt für die innere Verwaltung & Organisation" in [each.get_text() for each in shown]
    assert client.post(address, again, follow=False).status_code == 307
    assert client.post(address, again).status_code == 302
    with world.inside():
        assert Unit.objects.get(pk=unit.pk).name == "Amt für die innere Verwaltung & Organisation"


def test_form_is_not_written_elsewhere_when_its_seat_has_ended(world: World, two_seats: StrictClient) -> None:
    form = fields_of(two_seats, EDIT) | {"name": "Stadt Neustadt"}
    account = world.accounts["administrator"]
    with world.inside():
        Membership.objects.filter(account=account).update(until=NOW.date().replace(day=1), since="2020-01-01")
    answer = two_seats.post(EDIT, form)
    assert answer.status_code == 409
    text = str(BeautifulSoup(answer.content.decode(), "html.parser").main)
    assert "gehört zu einer Organisation, in der Sie nicht mehr handeln" in text
    # Whose it was is no longer this account's business, and nothing offers to go there.
    assert "Stadt Musterstadt" not in text
    assert 'name="_switch"' not in text
    assert name_of(world.neighbour_id) == "Gemeinde Nebenau"


def test_what_names_no_house_is_not_written_elsewhere_when_the_seat_has_ended(
    world: World, two_seats: StrictClient
) -> None:
    sent = {key: value for key, value in fields_of(two_seats, EDIT).items() if key != "_house"}
    account = world.accounts["administrator"]
    with world.inside():
        Membership.objects.filter(account=account).update(until=NOW.date().replace(day=1), since="2020-01-01")
    assert two_seats.post(EDIT, sent | {"name": "Stadt Neustadt"}).status_code == 409
    assert name_of(world.neighbour_id) == "Gemeinde Nebenau"


def test_names_of_foreign_houses_are_not_told(world: World, two_seats: StrictClient) -> None:
    answer = two_seats.post(EDIT, {"name": "x", "_house": str(world.stranger_id)})
    assert answer.status_code == 409
    assert "Fernwald" not in answer.content.decode()
    answer = two_seats.post(EDIT, {"name": "x", "_switch": str(world.stranger_id)})
    assert answer.status_code == 409
    assert "Fernwald" not in answer.content.decode()
    assert name_of(world.stranger_id) == "Gemeinde Fernwald"


def test_files_of_an_older_window_are_to_be_chosen_again(world: World, two_seats: StrictClient) -> None:
    form = fields_of(two_seats, "/verwaltung/organisation/logo/")
    switch(two_seats, world.neighbour_id)
    answer = two_seats.post(
        "/verwaltung/organisation/logo/", form | {"logo": SimpleUploadedFile("a.png", b"\x89PNG")}
    )
    assert answer.status_code == 409
    assert fields_in(answer.content.decode(), SWITCH)["organisation"] == [str(world.organisation.pk)]
    assert "wählen Sie die Datei noch einmal" in answer.content.decode()


def test_switching_and_leaving_work_from_every_window(world: World, two_seats: StrictClient) -> None:
    older = {"_house": str(world.organisation.pk)}
    switch(two_seats, world.neighbour_id)
    chosen = two_seats.post(SWITCH, older | {"organisation": str(world.organisation.pk)})
    assert (chosen.status_code, chosen.url) == (302, "/")
    switch(two_seats, world.neighbour_id)
    assert two_seats.post("/sprache/", older | {"language": "en", "next": "/"}).status_code == 302
    assert two_seats.post("/konto/abmelden/", older).status_code == 302
    assert two_seats.get("/").status_code == 302


def test_htmx_names_the_house_of_its_page(world: World, two_seats: StrictClient) -> None:
    body = BeautifulSoup(two_seats.get("/").content.decode(), "html.parser").body
    assert body is not None
    assert json.loads(str(body["hx-headers:inherited"]))["X-House"] == str(world.organisation.pk)
    switch(two_seats, world.neighbour_id)
    answer = two_seats.post(
        EDIT, {"name": "x"}, headers={"HX-Request": "true", "X-House": str(world.organisation.pk)}
    )
    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reswap"]) == (409, "#content", "afterbegin")
    assert "<html" not in answer.content.decode()
    answer = two_seats.post(
        EDIT, {"name": "x"}, headers={"Accept": "application/json", "X-House": str(world.organisation.pk)}
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:staffelstab:identity.other_house")


def test_two_houses_in_one_request_are_refused(world: World, two_seats: StrictClient) -> None:
    answer = two_seats.post(
        EDIT,
        {"name": "x", "_house": str(world.organisation.pk)},
        headers={"X-House": str(world.neighbour_id)},
    )
    assert answer.status_code == 409


def test_kept_pages_name_the_house_of_their_reader(world: World, two_seats: StrictClient) -> None:
    def houses() -> set[str]:
        page = BeautifulSoup(two_seats.get("/").content.decode(), "html.parser")
        return {str(each["value"]) for each in page.find_all("input", attrs={"name": "_house"})}

    assert (houses(), houses()) == ({str(world.organisation.pk)}, {str(world.organisation.pk)})
    switch(two_seats, world.neighbour_id)
    assert (houses(), houses()) == ({str(world.neighbour_id)}, {str(world.neighbour_id)})


def test_guard_sees_a_form_without_its_house(two_seats: StrictClient) -> None:
    answer = two_seats.get("/verwaltung/organisation/waehlen/")
    answer.content = answer.content.replace(b'name="_house"', b'name="_other"')
    with pytest.raises(AssertionError, match="every form names its house"):
        check_page(answer, fragment=False)
