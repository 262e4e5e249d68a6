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
from staffelstab.workforce.services import units
from staffelstab.workforce.services.imports import reversal, runs
from staffelstab.workforce.services.imports.errors import ImportBusy, ImportNotPossible, ImportOutdated
from staffelstab.workforce.services.imports.tree import CircleOfUnits, write_paths
from staffelstab.workforce.services.imports.undo import undo
from tests.factories.register import SMALL, Sheets, with_rows, without_rows, write_folder
from tests.factories.workforce import UnitFactory
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


def ask(world: World, batch: Import, now: datetime, *, actor: Actor | None = None) -> None:
    with world.inside():
        reversal.take_back(batch=batch, actor=actor or world.actor(), now=now + timedelta(hours=1))


def run_job(world: World, batch: Import, now: datetime) -> Import:
    reversal.reverse(
        organisation_id=world.organisation.pk, import_id=batch.pk, now=now + timedelta(hours=1, minutes=1)
    )
    with world.inside():
        return Import.objects.get(pk=batch.pk)


def take_back(world: World, batch: Import, now: datetime) -> dict[str, object]:
    """Ask, and let the job run: what the import then says was undone."""
    ask(world, batch, now)
    done = run_job(world, batch, now)
    assert (done.state, done.failure, done.progress_step) == ("undone", "", "")
    undone: dict[str, object] = done.preview["undone"]
    return undone


def contents(world: World) -> list[list[dict[str, object]]]:
    with world.inside():
        return [list(model.objects.order_by("pk").values()) for model in MODELS]


def test_take_back_removes_what_was_created(importing: Importing, world: World, now: datetime) -> None:
    batch = importing(SMALL, 1)
    assert take_back(world, batch, now) == {"removed": 18, "restored": 0, "kept": 0, "kept_names": []}
    assert contents(world) == [[], [], [], [], [], []]
    with world.inside():
        batch.refresh_from_db()
        trail = AuditEntry.objects.filter(object_id=batch.pk).order_by("pk")
        assert list(trail.values_list("action", "actor_name")) == [
            ("workforce.import.applied", world.system.display_name),
            ("workforce.import.undo_requested", world.actor().display_name),
            ("workforce.import.undone", world.actor().display_name),
        ]


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
    assert (undone["removed"], undone["kept"]) == (1, 0)
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
    assert undone == {
        "removed": 1,
        "restored": 1,
        "kept": 4,
        "kept_names": ["60", "61", "50-W1", "61-1"],
    }
    with world.inside():
        titles = dict(Task.objects.values_list("key", "title"))
        assert titles == {"50-W1": "Von Hand", "50-W2": "Wohngeldstatistik melden", "61-1": "Von Hand"}
        assert set(Unit.objects.values_list("code", flat=True)) == {"FB3", "50", "50.1", "60", "61"}


def test_take_back_refuses_after_a_newer_import(importing: Importing, world: World, now: datetime) -> None:
    first = importing(SMALL, 1)
    second = importing(with_rows("Einheiten", ["60", "Bauamt", ""]), 2)
    before = contents(world)
    with pytest.raises(ImportOutdated):
        ask(world, first, now)
    assert contents(world) == before
    take_back(world, second, now)
    take_back(world, first, now)
    assert contents(world) == [[], [], [], [], [], []]


def test_reverse_leaves_everything_when_another_import_came_first(
    importing: Importing, world: World, now: datetime
) -> None:
    first = importing(SMALL, 1)
    ask(world, first, now)
    importing(with_rows("Einheiten", ["60", "Bauamt", ""]), 2)
    before = contents(world)
    done = run_job(world, first, now)
    assert (done.state, done.failure) == (
        "applied",
        "A newer import has been applied since. Only the latest one can be undone.",
    )
    assert contents(world) == before


