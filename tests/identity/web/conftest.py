"""What the screens of this module need besides the small world."""

from __future__ import annotations

import pytest

from staffelstab.identity.selectors import units
from staffelstab.identity.selectors.units import UnitChoice
from staffelstab.workforce.models import Unit


@pytest.fixture
def unit_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """Units come from the tests' own rows, whatever the module above registers."""

    def choices() -> list[UnitChoice]:
        rows = Unit.objects.order_by("sort_key")
        return [UnitChoice(row.pk, row.name, len(row.ancestor_ids) - 1) for row in rows]

    monkeypatch.setattr(units, "_sources", [choices])
