"""Switching between organisations."""

from __future__ import annotations

from collections.abc import Callable

from staffelstab.core.ids import new_id
from tests.factories.identity import seat
from tests.identity.counting import queries_of
from tests.strict_client import StrictClient
from tests.world import World

ClientAs = Callable[[str], StrictClient]
SWITCH = "/verwaltung/organisation/wechseln/"


def test_seat_switch_changes_the_organisation(world: World, client_as: ClientAs) -> None:
    seat(world.accounts["employee"], world.neighbour_id, "administrator")
    client = client_as("employee")
    client.post(SWITCH, {"organisation": str(world.organisation.pk)})
    assert "Stadt Musterstadt" in client.get("/verwaltung/organisation/").content.decode()
    assert client.get("/verwaltung/konten/").status_code == 404
    assert client.post(SWITCH, {"organisation": str(world.neighbour_id)}).url == "/"
    assert "<h1>Gemeinde Nebenau</h1>" in client.get("/verwaltung/organisation/").content.decode()
    assert client.get("/verwaltung/konten/").status_code == 200


def test_seat_switch_knows_only_own_seats(world: World, client_as: ClientAs) -> None:
    client = client_as("employee")
    for wanted in (str(world.neighbour_id), str(world.stranger_id), str(new_id()), "", "x"):
        assert client.post(SWITCH, {"organisation": wanted}).status_code == 404
    assert client.get(SWITCH).status_code == 405
    assert "Stadt Musterstadt" in client.get("/verwaltung/organisation/").content.decode()


def test_menu_offers_the_switch_only_to_those_with_two_seats(world: World, client_as: ClientAs) -> None:
    def look(client: StrictClient) -> tuple[bool, int]:
        path = "/verwaltung/organisation/"
        return SWITCH in client.get(path).content.decode(), queries_of(client, path)

    client = client_as("employee")
    client.post(SWITCH, {"organisation": str(world.organisation.pk)})
    assert look(client) == (False, 4)
    seat(world.accounts["employee"], world.neighbour_id)
    assert look(client) == (True, 5)


def test_seat_choose_lists_the_seats(world: World, client_as: ClientAs) -> None:
    page = client_as("employee").get("/verwaltung/organisation/waehlen/").content.decode()
    assert "Organisation wählen" in page
    assert str(world.organisation.pk) in page
    assert str(world.neighbour_id) not in page


def test_frame_shows_the_roles_beside_the_name(world: World, client_as: ClientAs) -> None:
    page = client_as("administrator").get("/verwaltung/organisation/").content.decode()
    assert f"{world.accounts['administrator']} · Administration" in page
    assert "Konten und Rollen" in page
