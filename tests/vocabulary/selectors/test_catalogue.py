"""Finding services: words of every day, typing errors, own before shared, and what strangers see."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from staffelstab.core.actors import Actor, system_actor
from staffelstab.core.errors import NotFound, PermissionRefused
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.models import NetworkMembership
from staffelstab.vocabulary.enums import Visibility
from staffelstab.vocabulary.selectors import catalogue
from tests.factories.vocabulary import ServiceFactory
from tests.world import World


def names(world: World, q: str) -> list[str]:
    return [row.name for row in catalogue.find_services(actor=world.system, q=q)]


@pytest.fixture
def stock(world: World) -> None:
    with world.inside():
        ServiceFactory(key="99008001000000", name="Personalausweis", terms=["Perso", "Identitätskarte"])
        ServiceFactory(key="99108003000000", name="Führerschein", terms=["Fahrerlaubnis", "Lappen"])
        ServiceFactory(key="99107001000000", name="Personalrat wählen")
        ServiceFactory(key="", local_id="7", name="Vermietung des Bürgersaals", own_terms=["Saal"])


@pytest.mark.usefixtures("stock")
@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("Perso", ["Personalausweis", "Personalrat wählen"]),
        ("identitatskarte", ["Personalausweis"]),
        ("Lappen", ["Führerschein"]),
        ("fuhrer", ["Führerschein"]),
        ("99108003000000", ["Führerschein"]),
        ("99 108 003 000 000", ["Führerschein"]),
        ("saal", ["Vermietung des Bürgersaals"]),
        ("bürgersaal vermietung", ["Vermietung des Bürgersaals"]),
        ("Personalauswies", ["Personalausweis", "Personalrat wählen"]),
        ("Fuehrerschein", ["Führerschein"]),
        ("Fürerschein", ["Führerschein"]),
        ("Xylophon", []),
        ("", []),
        (" ·%_ ", []),
    ],
)
def test_find_services_finds(world: World, q: str, found: list[str]) -> None:
    with world.inside():
        assert names(world, q) == found


@pytest.mark.usefixtures("stock")
def test_spelt_out_umlauts_are_hits_not_only_similar(world: World) -> None:
    with world.inside():
        rows, similar = catalogue.listed(actor=world.system, q="Buergersaal vermietung")
        assert ([row.name for row in rows], similar) == (["Vermietung des Bürgersaals"], False)


def test_find_services_puts_better_hits_first(world: World) -> None:
    with world.inside():
        for name in ("Bescheinigung über einen Pass", "Reisepass", "Pass verlängern", "Überpassung"):
            ServiceFactory(name=name)
        assert names(world, "pass") == [
            "Pass verlängern",
            "Bescheinigung über einen Pass",
            "Reisepass",
            "Überpassung",
        ]


def test_ended_services_are_not_found(world: World) -> None:
    with world.inside():
        row = ServiceFactory(name="Abgeschafft", ended_on="2026-01-01")
        assert names(world, "Abgeschafft") == []
        assert catalogue.service_names([row.key]) == {row.key: "Abgeschafft"}


def share(world: World, visibility: Visibility, **values: Any) -> Any:
    with activate(TenancyContext(world.neighbour_id)):
        return ServiceFactory(visibility=visibility, **values)


def context(world: World, organisation_id: UUID) -> tuple[TenancyContext, Actor]:
    with activate(TenancyContext(organisation_id)):
        networks = tuple(
            NetworkMembership.objects.filter(organisation_id=organisation_id).values_list(
                "network_id", flat=True
            )
        )
    return TenancyContext(organisation_id, None, networks), system_actor(
        organisation_id=organisation_id, reason="test"
    )


@pytest.mark.parametrize(
    ("visibility", "in_network", "elsewhere"),
    [
        (Visibility.HOUSE, [], []),
        (Visibility.NETWORK, ["Hundesteuer"], []),
        (Visibility.PUBLIC, ["Hundesteuer"], ["Hundesteuer"]),
    ],
)
def test_shared_services_are_seen_by_whom_they_are_shared_with(
    world: World, visibility: Visibility, in_network: list[str], elsewhere: list[str]
) -> None:
    row = share(world, visibility, name="Hundesteuer")
    for house, expected in ((world.organisation.pk, in_network), (world.stranger_id, elsewhere)):
        active, actor = context(world, house)
        with activate(active):
            assert [found.name for found in catalogue.find_services(actor=actor, q="Hunde")] == expected
            assert list(catalogue.service_names([row.key]).values()) == expected
            if not expected:
                with pytest.raises(NotFound):
                    catalogue.service(actor=actor, service_id=row.pk)


def test_own_service_stands_before_the_shared_one(world: World) -> None:
    key = "99102005000000"
    share(world, Visibility.NETWORK, key=key, name="Hundesteuer Nebenau")
    active, actor = context(world, world.organisation.pk)
    with activate(active):
        ServiceFactory(key=key, name="Hundesteuer Musterstadt")
        assert [row.name for row in catalogue.find_services(actor=actor, q="Hundesteuer")] == [
            "Hundesteuer Musterstadt"
        ]
        assert catalogue.service_names([key, "", "99000000000000"]) == {key: "Hundesteuer Musterstadt"}


def test_service_names_asks_once(world: World) -> None:
    with world.inside():
        keys = [ServiceFactory().key for _number in range(3)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(catalogue.service_names(keys)) == 3
        assert len(queries) == 1
        with CaptureQueriesContext(connection) as queries:
            assert catalogue.service_names([""]) == {}
        assert len(queries) == 0


def test_picks_have_a_key_and_each_once(world: World) -> None:
    with world.inside():
        ServiceFactory(key="", local_id="1", name="Parkausweis Altstadt")
        row = ServiceFactory(name="Parkausweis")
        assert [found.pk for found in catalogue.pick_services(actor=world.system, q="park")] == [row.pk]
        assert catalogue.pick_services(actor=world.system, q="") == []


def test_reading_needs_a_role(world: World) -> None:
    with world.inside(), pytest.raises(PermissionRefused):
        catalogue.find_services(actor=Actor(), q="Pass")
