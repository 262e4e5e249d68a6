"""Screens about positions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from staffelstab.core.models import Look
from staffelstab.identity.enums import Role
from staffelstab.workforce.models import Position, Responsibility
from tests.factories.workforce import (
    HoldingFactory,
    PersonFactory,
    PositionFactory,
    ResponsibilityFactory,
    UnitFactory,
)
from tests.workforce.web.pages import form_of, own_queries, titles, words
from tests.world import World

LIST = reverse("workforce:position_list")
QUARTER = 4 * 2028 + 2


def test_position_list_is_empty_at_first(client_as: Any) -> None:
    assert "Noch keine Stelle" in words(client_as("personnel").get(LIST))


def test_position_list_stands_in_the_order_of_the_plan(client_as: Any, world: World) -> None:
    with world.inside():
        unit = UnitFactory()
        for number in ("50-10", "50-9", "8-1"):
            PositionFactory(number=number, title="X", unit=unit)
    assert titles(client_as("employee").get(LIST)) == ["8-1 X", "50-9 X", "50-10 X"]


def test_position_list_filters_and_hides_names(client_as: Any, world: World) -> None:
    with world.inside():
        vacant = PositionFactory(number="1", title="Leer", is_lead=True)
        filled = PositionFactory(number="2", title="Voll")
        HoldingFactory(position=filled, person=PersonFactory(last_name="Kaya"))
        PositionFactory(number="3", title="Weg", ended_on=dt.date(2026, 1, 1))
    client = client_as("employee")
    for query, expected in (
        ({"stand": "vacant"}, ["1 Leer"]),
        ({"stand": "lead"}, ["1 Leer"]),
        ({"stand": "filled"}, ["2 Voll"]),
        ({"stand": "ended"}, ["3 Weg"]),
        ({"einheit": str(vacant.unit_id)}, ["1 Leer"]),
        ({"q": "voll"}, ["2 Voll"]),
        ({"sort": "-number"}, ["2 Voll", "1 Leer"]),
    ):
        assert titles(client.get(LIST, query)) == expected, query
    assert "Kim Kaya" in words(client.get(LIST))
    nameless = words(client_as("privacy").get(LIST))
    assert ("Kaya" in nameless, "1 Person" in nameless) == (False, True)


@pytest.mark.parametrize("rows", [1, 3])
def test_position_list_queries(client_as: Any, world: World, rows: int) -> None:
    with world.inside():
        for _each in range(rows):
            ResponsibilityFactory(position=HoldingFactory().position)
    # positions, holders, tasks, units of the chip, count
    assert own_queries(client_as("employee"), LIST) == 5


def test_position_detail_shows_exits_only_to_those_who_plan(client_as: Any, world: World) -> None:
    with world.inside():
        holding = HoldingFactory(exit_quarter=QUARTER, person=PersonFactory(last_name="Kaya"))
        ResponsibilityFactory(position=holding.position)
    address = reverse("workforce:position_detail", args=[holding.position_id])
    for role, name, horizon in (
        (Role.PERSONNEL, True, True),
        (Role.KNOWLEDGE_MANAGER, True, True),
        (Role.LINE_MANAGER, True, True),
        (Role.EMPLOYEE, True, False),
        (Role.EXECUTIVE, False, False),
        (Role.PRIVACY, False, False),
    ):
        text = words(client_as(role).get(address))
        assert ("Kaya" in text, "III/2028" in text) == (name, horizon), role
    with world.inside():
        looks = Look.objects.values_list("what", "subject_id")
        assert set(looks) == {("workforce.exit", holding.person_id)}
        assert len(looks) == 3


@pytest.mark.parametrize("rows", [1, 3])
def test_position_detail_queries(client_as: Any, world: World, rows: int) -> None:
    with world.inside():
        position = PositionFactory()
        for _each in range(rows):
            HoldingFactory(position=position)
            ResponsibilityFactory(position=position)
    # position, holdings, path, parts
    assert own_queries(client_as("employee"), reverse("workforce:position_detail", args=[position.pk])) == 4


def test_position_create_edit_end(client_as: Any, world: World) -> None:
    with world.inside():
        UnitFactory(code="50", name="Sozialamt")
        unit = UnitFactory(code="51", name="Jugendamt")
        successor = PositionFactory(number="9", title="Nachfolge")
    client = client_as("personnel")
    create = reverse("workforce:position_create")
    assert form_of(client.get(create, {"einheit": str(unit.pk)}))["unit"] == "51 Jugendamt"
    values = {"number": "50-03", "title": "Wohngeld", "unit": "50 Sozialamt", "is_lead": "on"}
    assert client.post(create, values).status_code == 302
    twice = client.post(create, values)
    assert twice.status_code == 422
    assert "Eine Stelle mit der Nummer „50-03“ gibt es schon." in words(twice)
    with world.inside():
        position = Position.objects.get(number="50-03")
        assert position.is_lead
    edit = reverse("workforce:position_edit", args=[position.pk])
    opened = form_of(client.get(edit))
    assert client.post(edit, {**opened, "unit": "51"}).status_code == 302
    assert client.post(edit, {**opened, "title": "Zu spät"}).status_code == 422
    with world.inside():
        task = ResponsibilityFactory(position=position).task
    end = reverse("workforce:position_end", args=[position.pk])
    page = client.get(end)
    assert "1 Aufgabe hängt an ihr." in words(page)
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=2)).date().isoformat()
    ahead = client.post(end, {**form_of(page), "last_day": tomorrow})
    assert "Dieser Tag liegt in der Zukunft." in words(ahead)
    # Personnel may not give the task to somebody else: that is for those who keep the tasks.
    refused = client.post(end, {**form_of(page), "successor": "9 Nachfolge"})
    assert refused.status_code == 404
    manager = client_as("knowledge_manager")
    assert manager.post(end, {**form_of(page), "successor": "9 Nachfolge"}).status_code == 302
    with world.inside():
        assert Position.objects.get(pk=position.pk).ended_on is not None
        assert Responsibility.objects.get(task=task).position_id == successor.pk
    assert "beendet" in words(client.get(reverse("workforce:position_history", args=[position.pk])))


def test_position_pick(client_as: Any, world: World) -> None:
    with world.inside():
        PositionFactory(number="50-03", title="Wohngeld")
    with world.inside(organisation_id=world.neighbour_id):
        PositionFactory(number="50-03", title="Wohngeld nebenan")
    client = client_as("employee")
    for text in ("50-03", "wohn", "Wohngeld 50"):
        answer = client.get(reverse("workforce:position_pick"), {"q": text})
        assert answer.content.decode() == '<option value="50-03 Wohngeld"></option>'
