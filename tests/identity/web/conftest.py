"""What the screens of this module need besides the small world."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from staffelstab.identity.selectors import units
from staffelstab.identity.selectors.units import UnitChoice
from staffelstab.workforce.models import Unit
from tests.factories.factors import MOMENT


@pytest.fixture(autouse=True)
def steady_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No code of an app grows old between the moment a test makes it and the moment it is checked."""
    monkeypatch.setattr(
        "allauth.mfa.totp.internal.auth.time", SimpleNamespace(time=lambda: MOMENT), raising=True
    )


@pytest.fixture
def unit_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """Units come from the tests' own rows, whatever the module above registers."""

    def choices() -> list[UnitChoice]:
        rows = Unit.objects.order_by("sort_key")
        return [UnitChoice(row.pk, row.name, len(row.ancestor_ids) - 1) for row in rows]

    monkeypatch.setattr(units, "_sources", [choices])
