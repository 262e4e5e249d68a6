"""What belongs to another house, or to another unit, looks exactly like what does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from staffelstab.core.ids import new_id
from staffelstab.identity.enums import Role
from staffelstab.identity.models import RoleGrant
from staffelstab.workforce.models import Holding, Person
from staffelstab.workforce.web import urls
from tests.factories.workforce import (
    HoldingFactory,
    PersonFactory,
    PositionFactory,
    ResponsibilityFactory,
    TaskFactory,
    UnitFactory,
)
from tests.workforce.web.pages import form_of, titles
from tests.world import World

NOUNS = ("task", "unit", "position", "person", "holding")
WITH_KEY = sorted(
    str(each.name)
    for each in urls.urlpatterns
    if any(f"<uuid:{noun}_id>" in str(each.pattern) for noun in NOUNS)
)
LISTS = ("task_list", "position_list", "person_list", "unit_list", "task_export")
PICKS = ("task_pick", "unit_pick", "position_pick", "person_pick")


def spine(**unit: Any) -> dict[str, UUID]:
    """One row of each kind; by noun."""
    place = UnitFactory(name="Geheimamt", **unit)
    position = PositionFactory(unit=place, title="Geheimstelle")
    person = PersonFactory(last_name="Geheim")
    task = TaskFactory(unit=place, title="Geheimes tun")
    ResponsibilityFactory(task=task, position=position)
    return {
        "unit": place.pk,
        "position": position.pk,
        "person": person.pk,
        "task": task.pk,
        "holding": HoldingFactory(position=position, person=person).pk,
    }


def test_every_address_with_a_key_is_checked() -> None:
    assert len(WITH_KEY) == 25


@pytest.mark.parametrize("name", WITH_KEY)
@pytest.mark.parametrize("house", ["neighbour_id", "stranger_id", "nowhere"])
def test_rows_of_other_houses_do_not_exist(client_as: Any, world: World, name: str, house: str) -> None:
    noun = name.split("_", maxsplit=1)[0]
    key = new_id()
    if house != "nowhere":
        with world.inside(organisation_id=getattr(world, house)):
            key = spine()[noun]
    address = reverse(f"workforce:{name}", args=[key])
    for role in (Role.KNOWLEDGE_MANAGER, Role.PERSONNEL):
        client = client_as(role)
        assert client.get(address).status_code == 404
        assert client.post(address, {"last_day": "2026-11-22"}).status_code in {404, 405}


@pytest.mark.parametrize("name", [*LISTS, *PICKS])
def test_lists_and_suggestions_show_the_own_house_only(client_as: Any, world: World, name: str) -> None:
    for house in (world.neighbour_id, world.stranger_id):
        with world.inside(organisation_id=house):
            spine()
    query = {"q": "geheim", "format": "csv"}
    for asked in ({"format": "csv"}, query):
        answer = client_as("knowledge_manager").get(reverse(f"workforce:{name}"), asked)
        assert answer.status_code == 200
        assert "Geheim" not in answer.content.decode()


def test_a_form_cannot_point_into_another_house(client_as: Any, world: World) -> None:
    with world.inside(organisation_id=world.stranger_id):
        UnitFactory(code="99", name="Fremdamt")
    for address, field in (("task_create", "unit"), ("unit_create", "parent"), ("position_create", "unit")):
        answer = client_as("knowledge_manager").post(reverse(f"workforce:{address}"), {field: "99 Fremdamt"})
        assert answer.status_code == 422
        assert "Diese Einheit gibt es nicht." in answer.content.decode()


@pytest.fixture
def bound(client_as: Any, world: World) -> Iterator[Any]:
    """A function: a client with the role for one unit only."""

    def sign_in(role: Role, unit_id: UUID) -> Any:
        with world.inside():
            RoleGrant.objects.filter(account=world.accounts[role]).update(unit_id=unit_id)
        return client_as(role)

    return sign_in


CHANGES = sorted(
    name
    for name in WITH_KEY
    if name == "person_history" or (not name.endswith(("_detail", "_history")) and name != "person_link")
)


@pytest.mark.parametrize("name", CHANGES)
def test_a_role_for_one_unit_changes_nothing_elsewhere(bound: Any, world: World, name: str) -> None:
    role = Role.PERSONNEL if name == "holding_exit" else Role.KNOWLEDGE_MANAGER
    noun = name.split("_", maxsplit=1)[0]
    with world.inside():
        mine = UnitFactory()
        inside, outside = spine(parent=mine), spine()
    client = bound(role, mine.pk)
    assert client.get(reverse(f"workforce:{name}", args=[inside[noun]])).status_code == 200
    assert client.get(reverse(f"workforce:{name}", args=[outside[noun]])).status_code == 404


def test_a_role_for_one_unit_captures_nobody_of_the_house(bound: Any, world: World) -> None:
    """One past day on an own position must not hand over a person."""
    with world.inside():
        position = PositionFactory(number="50-03", title="Wohngeld")
        own = PersonFactory(last_name="Hofer", first_name="Ina", personnel_number="1")
        HoldingFactory(position=position, person=own)
        mayor = HoldingFactory(person__last_name="Hoffstede", person__personnel_number="2").person
        PersonFactory(last_name="Hoffmann", personnel_number="3")
    client = bound(Role.PERSONNEL, position.unit_id)
    offered = client.get(reverse("workforce:person_pick"), {"q": "hof"}).content.decode()
    assert offered == '<option value="Hofer, Ina (1)"></option>'
    create = reverse("workforce:holding_create")
    past = {"position": "50-03", "share": "0,1", "starts_on": "2020-01-01", "ends_on": "2020-01-01"}
    for number in ("2", "3", "Hoffstede, Kim (2)"):
        answer = client.post(create, {**past, "person": number})
        assert answer.status_code == 422
        assert "In Ihren Einheiten gibt es diese Person nicht." in answer.content.decode()
    assert 'value="Hoffstede' not in client.get(create, {"person": str(mayor.pk)}).content.decode()
    assert 'value="Hofer' in client.get(create, {"person": str(own.pk)}).content.decode()
    page = client.get(reverse("workforce:person_detail", args=[mayor.pk])).content.decode()
    assert create not in page
    assert client.post(create, {**past, "person": "1"}).status_code == 302
    with world.inside():
        assert list(Holding.objects.filter(person=mayor).values_list("position__number", flat=True)) != [
            "50-03"
        ]
        assert Holding.objects.filter(position=position).exclude(person=own).count() == 0


def test_a_role_for_one_unit_finds_its_own_people_by_number_only(bound: Any, world: World) -> None:
    with world.inside():
        own = HoldingFactory(person__last_name="Hofer", person__personnel_number="PZ-1")
        HoldingFactory(person__last_name="Hoffstede", person__personnel_number="PZ-2")
    client = bound(Role.PERSONNEL, own.position.unit_id)
    address = reverse("workforce:person_list")
    for text, expected in (("PZ-", ["Kim Hofer"]), ("PZ-2", []), ("hof", ["Kim Hofer", "Kim Hoffstede"])):
        assert titles(client.get(address, {"q": text})) == expected, text


def test_a_role_for_one_unit_adds_somebody_new_and_fills_a_position(bound: Any, world: World) -> None:
    with world.inside():
        position = PositionFactory(number="50-03", title="Wohngeld")
    client = bound(Role.PERSONNEL, position.unit_id)
    added = client.post(reverse("workforce:person_create"), {"personnel_number": "4711", "last_name": "Kaya"})
    create = reverse("workforce:holding_create")
    with world.inside():
        person = Person.objects.get(personnel_number="4711")
    assert f"{create}?person={person.pk}" in client.get(added["Location"]).content.decode()
    opened = form_of(client.get(create, {"person": str(person.pk), "stelle": str(position.pk)}))
    assert client.post(create, opened).status_code == 302
    with world.inside():
        assert Holding.objects.get(person=person).position_id == position.pk


def test_a_line_manager_sees_exits_of_the_own_unit_only(bound: Any, world: World) -> None:
    with world.inside():
        mine = UnitFactory()
        ours = HoldingFactory(position=PositionFactory(unit=mine), exit_quarter=4 * 2031)
        theirs = HoldingFactory(exit_quarter=4 * 2031)
    client = bound(Role.LINE_MANAGER, mine.pk)
    for holding, seen in ((ours, True), (theirs, False)):
        for name, key in (("position_detail", holding.position_id), ("person_detail", holding.person_id)):
            page = client.get(reverse(f"workforce:{name}", args=[key])).content.decode()
            assert ("I/2031" in page) == seen
        history = client.get(reverse("workforce:holding_history", args=[holding.pk]))
        assert history.status_code == (200 if seen else 404)
