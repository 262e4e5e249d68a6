"""The one search box: by kind, of the own organisation, names only for those who may see them."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from staffelstab.core import searching
from staffelstab.identity.enums import Role
from staffelstab.portal.selectors import search
from tests.factories.vocabulary import ServiceFactory
from tests.factories.workforce import PersonFactory, PositionFactory, TaskFactory, UnitFactory
from tests.world import World


@pytest.fixture
def found(world: World, client_as: Any) -> Any:
    """The text of the page that answers a question of a role."""
    with world.inside():
        TaskFactory(title="Wohngeld bewilligen", unit=UnitFactory(name="Wohnungsamt"))
        PersonFactory(last_name="Wohnlich", first_name="Ute")
    with world.inside(organisation_id=world.stranger_id):
        TaskFactory(title="Wohnraum zuweisen")

    def ask(role: str, text: str) -> str:
        return client_as(role).get(reverse("portal:search_list"), {"q": text}).content.decode()

    return ask


def test_search_finds_tasks_and_units_by_part_of_a_word(found: Any) -> None:
    page = found(Role.KNOWLEDGE_MANAGER, "wohn")
    assert ("Wohngeld bewilligen" in page, "Wohnungsamt" in page) == (True, True)


def test_search_stays_inside_the_organisation(found: Any) -> None:
    assert "Wohnraum zuweisen" not in found(Role.KNOWLEDGE_MANAGER, "wohnraum")


@pytest.mark.parametrize(
    ("role", "seen"), [(Role.EMPLOYEE, True), (Role.PRIVACY, False), (Role.EXECUTIVE, False)]
)
def test_search_shows_names_to_those_who_may_see_them(found: Any, role: str, seen: bool) -> None:  # noqa: FBT001
    assert ("Ute" in found(role, "wohnlich")) is seen


@pytest.mark.parametrize("text", ["gebuehr", "Gebühr", "GEBUHR"])
def test_search_finds_umlauts_however_they_are_spelt(world: World, client_as: Any, text: str) -> None:
    with world.inside():
        TaskFactory(title="Gebühren festsetzen", unit=UnitFactory(name="Gebührenstelle"))
        PersonFactory(last_name="Gebührlein")
        PositionFactory(title="Gebührenkasse")
    page = client_as(Role.KNOWLEDGE_MANAGER).get(reverse("portal:search_list"), {"q": text}).content.decode()
    for word in ("Gebühren festsetzen", "Gebührenstelle", "Gebührlein", "Gebührenkasse"):
        assert word in page


def hits(world: World, text: str) -> dict[str, list[str]]:
    with world.inside():
        actor = world.actor(Role.KNOWLEDGE_MANAGER)
        return {
            group.kind: [hit.title for hit in group.hits] for group in search.search(actor=actor, text=text)
        }


@pytest.mark.parametrize(("few", "step"), [(2000, 2000), (2, 4), (2, 1), (4, 3)])
def test_search_shows_the_first_of_each_list(
    world: World, monkeypatch: pytest.MonkeyPatch, few: int, step: int
) -> None:
    monkeypatch.setattr(searching, "FEW", few)
    monkeypatch.setattr(searching, "STEP", step)
    with world.inside():
        unit = UnitFactory(name="Hafenamt")
        for number in range(40):
            gone = date(2026, 1, 1) if number < 25 else None
            TaskFactory(title=f"Hafen {number} pflegen", unit=unit, ended_on=gone)
            PositionFactory(number=f"H{number}", title="Hafen", unit=unit, ended_on=gone)
            PersonFactory(last_name=f"Hafen{number}", first_name="", ended_on=gone)
    expected = range(25, 33)
    assert hits(world, "hafen") == {
        "task": [f"Hafen {number} pflegen" for number in expected],
        "unit": ["Hafenamt"],
        "position": [f"H{number} Hafen" for number in expected],
        "person": [f"Hafen{number}" for number in expected],
    }


def test_search_puts_tasks_behind_a_service_among_those_of_the_words(world: World) -> None:
    with world.inside():
        ServiceFactory(key="99107023017000", name="Wohngeld", terms=["Mietzuschuss"])
        TaskFactory(title="Anträge bescheiden", service_key="99107023017000")
        TaskFactory(title="Statistik zum Mietzuschuss melden")
        TaskFactory(title="Alte Fälle ablegen", service_key="99107023017000", ended_on=date(2026, 1, 1))
    assert hits(world, "mietzuschuss")["task"] == ["Anträge bescheiden", "Statistik zum Mietzuschuss melden"]


def test_search_asks_twelve_statements_at_most(world: World, client_as: Any) -> None:
    with world.inside():
        ServiceFactory(key="99107023017000", name="Wohngeld")
        TaskFactory(title="Wohngeld bewilligen", unit=UnitFactory(name="Wohnungsamt"))
        PersonFactory(last_name="Wohnlich")
        PositionFactory(title="Wohnraum")
    client, address = client_as(Role.KNOWLEDGE_MANAGER), reverse("portal:search_list", query={"q": "wohn"})
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    assert len([each for each in captured if "SAVEPOINT" not in each["sql"]]) == 11


@pytest.mark.parametrize(("number", "more"), [(7, 0), (8, 3), (9, 3)])
def test_search_leads_to_the_lists_where_there_may_be_more(
    world: World, client_as: Any, number: int, more: int
) -> None:
    text = "Straße & Wege #1"
    with world.inside():
        unit = UnitFactory()
        for _each in range(number):
            TaskFactory(title="Straße, Wege 1 kehren", unit=unit)
            PositionFactory(title="Straße, Wege 1", unit=unit)
            PersonFactory(last_name="Straße, Wege 1")
    page = client_as(Role.KNOWLEDGE_MANAGER).get(reverse("portal:search_list"), {"q": text}).content
    found = [urlsplit(link["href"]) for link in BeautifulSoup(page, "html.parser").select(".todos-more a")]
    lists = [reverse(f"workforce:{name}_list") for name in ("task", "position", "person")]
    assert [each.path for each in found] == lists[:more]
    assert [parse_qs(each.query) for each in found] == [{"q": [text]}] * more


@pytest.mark.parametrize(
    "text", ["", "   ", "xyzxyz", "%", "_", "\\", "\0", "<script>alert(1)</script>", "a" * 5000]
)
def test_search_answers_any_question(found: Any, text: str) -> None:
    assert "<script>alert" not in found(Role.EMPLOYEE, text)
