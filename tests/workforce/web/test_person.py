"""Screens about persons."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from staffelstab.core.models import Look
from staffelstab.identity.enums import Role
from staffelstab.workforce.models import Holding, Person
from tests.factories.workforce import HoldingFactory, PersonFactory, ResponsibilityFactory
from tests.workforce.web.pages import form_of, own_queries, titles, words
from tests.world import World

LIST = reverse("workforce:person_list")


def test_person_list_is_empty_at_first(client_as: Any) -> None:
    assert "Noch keine Person" in words(client_as("personnel").get(LIST))


def test_person_list_sorts_like_a_directory(client_as: Any, world: World) -> None:
    with world.inside():
        for last_name in ("Zander", "Öztürk", "Otto", "Ärger"):
            PersonFactory(last_name=last_name)
    assert titles(client_as("employee").get(LIST)) == ["Kim Ärger", "Kim Otto", "Kim Öztürk", "Kim Zander"]


def test_person_list_filters(client_as: Any, world: World) -> None:
    with world.inside():
        holding = HoldingFactory(
            person=PersonFactory(last_name="Müller", personnel_number="PZ-4711", email="")
        )
        PersonFactory(last_name="Frei")
        PersonFactory(last_name="Weg", ended_on="2026-01-01")
    personnel, employee = client_as("personnel"), client_as("employee")
    for query, expected in (
        ({"einheit": str(holding.position.unit_id)}, ["Kim Müller"]),
        ({"stand": "unplaced"}, ["Kim Frei"]),
        ({"stand": "ended"}, ["Kim Weg"]),
        ({"q": "mueller"}, ["Kim Müller"]),
        ({"q": "PZ-4711"}, ["Kim Müller"]),
    ):
        assert titles(personnel.get(LIST, query)) == expected, query
    assert titles(employee.get(LIST, {"q": "PZ-4711"})) == []
    assert (
        "PZ-4711"
        not in employee.get(reverse("workforce:person_detail", args=[holding.person_id])).content.decode()
    )


@pytest.mark.parametrize("role", [Role.EXECUTIVE, Role.PRIVACY, Role.ADMINISTRATOR, Role.NETWORK_OPERATOR])
def test_persons_do_not_exist_for_roles_without_names(client_as: Any, world: World, role: Role) -> None:
    with world.inside():
        person = PersonFactory()
    client = client_as(role)
    assert client.get(LIST).status_code == 404
    assert client.get(reverse("workforce:person_detail", args=[person.pk])).status_code == 404
    assert client.get(reverse("workforce:person_pick"), {"q": "muster"}).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_person_list_queries(client_as: Any, world: World, rows: int) -> None:
    with world.inside():
        for _each in range(rows):
            HoldingFactory()
    # persons, positions, units of the chip, count
    assert own_queries(client_as("employee"), LIST) == 4


def test_person_detail_is_a_look_unless_it_is_oneself(client_as: Any, world: World) -> None:
    me = world.accounts[Role.EMPLOYEE]
    with world.inside():
        person = PersonFactory(account_id=me.pk, last_name="Selbst")
        holding = HoldingFactory(person=person, exit_band="from_1_to_2")
        ResponsibilityFactory(position=holding.position)
    address = reverse("workforce:person_detail", args=[person.pk])
    assert "wird protokolliert" not in words(client_as("employee").get(address))
    with world.inside():
        assert Look.objects.count() == 0
    text = words(client_as("personnel").get(address))
    assert "1–2 Jahre" in text
    assert "wird protokolliert" in text
    assert "1–2 Jahre" not in words(client_as("advisor").get(address))
    with world.inside():
        looks = sorted(Look.objects.values_list("what", "subject_id"))
    assert looks == [("workforce.exit", me.pk), ("workforce.person", me.pk), ("workforce.person", me.pk)]


@pytest.mark.parametrize("rows", [1, 3])
def test_person_detail_queries(client_as: Any, world: World, rows: int) -> None:
    with world.inside():
        person = PersonFactory()
        for _each in range(rows):
            ResponsibilityFactory(position=HoldingFactory(person=person).position)
    # person, holdings, parts
    assert own_queries(client_as("employee"), reverse("workforce:person_detail", args=[person.pk])) == 3


def test_person_create_edit_link_end(client_as: Any, world: World) -> None:
    client = client_as("personnel")
    values = {"personnel_number": "4711", "last_name": "Kaya", "first_name": "Nur", "email": "nur@x.example"}
    create = reverse("workforce:person_create")
    assert client.post(create, values).status_code == 302
    twice = client.post(create, values)
    assert twice.status_code == 422
    assert "Eine Person mit dieser Personalnummer gibt es schon." in words(twice)
    with world.inside():
        person = Person.objects.get(personnel_number="4711")

    def act(verb: str, **changed: str) -> Any:
        address = reverse(f"workforce:person_{verb}", args=[person.pk])
        return client.post(address, {**form_of(client.get(address)), **changed})

    wrong = act("edit", email="keine Adresse", last_name="Ünal")
    assert (wrong.status_code, form_of(wrong)["last_name"]) == (422, "Ünal")
    assert act("edit", last_name="Ünal").status_code == 302
    account = world.accounts[Role.EMPLOYEE].pk
    assert act("link", account=str(account)).status_code == 302
    assert act("link", account=str(world.accounts["stranger.employee"].pk)).status_code == 422
    with world.inside():
        assert Person.objects.get(pk=person.pk).account_id == account
        holding = HoldingFactory(person=person)
    assert act("end", last_day="2026-11-01").status_code == 302
    with world.inside():
        assert str(Holding.objects.get(pk=holding.pk).ends_on) == "2026-11-01"
    history = words(client.get(reverse("workforce:person_history", args=[person.pk])))
    assert "Nachname: ••• → •••" in history
    assert "Account" not in history
    for hidden in ("4711", "nur@x.example", "Kaya"):
        assert hidden not in history


def test_person_pick_is_for_those_who_keep_the_register(client_as: Any, world: World) -> None:
    with world.inside():
        PersonFactory(last_name="Kaya", first_name="Nur", personnel_number="4711")
    with world.inside(organisation_id=world.stranger_id):
        PersonFactory(last_name="Kaya", first_name="Fremd")
    address = reverse("workforce:person_pick")
    answer = client_as("knowledge_manager").get(address, {"q": "kaya"})
    assert answer.content.decode() == '<option value="Kaya, Nur (4711)"></option>'
    assert client_as("employee").get(address, {"q": "kaya"}).status_code == 404
