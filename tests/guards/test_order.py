"""No test depends on those that ran before it in the same process."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from tests.factories.workforce import UnitFactory
from tests.world import World


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_counts_its_rows_and_failures_from_the_start(world: World, turn: str) -> None:
    assert cache.get("failures") is None
    cache.set("failures", turn)
    with world.inside():
        assert [UnitFactory().code, UnitFactory().code] == ["F000", "F001"]
