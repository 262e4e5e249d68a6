"""The trail says who did what; personal values never enter it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from staffelstab.core import audit
from staffelstab.core.actors import ANONYMOUS
from staffelstab.core.errors import TenantMissing
from staffelstab.core.models import AuditEntry, Look
from tests.guards import rows
from tests.world import NOW, World


def test_record_says_who_what_and_when(world: World) -> None:
    actor = world.actor()
    with world.inside():
        unit = rows.unit()
        entry = audit.record(actor, "workforce.unit.renamed", unit, at=NOW, changes={"name": ("alt", "neu")})
        saved = AuditEntry.objects.get(pk=entry.pk)
    assert (saved.at, saved.account_id, saved.actor_name, saved.action, saved.changes) == (
        NOW,
        actor.account_id,
        actor.display_name,
        "workforce.unit.renamed",
        {"name": ["alt", "neu"]},
    )
    assert (saved.object_type, saved.object_id, saved.object_name) == ("workforce.unit", unit.pk, str(unit))


@pytest.mark.parametrize("name", sorted(audit.MASKED))
def test_personal_values_are_masked(world: World, name: str) -> None:
    with world.inside():
        unit = rows.unit()
        kept = [
            audit.record(world.system, "x.y.z", unit, at=NOW, changes={name: change}).changes[name]
            for change in (("Meyer", "Maier"), (None, "Maier"), ("Meyer", ""))
        ]
    assert kept == [["•••", "•••"], [None, "•••"], ["•••", None]]


def test_values_are_kept_as_json_holds_them(world: World) -> None:
    with world.inside():
        unit = rows.unit()
        values = (date(2026, 11, 22), Decimal("0.5"), unit, [1, unit.pk], None, True)
        found = [audit.plain(value) for value in values]
    assert found == ["2026-11-22", "0.5", str(unit), [1, str(unit.pk)], None, True]


def test_differences_leave_out_what_stayed() -> None:
    assert audit.differences({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}) == {"b": (2, 3), "c": (None, 4)}


def test_record_without_an_organisation_is_an_error(world: World) -> None:
    with world.inside():
        unit = rows.unit()
    with pytest.raises(TenantMissing):
        audit.record(world.system, "x.y.z", unit, at=NOW)


def test_looks_count_each_other_person_once(world: World) -> None:
    actor, other = world.actor(), uuid4()
    assert actor.account_id is not None
    with world.inside():
        assert audit.record_looks(actor, "x.person", [other, other, actor.account_id], at=NOW) == 1
        assert audit.record_looks(ANONYMOUS, "x.person", [other], at=NOW) == 0
        assert list(Look.objects.values_list("account_id", "subject_id", "what")) == [
            (actor.account_id, other, "x.person")
        ]


def test_history_is_of_one_object_and_newest_first(world: World) -> None:
    with world.inside():
        unit, other = rows.unit(), rows.unit()
        for action in ("a.unit.made", "a.unit.moved"):
            audit.record(world.system, action, unit, at=NOW)
        audit.record(world.system, "a.unit.made", other, at=NOW)
        assert [entry.action for entry in audit.history(unit)] == ["a.unit.moved", "a.unit.made"]
