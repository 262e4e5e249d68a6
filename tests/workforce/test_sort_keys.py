"""A task carries the sort key of its unit; the database keeps it in line whoever writes."""

from __future__ import annotations

import threading
from typing import Any

from django.db import connections

from staffelstab.core.actors import system_actor
from staffelstab.core.ui.paging import keyset_page
from staffelstab.workforce.models import Task, Unit
from staffelstab.workforce.selectors import tasks
from staffelstab.workforce.services import bulk, units
from tests.factories.workforce import TaskFactory, UnitFactory
from tests.world import NOW, World


def key_of(task: Task) -> str:
    key: str = Task.objects.get(pk=task.pk).unit_sort_key
    return key


def office(world: World) -> Any:
    return system_actor(organisation_id=world.organisation.pk, reason="test")


def test_task_takes_the_key_of_its_unit(world: World) -> None:
    with world.inside():
        task = TaskFactory(unit=UnitFactory(code="32", name="Ordnungsamt"))
        assert key_of(task) == "000032 ordnungsamt"


def test_rename_of_a_unit_reaches_its_tasks(world: World) -> None:
    with world.inside():
        unit = UnitFactory(code="32", name="Ordnungsamt")
        task, other = TaskFactory(unit=unit), TaskFactory()
        before = key_of(other)
        units.edit_unit(unit=unit, code="33", name="Bürgeramt", seen=None, actor=office(world), now=NOW)
        assert (key_of(task), key_of(other)) == ("000033 burgeramt", before)


def test_merge_of_units_carries_the_tasks_along(world: World) -> None:
    with world.inside():
        source, target = UnitFactory(code="32"), UnitFactory(code="40", name="Schulamt")
        task = TaskFactory(unit=source)
        units.merge_units(source=source, target=target, seen=None, actor=office(world), now=NOW)
        assert key_of(task) == "000040 schulamt"


def test_move_of_many_tasks_carries_the_key(world: World) -> None:
    with world.inside():
        task, target = TaskFactory(), UnitFactory(code="40", name="Schulamt")
        bulk.move_tasks(task_ids=[task.pk], unit=target, actor=office(world), now=NOW)
        assert key_of(task) == "000040 schulamt"


def test_saving_a_task_read_before_a_rename_does_not_bring_the_old_key_back(world: World) -> None:
    with world.inside():
        unit = UnitFactory(code="32", name="Ordnungsamt")
        stale = Task.objects.get(pk=TaskFactory(unit=unit).pk)
        Unit.objects.filter(pk=unit.pk).update(sort_key="neu")
        stale.save()
        assert key_of(stale) == "neu"


def test_unit_that_comes_after_its_task_gives_the_key(world: World) -> None:
    with world.inside():
        unit = UnitFactory.build(code="32", name="Ordnungsamt")
        unit.organisation_id, unit.ancestor_ids, unit.changed_at = world.organisation.pk, [unit.pk], NOW
        task = TaskFactory(unit=unit)
        assert key_of(task) == ""
        unit.save(force_insert=True)
        assert key_of(task) == "000032 ordnungsamt"


def test_list_sorted_by_unit_is_paged_within_equal_units(world: World) -> None:
    with world.inside():
        expected = []
        for code in ("1", "2", "10"):
            unit = UnitFactory(code=code, name="Amt")
            for title in ("a", "b", "c"):
                TaskFactory(unit=unit, key=f"{code}{title}", title=title)
                expected.append(f"{code}{title}")
        rows, order, query, found = Task.objects.all(), tasks.SORTS["unit"], {}, []
        while True:
            page = keyset_page(rows, order=order, query=query, size=2)
            found += [task.key for task in page.rows]
            if not page.next:
                break
            query = {"after": page.next}
        assert found == expected


def test_task_made_during_a_rename_waits_for_the_new_key(committed_database: str) -> None:
    world = World.load()
    with world.inside():
        unit = UnitFactory(code="32", name="Ordnungsamt")
    connections["default"].close()
    waiting = threading.Event()
    found: list[str] = []

    def make() -> None:
        with world.inside():
            waiting.set()
            found.append(key_of(TaskFactory(unit=unit)))
        connections["default"].close()

    thread = threading.Thread(target=make)
    with world.inside():
        units.edit_unit(unit=unit, code="33", name="Bürgeramt", seen=None, actor=office(world), now=NOW)
        thread.start()
        waiting.wait(10)
        thread.join(0.3)
        assert found == []
    thread.join(20)
    assert found == ["000033 burgeramt"]
