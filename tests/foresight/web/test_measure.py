"""Measures: list, record, change."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable

import openpyxl
import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from staffelstab.core.models import AuditEntry
from staffelstab.foresight.models import Measure
from staffelstab.identity.models import RoleGrant
from tests.factories.foresight import AS_OF, MeasureFactory, SmallHouse, own_statements, small_house
from tests.world import World

LIST = "/ausblick/massnahmen/"
NEW = "/ausblick/massnahmen/neu/"
ClientAs = Callable[[str], Client]
FIELDS = {
    "kind": "deputy",
    "what": "Vertretung anlernen",
    "position": "",
    "due_on": "2027-03-31",
    "state": "planned",
}


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: AS_OF)


@pytest.fixture
def house(world: World) -> SmallHouse:
    with world.inside():
        return small_house()


def page_of(client: Client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def new(house: SmallHouse) -> str:
    return f"{NEW}?aufgabe={house.benefit.pk}&art=deputy"


def prefilled(client: Client, address: str) -> dict[str, str]:
    """The fields of the form as a browser would send them back."""
    page = page_of(client, address)
    sent = {
        tag["name"]: tag.get("value", "") for tag in page.select("main form input") if tag["type"] != "radio"
    }
    sent |= {tag["name"]: tag["value"] for tag in page.select("main form input[checked]")}
    return sent | {
        tag["name"]: tag.select_one("option[selected]")["value"] for tag in page.select("main form select")
    }


def test_measure_create_is_prefilled_by_task_and_kind(client_as: ClientAs, house: SmallHouse) -> None:
    sent = prefilled(client_as("knowledge_manager"), new(house))
    assert (sent["kind"], sent["what"], sent["state"]) == (
        "deputy",
        "Vertretung für „Wohngeldantrag bescheiden“ einarbeiten",
        "planned",
    )
    page = page_of(client_as("knowledge_manager"), new(house))
    assert [option["value"] for option in page.select("datalist option")] == [
        "50-01 Sachbearbeitung",
        "50-03 Sachbearbeitung",
        "50-04 Sachbearbeitung",
    ]


def test_measure_create_twice_records_once(client_as: ClientAs, house: SmallHouse, world: World) -> None:
    client = client_as("knowledge_manager")
    sent = prefilled(client, new(house)) | {"due_on": "2027-03-31", "position": "50-04 Sachbearbeitung"}
    answers = [client.post(new(house), sent) for _time in range(2)]
    assert [(each.status_code, each.headers["Location"]) for each in answers] == [
        (302, f"/ausblick/wissensrisiko/?aufgabe={house.benefit.pk}")
    ] * 2
    with world.inside():
        measure = Measure.objects.select_related("position").get()
        assert (measure.what, measure.position.number, measure.due_on, measure.state) == (
            "Vertretung für „Wohngeldantrag bescheiden“ einarbeiten",
            "50-04",
            dt.date(2027, 3, 31),
            "planned",
        )
        assert list(AuditEntry.objects.filter(object_id=measure.pk).values_list("action", flat=True)) == [
            "foresight.measure.recorded"
        ]


def test_measure_create_keeps_what_was_typed_on_errors(
    client_as: ClientAs, house: SmallHouse, world: World
) -> None:
    response = client_as("knowledge_manager").post(
        new(house), {**FIELDS, "what": "Anlernen", "due_on": "", "position": "99-99"}
    )
    assert response.status_code == 422
    page = BeautifulSoup(response.content, "html.parser")
    assert page.select_one("input[name=what]")["value"] == "Anlernen"
    assert "Eine Stelle „99-99“ gibt es nicht." in page.get_text()
    with world.inside():
        assert Measure.objects.count() == 0


def test_measure_create_on_an_ended_task_says_so(
    client_as: ClientAs, house: SmallHouse, world: World
) -> None:
    with world.inside():
        house.benefit.ended_on = dt.date(2026, 1, 1)
        house.benefit.save()
    response = client_as("knowledge_manager").post(new(house), FIELDS)
    assert response.status_code == 422
    assert "Die Aufgabe „Wohngeldantrag bescheiden“ ist beendet." in response.content.decode()


@pytest.mark.parametrize(
    "address", [NEW, NEW + "?aufgabe=x", NEW + "?aufgabe=01a20199-0000-7000-8000-000000000000"]
)
@pytest.mark.usefixtures("house")
def test_measure_create_needs_a_task(client_as: ClientAs, address: str) -> None:
    assert client_as("knowledge_manager").get(address).status_code == 404


def test_measure_screens_are_closed_to_others(client_as: ClientAs, house: SmallHouse, world: World) -> None:
    with world.inside():
        measure = MeasureFactory(task=house.benefit, what="Nur für dieses Haus")
    edit = f"{LIST}{measure.pk}/"
    seen = {
        name: [client_as(name).get(address).status_code for address in (LIST, new(house), edit)]
        for name in ("employee", "executive", "personnel", "knowledge_manager", "stranger.knowledge_manager")
    }
    assert seen == {
        "employee": [404, 404, 404],
        "executive": [200, 404, 404],
        "personnel": [200, 404, 404],
        "knowledge_manager": [200, 200, 200],
        "stranger.knowledge_manager": [200, 404, 404],
    }
    assert "Nur für dieses Haus" not in client_as("stranger.knowledge_manager").get(LIST).content.decode()


def test_measure_list_of_a_line_manager_ends_at_the_unit(
    client_as: ClientAs, house: SmallHouse, world: World
) -> None:
    with world.inside():
        MeasureFactory(task=house.benefit, what="Im Sozialamt")
        other = MeasureFactory(task=house.accounts, what="In der Kämmerei")
        RoleGrant.objects.filter(account_id=world.accounts["line_manager"].pk, role="line_manager").update(
            unit_id=house.social.pk
        )
    client = client_as("line_manager")
    page = page_of(client, LIST)
    assert [head.get_text(strip=True) for head in page.select("tbody th")] == ["Im Sozialamt"]
    assert client.get(f"{LIST}{other.pk}/").status_code == 404
    assert client.post(f"{NEW}?aufgabe={house.accounts.pk}", FIELDS).status_code == 404


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", ["überfällig", "läuft", "geplant", "fertig", "verworfen"]),
        ("?stand=open", ["überfällig", "läuft", "geplant"]),
        ("?stand=overdue", ["überfällig"]),
        ("?stand=done", ["fertig"]),
        ("?art=page", ["läuft"]),
        ("?q=jahresabschluss", ["läuft"]),
        ("?q=FERTIG", ["fertig"]),
        ("?after=unsinn", ["überfällig", "läuft", "geplant", "fertig", "verworfen"]),
    ],
)
def test_measure_list_filters(
    client_as: ClientAs, house: SmallHouse, world: World, address: str, expected: list[str]
) -> None:
    with world.inside():
        MeasureFactory(task=house.benefit, what="überfällig", due_on=dt.date(2026, 11, 1))
        MeasureFactory(
            task=house.accounts, what="läuft", kind="page", state="running", due_on=dt.date(2026, 12, 1)
        )
        MeasureFactory(task=house.benefit, what="fertig", state="done", due_on=dt.date(2026, 1, 2))
        MeasureFactory(task=house.benefit, what="verworfen", state="dropped", due_on=dt.date(2026, 1, 3))
        MeasureFactory(task=house.benefit, what="geplant", due_on=dt.date(2026, 12, 3))
    page = page_of(client_as("knowledge_manager"), LIST + address)
    assert [head.get_text(strip=True) for head in page.select("tbody th")] == expected


def test_measure_list_as_csv(client_as: ClientAs, house: SmallHouse, world: World) -> None:
    with world.inside():
        MeasureFactory(task=house.benefit, what="=1+1")
    response = client_as("executive").get(LIST + "?format=csv")
    assert response.content.decode("utf-8-sig").splitlines() == [
        "Fällig bis;Stand;Art;Was getan wird;Aufgabe;Schlüssel;Organisationseinheit;Stelle",
        "31.03.2027;geplant;Vertretung einarbeiten;'=1+1;Wohngeldantrag bescheiden;A-1;Wohngeldstelle;",
    ]


def test_measure_list_as_xlsx_holds_days_in_the_order_of_the_list(
    client_as: ClientAs, house: SmallHouse, world: World
) -> None:
    with world.inside():
        MeasureFactory(task=house.benefit, what="fertig", state="done", due_on=dt.date(2026, 1, 2))
        MeasureFactory(task=house.benefit, what="offen")
    response = client_as("executive").get(LIST + "?format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert [(row[0].value.date(), row[3].value) for row in sheet.iter_rows(min_row=2)] == [
        (dt.date(2027, 3, 31), "offen"),
        (dt.date(2026, 1, 2), "fertig"),
    ]


def test_measure_list_pages_from_open_to_closed(client_as: ClientAs, house: SmallHouse, world: World) -> None:
    with world.inside():
        MeasureFactory.create_batch(30, task=house.benefit, what="fertig", state="done")
        MeasureFactory.create_batch(30, task=house.benefit, what="offen", due_on=dt.date(2028, 1, 1))
    client = client_as("knowledge_manager")
    first = page_of(client, LIST)
    second = page_of(client, LIST + first.select_one("a[rel=next]")["href"])
    shown = [head.get_text(strip=True) for page in (first, second) for head in page.select("tbody th")]
    assert shown == ["offen"] * 30 + ["fertig"] * 30


def test_measure_list_offers_planning_to_those_who_may(client_as: ClientAs) -> None:
    buttons = {
        role: [link.get_text(strip=True) for link in page_of(client_as(role), LIST).select(".page-actions a")]
        for role in ("knowledge_manager", "executive")
    }
    assert buttons == {"knowledge_manager": ["Maßnahme planen"], "executive": []}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"due_on": "2026-11-21"}, "21.11.2026"),
        ({"due_on": "2026-11-22"}, ""),
        ({"due_on": "2020-01-01", "state": "running"}, "01.01.2020"),
        ({"due_on": "2020-01-01", "state": "done"}, ""),
    ],
)
def test_measure_of_a_day_that_is_over_is_recorded_with_a_warning(
    client_as: ClientAs, house: SmallHouse, changed: dict[str, str], expected: str
) -> None:
    client = client_as("knowledge_manager")
    answer = client.post(new(house), prefilled(client, new(house)) | changed)
    board = page_of(client, answer.headers["Location"])
    warning = board.select_one(".toast-warning")
    text = warning.p.get_text(strip=True) if warning else ""
    told = f"Der Termin {expected} liegt in der Vergangenheit: Die Maßnahme gilt als überfällig."
    assert text == (told if expected else "")
    assert ("überfällig" in board.select_one("#auswahl .link-list").get_text()) is bool(expected)


@pytest.mark.parametrize("rows", [1, 3])
def test_measure_list_queries(client_as: ClientAs, house: SmallHouse, world: World, rows: int) -> None:
    with world.inside():
        MeasureFactory.create_batch(rows, task=house.benefit)
    client = client_as("knowledge_manager")
    client.get(LIST)
    with CaptureQueriesContext(connection) as captured:
        client.get(LIST)
    assert len(own_statements(captured)) == 2  # count and page


def test_measure_edit_changes_state_and_writes_history(
    client_as: ClientAs, house: SmallHouse, world: World
) -> None:
    with world.inside():
        measure = MeasureFactory(task=house.benefit)
    client, address = client_as("knowledge_manager"), f"{LIST}{measure.pk}/"
    sent = prefilled(client, address)
    assert client.post(address, sent).headers["Location"] == LIST
    with world.inside():
        assert AuditEntry.objects.filter(object_id=measure.pk).count() == 0  # nothing was changed
    assert client.post(address, sent | {"state": "done", "due_on": "2027-06-30"}).status_code == 302
    page = page_of(client, address)
    assert " ".join(page.select_one(".changes ul").get_text(" ", strip=True).split()) == (
        "Fällig bis: vorher 31.03.2027 jetzt 30.06.2027 Stand: vorher geplant jetzt erledigt"
    )
    stale = client.post(address, sent | {"state": "dropped"})
    assert stale.status_code == 422
    assert "Jemand anderes hat diesen Eintrag inzwischen geändert." in stale.content.decode()
    with world.inside():
        assert Measure.objects.get().state == "done"
