"""The factories make rows the database accepts."""

from __future__ import annotations

from tests.factories.workforce import HoldingFactory, ResponsibilityFactory, UnitFactory
from tests.world import World


def test_unit_factory_keeps_the_path(world: World) -> None:
    with world.inside():
        top = UnitFactory(code="5", name="Soziales")
        below = UnitFactory(parent=top, code="50", name="Sozialamt")
    assert below.ancestor_ids == [top.pk, below.pk]
    assert below.sort_key == "000050 sozialamt"


def test_factories_make_a_connected_spine(world: World) -> None:
    with world.inside():
        holding = HoldingFactory()
        responsibility = ResponsibilityFactory(position=holding.position)
        assert responsibility.position.holdings.count() == 1
    assert responsibility.task.organisation_id == world.organisation.pk