def test_reverse_leaves_everything_when_other_data_depend_on_it(
    importing: Importing, world: World, now: datetime
) -> None:
    batch = importing(SMALL, 1)
    with world.inside():
        measure = Measure.objects.create(
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
    ask(world, batch, now)
    done = run_job(world, batch, now)
    assert (done.state, done.preview.get("undone")) == ("applied", None)
    assert done.failure.startswith(
        "The import cannot be undone: other entries, for example measures, already refer"
    )
    assert contents(world) == before
    with world.inside():
        measure.delete()
    assert take_back(world, batch, now)["removed"] == 18


def test_reverse_leaves_everything_when_units_moved_since_would_close_a_circle(
    importing: Importing, world: World, now: datetime
) -> None:
    columns = ["Kürzel", "Name", "Übergeordnet"]
    importing({"Einheiten": [columns, ["P", "Amt P", ""], ["V", "Amt V", ""], ["U", "Amt U", "P"]]}, 1)
    batch = importing({"Einheiten": [columns, ["U", "Amt U", "V"]]}, 2)
    with world.inside():
        unit, parent = Unit.objects.get(code="P"), Unit.objects.get(code="U")
        later = now + timedelta(minutes=3)
        units.move_unit(unit=unit, parent=parent, seen=None, actor=world.actor(), now=later)
    before = contents(world)
    ask(world, batch, now)
    done = run_job(world, batch, now)
    assert done.state == "applied"
    assert done.failure == (
        "The import cannot be undone: units have been moved by hand since, and with their former places some would "
        "lie below themselves. Move those units back first, or correct the register by hand."
    )
    assert contents(world) == before
    with world.inside():
        unit.refresh_from_db()
        units.move_unit(unit=unit, parent=None, seen=None, actor=world.actor(), now=later)
    assert take_back(world, batch, now)["restored"] == 1


def test_paths_are_not_written_over_a_circle(world: World, now: datetime) -> None:
    with world.inside():
        a, b, c = (UnitFactory(code=code) for code in "ABC")
        Unit.objects.filter(pk=a.pk).update(parent=b)
        Unit.objects.filter(pk=b.pk).update(parent=a)
        Unit.objects.filter(pk=c.pk).update(parent=a)
        with pytest.raises(CircleOfUnits, match="3 units have no way to the top"):
            write_paths(world.organisation.pk)


def test_take_back_leaves_columns_that_a_later_release_has_added(
    importing: Importing, world: World, now: datetime
) -> None:
    importing(SMALL, 1)
    sheets = with_rows("Aufgaben")
    sheets["Aufgaben"][1][1] = "Statistik melden"
    sheets["Personen"][1][1] = "Zander"
    sheets["Zuständigkeiten"] = sheets["Zuständigkeiten"][:-1]
    batch = importing(sheets, 2, end_missing=True)
    with world.inside():
        task = Task.objects.get(key="50-W1")
        # As if the import had been applied by a release that knew nothing of these columns.
        for column in ("topic", "unit_sort_key", "sort_key", "search", "ready", "audience"):
            for change in ImportChange.objects.filter(before__has_key=column):
                del change.before[column]
                change.save()
        Task.objects.filter(pk=task.pk).update(topic="digital")  # a migration would not touch changed_at
    undone = take_back(world, batch, now)
    assert (undone["restored"], undone["kept"]) == (3, 0)
    with world.inside():
        task.refresh_from_db()
        person = Person.objects.get(personnel_number="4711")
        part = Responsibility.objects.get(task__key="50-W2", position__number="50-01")
    assert (task.title, task.topic, task.unit_sort_key) == (
        "Wohngeldantrag bescheiden",
        "digital",
        "000050 000001 wohngeldstelle",
    )
    assert (task.sort_key, task.search) == (
        "wohngeldantrag bescheiden",
        "wohngeldantrag bescheiden\n50 w1\nmiete entlasten",
    )
    assert (person.sort_key, part.ready) == ("albers ines", False)


def test_reverse_leaves_everything_and_a_sentence_after_an_unexpected_error(
    importing: Importing, world: World, now: datetime
) -> None:
    batch = importing(SMALL, 1)
    with world.inside():
        Import.objects.filter(pk=batch.pk).update(preview=[])  # not what the job expects at its end
    before = contents(world)
    ask(world, batch, now)
    with pytest.raises(TypeError):
        reversal.reverse(organisation_id=world.organisation.pk, import_id=batch.pk, now=now)
    with world.inside():
        batch.refresh_from_db()
    assert (batch.state, batch.failure) == (
        "applied",
        "Undoing stopped because of an internal error. Please try again later.",
    )
    assert contents(world) == before


def test_reverse_does_nothing_unasked_and_nothing_twice(
    importing: Importing, world: World, now: datetime
) -> None:
    batch = importing(SMALL, 1)
    before = contents(world)
    assert run_job(world, batch, now).state == "applied"
    assert contents(world) == before
    take_back(world, batch, now)
    second = importing(SMALL, 2)
    assert run_job(world, batch, now).state == "undone"
    assert run_job(world, second, now).state == "applied"


def test_reverse_says_how_far_it_is(importing: Importing, world: World, now: datetime) -> None:
    batch = importing(SMALL, 1)
    seen: list[tuple[str, int, int]] = []
    with world.inside():
        undo(
            organisation_id=world.organisation.pk,
            import_id=batch.pk,
            applied_at=now + timedelta(minutes=1),
            progress=lambda step, done, total: seen.append((step, done, total)),
        )
    assert seen == [
        ("remove:responsibilities", 0, 12),
        ("remove:holdings", 1, 12),
        ("restore:units", 2, 12),
        ("restore:positions", 3, 12),
        ("restore:persons", 4, 12),
        ("restore:holdings", 5, 12),
        ("restore:tasks", 6, 12),
        ("restore:responsibilities", 7, 12),
        ("remove:tasks", 8, 12),
        ("remove:positions", 9, 12),
        ("remove:persons", 10, 12),
        ("remove:units", 11, 12),
        ("commit", 12, 12),
    ]


def test_take_back_refuses_twice_and_without_permission(
    importing: Importing, world: World, now: datetime
) -> None:
    batch = importing(SMALL, 1)
    with pytest.raises(PermissionRefused):
        ask(world, batch, now, actor=world.actor("line_manager"))
    with pytest.raises(PermissionRefused):
        ask(world, batch, now, actor=world.actor("knowledge_manager", unit_id=new_id()))
    ask(world, batch, now)
    with pytest.raises(ImportNotPossible):
        ask(world, batch, now)


def test_take_back_and_applying_wait_for_each_other(
    importing: Importing, world: World, now: datetime
) -> None:
    batch = importing(SMALL, 1)
    with world.inside():
        other = Import.objects.create(
            id=new_id(),
            organisation_id=world.organisation.pk,
            state="ready",
            file_name="zweite.zip",
            size=1,
            created_at=now,
            changed_at=now,
        )
        runs.confirm(batch=other, end_missing=False, actor=world.actor(), now=now)
    with pytest.raises(ImportBusy):
        ask(world, batch, now)
    with world.inside():
        Import.objects.filter(pk=other.pk).update(state="ready")
    ask(world, batch, now)
    with world.inside(), pytest.raises(ImportBusy):
        runs.confirm(batch=other, end_missing=False, actor=world.actor(), now=now)
