"""Networks and their members."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.db import connection

from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.models import Network, NetworkMembership
from staffelstab.identity.selectors.actors import network_ids
from tests.factories.identity import member
from tests.identity.counting import queries_of
from tests.strict_client import StrictClient
from tests.world import World

ClientAs = Callable[[str], StrictClient]


@pytest.fixture
def network(world: World) -> Network:
    with world.inside():
        keys = network_ids(world.organisation.pk)
    with activate(TenancyContext(world.organisation.pk, None, keys)):
        return Network.objects.get()


def rows(client: StrictClient, network: Network) -> list[list[str]]:
    page = BeautifulSoup(client.get(f"/verwaltung/verbuende/{network.pk}/").content, "html.parser")
    return [
        [cell.get_text(strip=True) for cell in row.select("th,td")][:4] for row in page.select("tbody tr")
    ]


def test_network_detail_lists_members_with_shares_and_one_vote_each(
    network: Network, client_as: ClientAs
) -> None:
    client = client_as("employee")
    assert client.get("/verwaltung/verbuende/").url == f"/verwaltung/verbuende/{network.pk}/"
    assert rows(client, network) == [
        ["Gemeinde Nebenau", "Kommune", "1", "1"],
        ["Stadt Musterstadt", "Kommune", "1", "1"],
    ]
    assert "aufnehmen" not in client.get(f"/verwaltung/verbuende/{network.pk}/").content.decode()


def test_network_detail_costs_the_same_for_any_number_of_members(
    network: Network, client_as: ClientAs, world: World
) -> None:
    client = client_as("network_operator")

    path = f"/verwaltung/verbuende/{network.pk}/"
    client.post(f"/verwaltung/verbuende/{network.pk}/mitglieder/{world.neighbour_id}/beenden/")
    one = queries_of(client, path)
    for slug in ("nebenau", "fernwald"):
        client.post(f"/verwaltung/verbuende/{network.pk}/aufnehmen/", {"slug": slug, "shares": "2"})
    assert len(rows(client, network)) == 3
    assert (one, queries_of(client, path)) == (5, 5)


def test_network_join_admits_by_short_name(network: Network, client_as: ClientAs, world: World) -> None:
    client = client_as("network_operator")
    path = f"/verwaltung/verbuende/{network.pk}/aufnehmen/"
    assert "Organisation aufnehmen" in client.get(path).content.decode()
    assert (
        client.post(path, {"slug": "Fernwald", "shares": "3"}).url == f"/verwaltung/verbuende/{network.pk}/"
    )
    assert ["Gemeinde Fernwald", "Kommune", "3", "1"] in rows(client, network)
    for slug, sentence in (
        ("gibtesnicht", "gibt es keine Organisation mit dem Kurznamen „gibtesnicht“"),
        ("fernwald", "Diese Organisation gehört bereits zum Verbund."),
    ):
        refused = client.post(path, {"slug": slug, "shares": "1"})
        assert refused.status_code == 422
        assert sentence in refused.content.decode()
    with activate(TenancyContext(world.stranger_id)):
        assert network_ids(world.stranger_id) == (network.pk,)


def test_network_edit_changes_the_shares(network: Network, client_as: ClientAs, world: World) -> None:
    client = client_as("network_operator")
    path = f"/verwaltung/verbuende/{network.pk}/mitglieder/{world.neighbour_id}/"
    assert "Gemeinde Nebenau" in client.get(path).content.decode()
    assert client.post(path, {"shares": "-1"}).status_code == 422
    client.post(path, {"shares": "25"})
    assert ["Gemeinde Nebenau", "Kommune", "25", "1"] in rows(client, network)


def test_network_leave_ends_at_once_and_keeps_the_operator(
    network: Network, client_as: ClientAs, world: World
) -> None:
    client = client_as("network_operator")
    base = f"/verwaltung/verbuende/{network.pk}/mitglieder"
    assert "Gemeinde Nebenau beenden?" in client.get(f"{base}/{world.neighbour_id}/beenden/").content.decode()
    client.post(f"{base}/{world.neighbour_id}/beenden/")
    assert rows(client, network) == [["Stadt Musterstadt", "Kommune", "1", "1"]]
    own = client.post(f"{base}/{world.organisation.pk}/beenden/")
    assert own.status_code == 422
    assert "kann ihn nicht verlassen" in own.content.decode()
    with activate(TenancyContext(world.neighbour_id)):
        assert NetworkMembership.objects.filter(organisation_id=world.neighbour_id).exists() is False


def neighbour(world: World, role: str) -> StrictClient:
    client = StrictClient()
    client.force_login(world.accounts[f"neighbour.{role}"])
    return client


def test_network_is_managed_by_the_office_of_its_operator_only(
    network: Network, client_as: ClientAs, world: World
) -> None:
    base = f"/verwaltung/verbuende/{network.pk}"
    paths = [
        "/aufnehmen/",
        f"/mitglieder/{world.neighbour_id}/",
        f"/mitglieder/{world.neighbour_id}/beenden/",
    ]
    for client in (client_as("administrator"), client_as("employee"), neighbour(world, "network_operator")):
        assert client.get(f"{base}/").status_code == 200
        assert [client.get(base + path).status_code for path in paths] == [404] * 3
        data = {"slug": "fernwald", "shares": "1"}
        assert [client.post(base + path, data).status_code for path in paths] == [404] * 3


def test_network_does_not_exist_for_strangers(network: Network, world: World) -> None:
    client = StrictClient()
    client.force_login(world.accounts["stranger.network_operator"])
    assert client.get("/verwaltung/verbuende/").status_code == 404
    assert client.get(f"/verwaltung/verbuende/{network.pk}/").status_code == 404
    assert client.get(f"/verwaltung/verbuende/{network.pk}/aufnehmen/").status_code == 404


def test_network_edit_knows_members_only(network: Network, client_as: ClientAs, world: World) -> None:
    path = f"/verwaltung/verbuende/{network.pk}/mitglieder/{world.stranger_id}/"
    assert client_as("network_operator").get(path).status_code == 404


def test_network_list_with_two_networks(network: Network, client_as: ClientAs, world: World) -> None:
    with activate(TenancyContext(world.organisation.pk, None, ())), connection.cursor() as cursor:
        cursor.execute("SELECT gen_random_uuid()")
        key = cursor.fetchone()[0]
    with activate(TenancyContext(world.organisation.pk, None, (key,))):
        second = Network.objects.create(
            id=key, slug="zweiter", name="Zweiter Verbund", operator=world.organisation
        )
        NetworkMembership.objects.create(
            network=second, organisation=world.organisation, since=date(2026, 1, 1)
        )
    page = client_as("employee").get("/verwaltung/verbuende/").content.decode()
    assert "Zweiter Verbund" in page
    assert network.name in page


def test_members_of_networks_stay_unseen(world: World, network: Network) -> None:
    with activate(TenancyContext(world.neighbour_id)):
        hidden = member("geheim@nebenau.example", "Geheim")
    with activate(TenancyContext(world.organisation.pk, None, (network.pk,))):
        assert type(hidden).visible.filter(pk=hidden.pk).exists() is False
