"""The database notes what a transaction changes and moves the counters at the end of the tenancy context."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.db import connection, transaction

from staffelstab.core import audit, revisions
from staffelstab.core.models import Look
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.workforce.models import Import, Person, Task
from tests.factories.foresight import MeasureFactory
from tests.factories.workforce import PersonFactory, TaskFactory, UnitFactory
from tests.world import NOW, World


@dataclass
class Moved:
    """Which counters of an organisation move while something is done."""

    organisation_id: UUID

    def values(self) -> dict[str, int]:
        with activate(TenancyContext(self.organisation_id)):
            return dict(revisions.snapshot(self.organisation_id).values)

    def by(self, work: Callable[[], object]) -> set[str]:
        before = self.values()
        with activate(TenancyContext(self.organisation_id)):
            work()
        after = self.values()
        return {topic for topic in after if after[topic] != before.get(topic)}


@pytest.fixture
def moved(world: World) -> Moved:
    return Moved(world.organisation.pk)


def test_orm_moves_the_counter_of_the_module(moved: Moved) -> None:
    assert moved.by(PersonFactory) == {"workforce"}
    assert moved.by(lambda: Person.objects.update(last_name="Neu")) == {"workforce"}
    assert moved.by(lambda: Person.objects.all().delete()) == {"workforce"}


def test_each_module_has_its_own_counter(moved: Moved) -> None:
    task: list[Task] = []
    assert moved.by(lambda: task.append(TaskFactory())) == {"workforce"}
    assert moved.by(lambda: MeasureFactory(task=task[0])) == {"foresight"}


def test_sql_moves_it_too(moved: Moved) -> None:
    def sql() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE workforce_person SET last_name = 'X'")

    assert moved.by(sql) == {"workforce"}


def test_reading_moves_nothing(moved: Moved) -> None:
    assert moved.by(lambda: list(Task.objects.all())) == set()


def test_progress_of_an_import_is_not_the_register(moved: Moved) -> None:
    assert moved.by(lambda: Import.objects.update(progress_done=1)) == {"imports"}


def test_trail_counts_for_what_it_is_about_and_a_look_for_nothing(moved: Moved, world: World) -> None:
    unit: list[object] = []
    moved.by(lambda: unit.append(UnitFactory()))

    def record() -> None:
        audit.record(world.system, "workforce.unit.edited", unit[0], at=NOW)  # type: ignore[arg-type]

    def look() -> None:
        audit.record_looks(world.actor(), "workforce.person", [world.stranger_id], at=NOW)

    assert moved.by(record) == {"workforce"}
    assert moved.by(look) == set()
    with world.inside():
        assert Look.objects.count() == 1


def test_change_that_is_undone_within_the_transaction_moves_nothing(moved: Moved) -> None:
    def undone() -> None:
        with transaction.atomic():
            PersonFactory()
            transaction.set_rollback(True)

    assert moved.by(undone) == set()


def test_each_organisation_gets_its_own_changes(moved: Moved, world: World) -> None:
    stranger = Moved(world.stranger_id)
    before = stranger.values()

    def both() -> None:
        PersonFactory()
        with activate(TenancyContext(world.stranger_id)):
            Import.objects.update(progress_done=1)

    assert moved.by(both) == {"workforce"}
    after = stranger.values()
    assert {topic for topic in after if after[topic] != before.get(topic)} == {"imports"}


def test_counter_never_takes_a_value_again(world: World) -> None:
    own, seen = world.organisation.pk, set()
    for _time in range(3):
        with transaction.atomic():
            with world.inside():
                PersonFactory()
            with world.inside():
                seen.add(revisions.value(own, "workforce"))
            transaction.set_rollback(True)
    assert len(seen) == 3


def test_shared_counter_moves_with_the_services_of_any_house(world: World) -> None:
    def shared() -> int:
        with world.inside():
            return revisions.snapshot(world.organisation.pk).shared

    before = shared()
    with world.inside(organisation_id=world.neighbour_id):
        PersonFactory()
    assert shared() == before
    with world.inside(organisation_id=world.neighbour_id), connection.cursor() as cursor:
        cursor.execute("UPDATE vocabulary_service SET name = name")
    assert shared() > before


def test_snapshot_says_whether_the_transaction_has_written(committed_database: str) -> None:
    world = World.load()
    own = world.organisation.pk
    with world.inside():
        assert revisions.snapshot(own).dirty is False
        PersonFactory()
        assert revisions.snapshot(own).dirty is True
    with world.inside():
        assert revisions.snapshot(own).dirty is False


def test_snapshot_of_some_topics() -> None:
    seen = revisions.Snapshot((("foresight", 3), ("workforce", 7)), 0, dirty=False)
    assert seen.of(frozenset({"workforce", "imports"})) == (("workforce", 7),)
