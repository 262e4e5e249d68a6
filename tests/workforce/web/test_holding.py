"""Screens about holdings."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from staffelstab.core.models import Look
from staffelstab.identity.enums import Role
from staffelstab.workforce.models import Holding
from tests.factories.workforce import HoldingFactory, PersonFactory, PositionFactory
from tests.workforce.web.pages import form_of, words
from tests.world import World


def test_holding_create_edit_end(client_as: Any, world: World) -> None:
    with world.inside():
        person = PersonFactory(last_name="Kaya", first_name="Nur", personnel_number="4711")
        position = PositionFactory(number="50-03", title="Wohngeld")
    client = client_as("personnel")
    create = reverse("workforce:holding_create")
    values = form_of(client.get(create, {"person": str(person.pk), "stelle": str(position.pk)}))
    assert (values["person"], values["position"], values["share"]) == (
        "Kaya, Nur (4711)",
        "50-03 Wohngeld",
        "100",
    )
    too_much = client.post(create, {**values, "share": "150"})
    assert too_much.status_code == 422
    values |= {"share": "62,5", "starts_on": "2026-01-01"}
    assert client.post(create, values).status_code == 302
    twice = client.post(create, values)
    assert "Diese Person hat diese Stelle schon ab demselben Tag." in words(twice)
    with world.inside():
        holding = Holding.objects.get(person=person)
        assert holding.share == Decimal("0.625")
    edit = reverse("workforce:holding_edit", args=[holding.pk])
    opened = form_of(client.get(edit))
    assert opened["share"] == "62,5"
    backwards = client.post(edit, {**opened, "ends_on": "2025-01-01"})
    assert "Der letzte Tag liegt vor dem ersten." in words(backwards)
    assert client.post(edit, {**opened, "share": "50"}).status_code == 302
    end = reverse("workforce:holding_end", args=[holding.pk])
    assert client.post(end, {**form_of(client.get(end)), "last_day": "2026-06-30"}).status_code == 302
    with world.inside():
        assert Holding.objects.get(pk=holding.pk).ends_on == dt.date(2026, 6, 30)
    history = words(client.get(reverse("workforce:holding_history", args=[holding.pk])))
    assert "Letzter Tag: – → 30.06.2026" in history


def test_holding_create_with_unknown_proposals_opens_empty(client_as: Any, world: World) -> None:
    address = reverse("workforce:holding_create")
    with world.inside(organisation_id=world.stranger_id):
        foreign = PersonFactory(last_name="Fremd")
    values = form_of(client_as("personnel").get(address, {"person": str(foreign.pk)}))
    assert values["person"] == ""


def test_holding_exit_takes_quarter_or_band(client_as: Any, world: World) -> None:
    with world.inside():
        holding = HoldingFactory()
    client = client_as("personnel")
    address = reverse("workforce:holding_exit", args=[holding.pk])
    values = form_of(client.get(address))
    both = client.post(address, {**values, "quarter": str(4 * 2030), "band": "over_5"})
    assert both.status_code == 422
    assert "Geben Sie entweder ein Quartal oder ein Band an" in words(both)
    assert client.post(address, {**values, "quarter": str(4 * 2030), "fixed": "on"}).status_code == 302
    with world.inside():
        fresh = Holding.objects.get(pk=holding.pk)
        assert (fresh.exit_quarter, fresh.exit_band, fresh.exit_fixed) == (8120, "", True)
        assert set(Look.objects.values_list("what", "subject_id")) == {("workforce.exit", holding.person_id)}
    history = words(client.get(reverse("workforce:holding_history", args=[holding.pk])))
    assert "Austrittsquartal: – → I/2030" in history
    assert "Austritt steht fest: nein → ja" in history


@pytest.mark.parametrize("role", [role for role in Role if role != Role.PERSONNEL])
def test_holding_exit_is_for_personnel_only(client_as: Any, world: World, role: Role) -> None:
    with world.inside():
        holding = HoldingFactory()
    address = reverse("workforce:holding_exit", args=[holding.pk])
    assert client_as(role).get(address).status_code == 404
    assert client_as(role).post(address, {"quarter": "8120"}).status_code == 404


@pytest.mark.parametrize("day", ["0001-01-01", "1926-11-22", "9999-12-31"])
def test_a_mistyped_year_is_noticed_at_its_field(client_as: Any, world: World, day: str) -> None:
    with world.inside():
        holding = HoldingFactory(starts_on="2020-05-01")
    client = client_as("personnel")
    sentence = "kann nicht stimmen. Geben Sie einen Tag zwischen dem 01.01.1950 und dem 31.12."
    for name, noun, key in (
        ("holding_edit", "starts_on", holding.pk),
        ("holding_end", "last_day", holding.pk),
        ("person_end", "last_day", holding.person_id),
        ("position_end", "last_day", holding.position_id),
    ):
        address = reverse(f"workforce:{name}", args=[key])
        answer = client.post(address, {**form_of(client.get(address)), noun: day})
        assert answer.status_code == 422, name
        assert sentence in words(answer), name
    with world.inside():
        fresh = Holding.objects.get()
    assert (fresh.starts_on, fresh.ends_on) == (dt.date(2020, 5, 1), None)


def test_leaving_before_the_holding_began_names_the_holding(client_as: Any, world: World) -> None:
    with world.inside():
        position = PositionFactory(number="50-01", title="Leitung")
        holding = HoldingFactory(position=position, starts_on="2020-05-01")
    client = client_as("personnel")
    address = reverse("workforce:person_end", args=[holding.person_id])
    answer = client.post(address, {**form_of(client.get(address)), "last_day": "2019-11-22"})
    assert answer.status_code == 422
    assert (
        "Die Besetzung der Stelle „50-01 Leitung“ hat erst am 01.05.2020 begonnen und kann nicht vorher enden."
        in words(answer)
    )


def test_a_holding_that_is_over_can_be_edited_but_not_ended(client_as: Any, world: World) -> None:
    with world.inside():
        holding = HoldingFactory(ends_on="2024-06-30")
    client = client_as("personnel")
    page = client.get(reverse("workforce:person_detail", args=[holding.person_id])).content.decode()
    edit, end = (reverse(f"workforce:holding_{verb}", args=[holding.pk]) for verb in ("edit", "end"))
    assert (edit in page, end in page) == (True, False)
    answer = client.post(end, {**form_of(client.get(end)), "last_day": "2080-01-01"})
    assert answer.status_code == 422
    assert "Diese Besetzung ist schon am 30.06.2024 zu Ende gegangen." in words(answer)
