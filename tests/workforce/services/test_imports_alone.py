"""Imports and people who write the same register at the same time: nobody's change is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError, connection

from staffelstab.core.errors import DomainError
from staffelstab.workforce.models import Holding, Person, Position, Responsibility, Task, Unit
from staffelstab.workforce.models.functions import SPINE
from staffelstab.workforce.models.structure import SpineModel
from staffelstab.workforce.services import tasks, trail, units
from staffelstab.workforce.services.imports import reversal, runs, steps
from staffelstab.workforce.services.tasks import TaskValues
from tests.factories.register import SMALL, Sheets, with_rows, write_folder
from tests.locks import somebody_waits
from tests.world import NOW, World

pytestmark = pytest.mark.slow  # a database of its own

MODELS = (Unit, Position, Person, Holding, Task, Responsibility)


@pytest.fixture
def committed_world(committed_database: str) -> World:
    assert committed_database
    return World.load()


@pytest.fixture
def importing(committed_world: World, tmp_path: Path) -> Callable[[Sheets, int], runs.Outcome]:
    """``importing(sheets, minute)``: import and commit, so many minutes after the clock of the tests."""

    def run(sheets: Sheets, minute: int) -> runs.Outcome:
        folder = write_folder(tmp_path / f"register{minute}", sheets)
        with committed_world.inside():
            return runs.import_file(
                path=folder,
                name="register",
                actor=committed_world.system,
                now=NOW + timedelta(minutes=minute),
            )

    return run


def beginning(work: Callable[[], object], found: list[object]) -> threading.Thread:
    """A thread with a connection of its own; its result, or the refusal, is in ``found`` when it has ended."""

    def run() -> None:
        try:
            found.append(work())
        except (DomainError, OperationalError) as refusal:
            found.append(refusal)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_for(url: str, condition: str) -> bool:
    """Whether somebody waits for such a lock, within half a minute."""
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as observer:
        for _attempt in range(600):
            if somebody_waits(observer, condition):
                return True
            time.sleep(0.05)
    return False


@contextmanager
def stopped_before_writing(url: str) -> Iterator[None]:
    """Imports have compared and wait before their first write, undoing before its first."""
    with psycopg.connect(url) as blocker:
        blocker.execute("LOCK TABLE workforce_unit, workforce_holding IN SHARE MODE")
        yield


RETITLED: Sheets = {
    "Aufgaben": [["Schlüssel", "Titel", "Einheit"], ["50-W1", "Wohngeldantrag entscheiden", "50.1"]],
    "Einheiten": [["Kürzel", "Name"], ["50", "Sozialamt"]],
}


def test_change_during_an_import_is_not_overwritten_by_it(
    committed_database: str, committed_world: World, importing: Callable[[Sheets, int], runs.Outcome]
) -> None:
    world = committed_world
    importing(SMALL, 1)
    with world.inside():
        task = Task.objects.select_related("unit").get(key="50-W1")
    values = TaskValues(key=task.key, title=task.title, unit=task.unit, product="12.34")
    found: list[object] = []
    edited: list[object] = []

    def edit() -> object:
        with world.inside():
            return tasks.edit_task(task=task, values=values, seen=None, actor=world.actor(), now=NOW).product

    with stopped_before_writing(committed_database):
        first = beginning(lambda: importing(RETITLED, 2).state, found)
        assert wait_for(committed_database, "relation = 'workforce_unit'::regclass")
        second = beginning(edit, edited)
        second.join(0.5)
        assert (found, edited) == ([], [])
    first.join(20)
    second.join(20)
    assert (found, edited) == (["applied"], ["12.34"])
    with world.inside():
        task.refresh_from_db()
    assert (task.title, task.product) == ("Wohngeldantrag bescheiden", "12.34")


def test_form_opened_before_an_import_hears_of_it(
    committed_database: str, committed_world: World, importing: Callable[[Sheets, int], runs.Outcome]
) -> None:
    world = committed_world
    importing(SMALL, 1)
    with world.inside():
        task = Task.objects.select_related("unit").get(key="50-W1")
    found: list[object] = []
    edited: list[object] = []

    def end() -> object:
        with world.inside():
            return tasks.end_task(task=task, seen=task.changed_at, actor=world.actor(), now=NOW)

    with stopped_before_writing(committed_database):
        first = beginning(lambda: importing(RETITLED, 2).state, found)
        assert wait_for(committed_database, "relation = 'workforce_unit'::regclass")
        second = beginning(end, edited)
        second.join(0.5)
    first.join(20)
    second.join(20)
    assert found == ["applied"]
    assert [getattr(refusal, "code", refusal) for refusal in edited] == ["core.stale"]


def test_change_during_an_undo_is_not_overwritten_by_it(
    committed_database: str, committed_world: World, importing: Callable[[Sheets, int], runs.Outcome]
) -> None:
    world = committed_world
    importing(SMALL, 1)
    batch_id = importing(RETITLED, 2).import_id
    assert batch_id is not None
    with world.inside():
        task = Task.objects.select_related("unit").get(key="50-W1")
        batch = runs.Import.objects.get(pk=batch_id)
        reversal.take_back(batch=batch, actor=world.actor(), now=NOW + timedelta(minutes=3))
    found: list[object] = []

    def edit() -> None:
        with world.inside():
            later = NOW + timedelta(minutes=4)
            values = TaskValues(key=task.key, title="Von Hand", unit=task.unit)
            tasks.edit_task(task=task, values=values, seen=None, actor=world.actor(), now=later)

    with stopped_before_writing(committed_database):
        key = world.organisation.pk
        first = beginning(lambda: reversal.reverse(organisation_id=key, import_id=batch_id, now=NOW), found)
        assert wait_for(committed_database, "relation = 'workforce_holding'::regclass")
        second = beginning(edit, found)
        second.join(0.5)
        assert found == []
    first.join(20)
    second.join(20)
    with world.inside():
        task.refresh_from_db()
        batch.refresh_from_db()
    assert (found, task.title, batch.state) == ([None, None], "Von Hand", "undone")


def test_import_looks_at_the_tree_after_a_move_that_came_first(
    committed_database: str, committed_world: World, importing: Callable[[Sheets, int], runs.Outcome]
) -> None:
    world = committed_world
    importing({"Einheiten": [["Kürzel", "Name"], ["A", "Amt A"], ["B", "Amt B"]]}, 1)
    found: list[object] = []
    sheets: Sheets = {"Einheiten": [["Kürzel", "Name", "Übergeordnet"], ["A", "Amt A", "B"]]}
    with world.inside():
        unit, parent = Unit.objects.get(code="B"), Unit.objects.get(code="A")
        units.move_unit(unit=unit, parent=parent, seen=None, actor=world.actor(), now=NOW)
        thread = beginning(lambda: importing(sheets, 2), found)
        wait_for(committed_database, "locktype = 'advisory'")
    thread.join(20)
    (outcome,) = found
    assert isinstance(outcome, runs.Outcome)
    assert outcome.state == "rejected"
    assert [problem.code for problem in outcome.examination.problems.problems] == ["unit.cycle"]
    with world.inside():
        assert set(Unit.objects.values_list("code", "parent__code")) == {("A", None), ("B", "A")}


def test_move_waits_for_an_import_and_sees_the_tree_it_made(
    committed_database: str, committed_world: World, importing: Callable[[Sheets, int], runs.Outcome]
) -> None:
    world = committed_world
    importing({"Einheiten": [["Kürzel", "Name"], ["A", "Amt A"], ["B", "Amt B"]]}, 1)
    with world.inside():
        unit, parent = Unit.objects.get(code="B"), Unit.objects.get(code="A")
    sheets: Sheets = {"Einheiten": [["Kürzel", "Name", "Übergeordnet"], ["A", "Amt A", "B"]]}
    found: list[object] = []
    moved: list[object] = []

    def move() -> object:
        with world.inside():
            return units.move_unit(unit=unit, parent=parent, seen=None, actor=world.actor(), now=NOW)

    with stopped_before_writing(committed_database):
        first = beginning(lambda: importing(sheets, 2).state, found)
        assert wait_for(committed_database, "relation = 'workforce_unit'::regclass")
        second = beginning(move, moved)
        second.join(0.5)
    first.join(20)
    second.join(20)
    assert found == ["applied"]
    assert [getattr(refusal, "code", refusal) for refusal in moved] == ["workforce.unit.cycle"]


def test_people_do_not_wait_for_each_other(
    committed_world: World, importing: Callable[[Sheets, int], runs.Outcome]
) -> None:
    world = committed_world
    importing(with_rows("Einheiten", ["60", "Bauamt", ""]), 1)
    found: list[object] = []

    def rename(code: str) -> object:
        with world.inside():
            unit = Unit.objects.get(code=code)
            return units.edit_unit(
                unit=unit, code=code, name="Neu", seen=None, actor=world.actor(), now=NOW
            ).name

    with world.inside():
        unit = trail.lock(Unit.objects.get(code="60"), seen=None)
        trail.save(unit, now=NOW)
        other = beginning(lambda: rename("50"), found)
        other.join(20)
        assert found == ["Neu"]


@pytest.mark.parametrize("model", MODELS)
def test_no_way_to_write_the_register_passes_an_import(
    committed_world: World, model: type[SpineModel]
) -> None:
    world = committed_world

    def write(organisation_id: object = None) -> str:
        with world.inside(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', '100ms', true)")
            if organisation_id is not None:
                cursor.execute(
                    "SELECT set_config('staffelstab.organisation', %s, true)", [str(organisation_id)]
                )
            model.objects.filter(pk=None).delete()
            cursor.execute(f'UPDATE "{model._meta.db_table}" SET changed_at = changed_at')
            return "written"

    found: list[object] = []
    with world.inside():
        steps.hold_register()
        model.objects.update(changed_at=NOW)  # whoever holds it may write
        beginning(write, found).join(20)
        beginning(lambda: write(world.stranger_id), found).join(20)
    beginning(write, found).join(20)
    assert [getattr(each, "args", (each,))[0].split("\n")[0] for each in found] == [
        "canceling statement due to lock timeout",
        "written",
        "written",
    ]


def test_every_table_of_the_register_is_guarded() -> None:
    spine = {model._meta.db_table for model in SpineModel.__subclasses__()}
    assert spine == set(SPINE) == {model._meta.db_table for model in MODELS}
