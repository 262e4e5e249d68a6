"""Units for binding roles: in the order of the tree, with their depth, in one query."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from staffelstab.workforce.selectors.role_units import unit_choices
from staffelstab.workforce.services import units
from tests.world import NOW, World


def test_units_in_tree_order(world: World, django_assert_num_queries: Any) -> None:
    with world.inside():
        first = units.create_unit(code="50", name="Sozialamt", parent=None, actor=world.system, now=NOW)
        units.create_unit(code="20", name="Kämmerei", parent=None, actor=world.system, now=NOW)
        units.create_unit(code="50.1", name="Wohngeld", parent=first, actor=world.system, now=NOW)
        with django_assert_num_queries(1):
            found = [(unit.label, unit.depth) for unit in unit_choices()]
    assert found == [("20 Kämmerei", 0), ("50 Sozialamt", 0), ("50.1 Wohngeld", 1)]


def test_roles_screen_offers_units(world: World, client_as: Any) -> None:
    with world.inside():
        units.create_unit(code="50", name="Sozialamt", parent=None, actor=world.system, now=NOW)
    page = client_as("administrator").get(
        reverse("identity:account_roles", args=[world.accounts["employee"].pk])
    )
    assert "50 Sozialamt" in page.content.decode()
