"""Taking an import back: completely, around manual changes, and when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from staffelstab.core.actors import Actor
from staffelstab.core.errors import PermissionRefused
from staffelstab.core.ids import new_id
from staffelstab.core.models import AuditEntry
from staffelstab.foresight.models import Measure
from staffelstab.workforce.models import (
    Holding,
    Import,
    ImportChange,
    Person,
    Position,
    Responsibility,
    Task,
    Unit,
)
from staffelstab.workforce.services.imports import runs
from staffelstab.workforce.services.imports.errors import ImportNotPossible, ImportOutdated, UndoBlocked
from staffelstab.workforce.services.imports.undo import Undone
from tests.factories.register import SMALL, Sheets, with_rows, without_rows, write_folder
from tests.world import World

MODELS = (Unit, Position, Person, Holding, Task, Responsibility)

type Importing = Callable[..., Import]


@pytest.fixture
def importing(world: World, now: datetime, tmp_path: Path) -> Importing:
    """``importing(sheets, minute)``: import at once, so many minutes after the clock of the tests."""

    def run(sheets: Sheets, minute: int, **options: bool) -> Import:
        with world.inside():
            outcome = runs.import_file(
                path=write_folder(tmp_path / "register", sheets),
                name="register",
                actor=world.system,
                now=now + timedelta(minutes=minute),
                **options,
            )
            assert [p.code for p in outcome.examination.problems.problems if p.is_error] == []
            return Import.objects.get(pk=outcome.import_id)

    return run


def take_back(world: World, batch: Import, now: datetime, *, actor: Actor | None = None) -> Undone:
    with world.inside():
        return runs.take_back(batch=batch, actor=actor or world.actor(), now=now + timedelta(hours=1))


def contents(world: World) -> list[list[dict[str, object]]]:
    with world.inside():
        return [list(model.objects.order_by("pk").values()) for model in MODELS]


def test_take_back_removes_what_was_created(importing: Importing, world: World, now: datetime) -> None:
    batch = importing(SMALL, 1)
    assert take_back(world, batch, now) == Undone(18, 0, 0, ())
    assert contents(world) == [[], [], [], [], [], []]
    with world.inside():
        batch.refresh_from_db()
        assert batch.state == "undone"
        actions = AuditEntry.objects.filter(object_id=batch.pk).values_list("action", flat=True)
        assert sorted(actions) == ["workforce.import.applied", "workforce.import.undone"]


def test_take_back_restores_what_was_changed_and_ended(
    importing: Importing, world: World, now: datetime
) -> None:
    importing(SMALL, 1)
    before = contents(world)
    sheets = without_rows("Aufgaben", "50-W2")
    sheets["Zuständigkeiten"] = [row for row in sheets["Zuständigkeiten"] if row[0] != "50-W2"][:-1]
    sheets["Besetzungen"] = sheets["Besetzungen"][:-1]
    sheets["Einheiten"] = [
        ["Kürzel", "Name", "Übergeordnet"],
        ["FB3", "Soziales", ""],
        ["50", "Amt", ""],
        ["50.1", "W", "FB3"],
    ]
    sheets["Einheiten"].append(["60", "Bauamt", "50.1"])
    batch = importing(sheets, 2, end_missing=True)
    assert contents(world) != before
    undone = take_back(world, batch, now)
    assert (undone.removed, undone.kept) == (1, 0)
    assert contents(world) == before
    with world.inside():
        assert ImportChange.objects.count() == 0


def test_take_back_keeps_manual_changes_and_what_they_need(
    importing: Importing, world: World, now: datetime
) -> None:
    importing(SMALL, 1)
    sheets = with_rows("Einheiten", ["60", "Bauamt", ""], ["61", "Tiefbau", "60"], ["62", "Hochbau", "60"])
    sheets["Aufgaben"][1][1] = "Wohngeld entscheiden"
    sheets["Aufgaben"][2][1] = "Statistik melden"
    sheets["Aufgaben"].append(["61-1", "Straße sperren", "61", *[""] * 5])
    batch = importing(sheets, 2)
    with world.inside():
        Task.objects.filter(key="50-W1").update(title="Von Hand", changed_at=now + timedelta(minutes=3))
        Task.objects.filter(key="61-1").update(title="Von Hand", changed_at=now + timedelta(minutes=3))
    undone = take_back(world, batch, now)
    assert undone == Undone(1, 1, 4, ("60", "61", "50-W1", "61-1"))
    with world.inside():
        titles = dict(Task.objects.values_list("key", "title"))
        assert titles == {"50-W1": "Von Hand", "50-W2": "Wohngeldstatistik melden", "61-1": "Von Hand"}
        assert set(Unit.objects.values_list("code", flat=True)) == {"FB3", "50", "50.1", "60", "61"}


def test_take_back_refuses_after_a_newer_import(importing: Importing, world: World, now: datetime) -> None:
    first = importing(SMALL, 1)
    second = importing(with_rows("Einheiten", ["60", "Bauamt", ""]), 2)
    before = contents(world)
    with pytest.raises(ImportOutdated):
        take_back(world, first, now)
    assert contents(world) == before
    take_back(world, second, now)
    take_back(world, first, now)
    assert contents(world) == [[], [], [], [], [], []]


def test_take_back_refuses_when_other_data_depend_on_it(
    importing: Importing, world: World, now: datetime
) -> None:
    batch = importing(SMALL, 1)
    with world.inside():
        Measure.objects.create(
            id=new_id(),
            organisation_id=world.organisation.pk,
            task=Task.objects.get(key="50-W1"),
            kind="page",
            what="Seite schreiben",
            due_on=now.date(),
            changed_at=now,
            created_at=now,
        )
    before = contents(world)
    with pytest.raises(UndoBlocked):
        take_back(world, batch, now)
    assert contents(world) == before
    with world.inside():
        assert Import.objects.get(pk=batch.pk).state == "applied"


def test_take_back_refuses_twice_and_without_permission(
    importing: Importing, world: World, now: datetime
) -> None:
    batch = importing(SMALL, 1)
    with pytest.raises(PermissionRefused):
        take_back(world, batch, now, actor=world.actor("line_manager"))
    with pytest.raises(PermissionRefused):
        take_back(world, batch, now, actor=world.actor("knowledge_manager", unit_id=new_id()))
    take_back(world, batch, now)
    with pytest.raises(ImportNotPossible):
        take_back(world, batch, now)
