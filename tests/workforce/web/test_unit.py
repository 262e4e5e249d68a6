"""Screens about units."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from staffelstab.workforce.models import Task, Unit
from staffelstab.workforce.selectors import units
from tests.factories.workforce import HoldingFactory, PersonFactory, PositionFactory, TaskFactory, UnitFactory
from tests.workforce.web.pages import form_of, own_queries, words
from tests.world import World

LIST = reverse("workforce:unit_list")


def test_unit_list_is_empty_at_first(client_as: Any) -> None:
    assert "Noch keine Einheit" in words(client_as("knowledge_manager").get(LIST))
    assert "Noch keine Einheit" in words(client_as("employee").get(LIST))


def test_unit_list_counts_what_is_below(client_as: Any, world: World) -> None:
    with world.inside():
        top = UnitFactory(code="5", name="Soziales")
        leaf = UnitFactory(parent=top, code="50", name="Sozialamt")
        TaskFactory.create_batch(2, unit=leaf)
        TaskFactory(unit=leaf, ended_on="2026-01-01")
        HoldingFactory(position=PositionFactory(unit=leaf))
        PositionFactory(unit=top)
    text = words(client_as("employee").get(LIST))
    assert "5 Soziales 2 Aufgaben · 2 Stellen · davon 1 unbesetzt" in text
    assert "50 Sozialamt 2 Aufgaben · 1 Stelle" in text


@pytest.mark.parametrize("rows", [1, 3])
def test_unit_list_queries(client_as: Any, world: World, rows: int) -> None:
    with world.inside():
        for _each in range(rows):
            TaskFactory(unit=UnitFactory(parent=UnitFactory()))
    assert own_queries(client_as("employee"), LIST) == 2


def test_unit_list_of_a_big_house_shows_two_levels(client_as: Any, world: World) -> None:
    with world.inside():
        top = UnitFactory(code="1", name="Oben")
        middle = UnitFactory(parent=top, code="2", name="Mitte")
        leaves = UnitFactory.build_batch(units.BIG, parent=middle)
        Unit.objects.bulk_create(leaves)
    text = words(client_as("employee").get(LIST))
    assert "302 Einheiten · hier stehen zwei Ebenen" in text
    assert "300 Untereinheiten" in text
    assert str(leaves[0]) not in text
    below = words(client_as("employee").get(reverse("workforce:unit_detail", args=[middle.pk])))
    assert str(leaves[0]) in below


def test_unit_detail_shows_lead_and_numbers(client_as: Any, world: World) -> None:
    with world.inside():
        top = UnitFactory(name="Soziales")
        unit = UnitFactory(parent=top, name="Sozialamt")
        lead = PositionFactory(unit=unit, is_lead=True, title="Amtsleitung")
        HoldingFactory(position=lead, person=PersonFactory(last_name="Sobotta"))
    address = reverse("workforce:unit_detail", args=[unit.pk])
    text = words(client_as("line_manager").get(address))
    for part in ("Soziales", "Amtsleitung", "Kim Sobotta", "Verlauf"):
        assert part in text
    nameless = words(client_as("executive").get(address))
    assert "Sobotta" not in nameless
    assert "besetzt" in nameless
    # unit, surroundings, counts, leads, holders
    assert own_queries(client_as("executive"), address) == 5


def test_unit_create_edit_move_merge_end(client_as: Any, world: World) -> None:
    client = client_as("knowledge_manager")
    create = reverse("workforce:unit_create")
    assert client.post(create, {"code": "5", "name": "Dezernat"}).status_code == 302
    assert client.post(create, {"code": "50", "name": "Amt", "parent": "5 Dezernat"}).status_code == 302
    twice = client.post(create, {"code": "50", "name": "Noch ein Amt"})
    assert (twice.status_code, form_of(twice)["name"]) == (422, "Noch ein Amt")
    with world.inside():
        top, unit = Unit.objects.get(code="5"), Unit.objects.get(code="50")
        task = TaskFactory(unit=unit)
    assert form_of(client.get(create, {"einheit": str(top.pk)}))["parent"] == "5 Dezernat"

    def act(verb: str, **values: str) -> Any:
        address = reverse(f"workforce:unit_{verb}", args=[unit.pk])
        return client.post(address, {**form_of(client.get(address)), **values})

    assert act("edit", name="Sozialamt").status_code == 302
    cycle = act("move", parent="50 Sozialamt")
    assert cycle.status_code == 422
    assert "Eine Einheit kann nicht unter sich selbst liegen" in words(cycle)
    assert act("move", parent="").status_code == 302
    with world.inside():
        assert Unit.objects.get(pk=unit.pk).ancestor_ids == [unit.pk]
    in_use = act("end")
    assert in_use.status_code == 422
    assert "0 Untereinheiten, 0 Stellen und 1 Aufgaben" in words(in_use)
    assert act("merge", target="5").status_code == 302
    with world.inside():
        assert Task.objects.get(pk=task.pk).unit_id == top.pk
        assert Unit.objects.get(pk=unit.pk).ended_on is not None
    history = words(client.get(reverse("workforce:unit_history", args=[unit.pk])))
    assert "mit einer anderen Einheit zusammengelegt" in history
    assert "Name: Amt → Sozialamt" in history


def test_unit_pick_finds_by_code_and_word(client_as: Any, world: World) -> None:
    with world.inside():
        UnitFactory(code="50.1", name="Übergangswohnen")
        UnitFactory(code="51", name="Beendet", ended_on="2026-01-01")
    client = client_as("employee")
    address = reverse("workforce:unit_pick")
    for query in ({"q": "50.1"}, {"q": "uebergang"}, {"unit": "ÜBER"}):
        assert client.get(address, query).content.decode() == '<option value="50.1 Übergangswohnen"></option>'
    assert client.get(address, {"q": "beendet"}).content == b""
