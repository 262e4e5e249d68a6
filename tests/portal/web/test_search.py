"""The one search box: by kind, of the own organisation, names only for those who may see them."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from staffelstab.identity.enums import Role
from tests.factories.workforce import PersonFactory, TaskFactory, UnitFactory
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


@pytest.mark.parametrize(
    "text", ["", "   ", "xyzxyz", "%", "_", "\\", "\0", "<script>alert(1)</script>", "a" * 5000]
)
def test_search_answers_any_question(found: Any, text: str) -> None:
    assert "<script>alert" not in found(Role.EMPLOYEE, text)
