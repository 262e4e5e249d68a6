"""The catalogue on the screen."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from staffelstab.identity.enums import Role
from staffelstab.vocabulary.enums import Visibility
from staffelstab.vocabulary.models import Service
from staffelstab.vocabulary.services import entries
from tests.factories.vocabulary import ServiceFactory
from tests.world import World

LIST = reverse("vocabulary:service_list")


def listed(response: Any) -> list[str]:
    page = BeautifulSoup(response.content, "html.parser")
    return [cell.get_text(strip=True) for cell in page.select("tbody th")]


@pytest.fixture
def ausweis(world: World) -> Any:
    with world.inside():
        return ServiceFactory(
            key="99008001014002",
            name="Personalausweis bei Verlust",
            terms=["Perso weg"],
            topic="law",
            source="LeiKa",
        )


@pytest.mark.parametrize("role", list(Role))
def test_service_list_is_open_to_every_role(client_as: Any, role: Role) -> None:
    assert client_as(role).get(LIST).status_code == 200


def test_service_list_says_what_to_do_when_empty(client_as: Any) -> None:
    manager, employee = client_as("knowledge_manager").get(LIST), client_as("employee").get(LIST)
    assert "Noch keine Leistungen" in manager.content.decode()
    assert reverse("vocabulary:upload_create") in manager.content.decode()
    assert reverse("vocabulary:upload_create") not in employee.content.decode()


@pytest.mark.usefixtures("ausweis")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "Perso weg"}, ["Personalausweis bei Verlust"]),
        ({"q": "Saal"}, ["Bürgersaal mieten"]),
        ({"q": "Pesronalausweis"}, ["Personalausweis bei Verlust"]),
        ({"thema": "law"}, ["Personalausweis bei Verlust"]),
        ({"verzeichnis": "Katalog"}, ["Bürgersaal mieten"]),
        ({"herkunft": "geteilte"}, []),
        ({"herkunft": "eigene"}, ["Bürgersaal mieten", "Personalausweis bei Verlust"]),
        ({"thema": "nichts", "after": "x"}, ["Bürgersaal mieten", "Personalausweis bei Verlust"]),
    ],
)
def test_service_list_searches_and_filters(
    client_as: Any, world: World, query: dict[str, str], found: list[str]
) -> None:
    with world.inside():
        ServiceFactory(name="Bürgersaal mieten")
    assert listed(client_as("employee").get(LIST, query)) == found


@pytest.mark.usefixtures("ausweis")
def test_service_list_says_when_hits_are_only_similar(client_as: Any) -> None:
    client = client_as("employee")
    assert "Ähnlich klingt" in client.get(LIST, {"q": "Pesronalausweis"}).content.decode()
    assert "Ähnlich klingt" not in client.get(LIST, {"q": "Personalausweis"}).content.decode()


@pytest.mark.usefixtures("ausweis")
def test_service_list_answers_htmx_with_the_results_alone(client_as: Any) -> None:
    response = client_as("employee").get(LIST, headers={"HX-Request": "true"})
    assert response.content.decode().strip().startswith('<div id="services"')
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize(("q", "statements"), [("", 8), ("Leistung", 9)])
def test_service_list_needs_the_same_queries_for_one_and_three_rows(
    client_as: Any, world: World, q: str, statements: int
) -> None:
    client = client_as("employee")
    client.get(LIST)  # the first request of a session asks for more
    counts = []
    for rows in (1, 2):
        with world.inside():
            for _number in range(rows):
                ServiceFactory(terms=["Wort"])
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST, {"q": q})
        counts.append(len(queries))
    assert counts == [statements, statements]


def test_service_list_pages(client_as: Any, world: World) -> None:
    with world.inside():
        for number in range(60):
            ServiceFactory(name=f"Leistung {number:02}")
    client = client_as("employee")
    for query in ({}, {"q": "Leistung"}):
        first = client.get(LIST, query)
        following = BeautifulSoup(first.content, "html.parser").select_one('a[rel="next"]')
        assert following is not None
        second = client.get(f"{LIST}{following['href']}")
        assert [*listed(first), *listed(second)] == [f"Leistung {number:02}" for number in range(60)]


def test_service_list_as_file(client_as: Any, world: World) -> None:
    with world.inside():
        ServiceFactory(key="99008001000000", name="Pass; rot", terms=["a"], own_terms=["b"], local_id="7")
    response = client_as("employee").get(LIST, {"format": "csv"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.content.decode("utf-8-sig") == (
        'Schlüssel;Bezeichnung;Begriffe;ID\r\n99008001000000;"Pass; rot";a, b;7\r\n'
    )


def test_service_detail_explains_the_key(client_as: Any, ausweis: Any) -> None:
    page = client_as("employee").get(reverse("vocabulary:service_detail", args=[ausweis.pk]))
    text = " ".join(BeautifulSoup(page.content, "html.parser").get_text(" ").split())
    assert (
        "99 Katalog der Verwaltungsleistungen 008 Leistungsgruppierung 001 Leistungsobjekt in der Gruppe"
        in text
    )
    assert "014 Verrichtung: was die Verwaltung tut 002 Verrichtungsdetail" in text
    assert reverse("vocabulary:service_edit", args=[ausweis.pk]) not in page.content.decode()
    assert f"{reverse('workforce:task_list')}?leistung=99008001014002" in page.content.decode()


def test_service_of_a_neighbour_is_shown_but_not_changed(client_as: Any, world: World) -> None:
    with world.inside(organisation_id=world.neighbour_id):
        shared = ServiceFactory(name="Hundesteuer", visibility=Visibility.NETWORK)
        kept = ServiceFactory(name="Nur für uns")
    client = client_as("knowledge_manager")
    page = client.get(reverse("vocabulary:service_detail", args=[shared.pk])).content.decode()
    assert "Gemeinde Nebenau" in page
    assert "von anderen geteilt" in page
    for method in (client.get, client.post):
        assert method(reverse("vocabulary:service_edit", args=[shared.pk])).status_code == 404
    assert client.get(reverse("vocabulary:service_detail", args=[kept.pk])).status_code == 404
    assert listed(client.get(LIST)) == ["Hundesteuer"]


def test_service_edit_saves(client_as: Any, world: World, ausweis: Any) -> None:
    client = client_as("knowledge_manager")
    url = reverse("vocabulary:service_edit", args=[ausweis.pk])
    assert client.get(url).status_code == 200
    data = {
        "own_terms": "Ausweis verloren\r\nPerso gestohlen",
        "topic": "",
        "visibility": "network",
        "seen": entries.edition(ausweis),
    }
    assert client.post(url, data).status_code == 302
    with world.inside():
        row = Service.objects.get()
    assert (row.own_terms, row.topic, row.visibility) == (
        ["Ausweis verloren", "Perso gestohlen"],
        "",
        "network",
    )
    stale = client.post(url, data | {"own_terms": "anders"})
    assert stale.status_code == 422
    assert "inzwischen geändert" in stale.content.decode()


def test_service_edit_refuses_a_unit_s_own(client_as: Any, ausweis: Any) -> None:
    url = reverse("vocabulary:service_edit", args=[ausweis.pk])
    assert client_as("administrator").post(url, {"visibility": "unit", "seen": "x"}).status_code == 422
    assert client_as("employee").get(url).status_code == 404


@pytest.mark.usefixtures("ausweis")
@pytest.mark.parametrize("name", ["q", "service_key"])
def test_service_pick_suggests(client_as: Any, name: str) -> None:
    response = client_as("employee").get(reverse("vocabulary:service_pick"), {name: "perso"})
    assert response.content.decode().strip() == (
        '<option value="99008001014002" label="Personalausweis bei Verlust">Personalausweis bei Verlust</option>'
    )
    assert client_as("employee").get(reverse("vocabulary:service_pick")).content.decode().strip() == ""


def test_service_edit_offers_no_topic_in_good_german(client_as: Any, ausweis: Any) -> None:
    response = client_as("administrator").get(reverse("vocabulary:service_edit", args=[ausweis.pk]))
    page = BeautifulSoup(response.content, "html.parser")
    assert page.select_one("select[name=topic] option").get_text(strip=True) == "keines"
