"""Commands on single tasks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from staffelstab.core import audit, revisions
from staffelstab.core.errors import NotFound, PermissionRefused
from staffelstab.identity.enums import Role
from staffelstab.workforce.models import Task
from staffelstab.workforce.services import errors, tasks
from staffelstab.workforce.services.tasks import TaskValues
from tests.factories.workforce import TaskFactory, UnitFactory
from tests.world import NOW, World

LATER = NOW + dt.timedelta(hours=1)
TODAY = dt.date(2026, 11, 22)


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    with world.inside():
        yield


def values_of(task: Task) -> TaskValues:
    return TaskValues(key=task.key, title=task.title, unit=task.unit, purpose=task.purpose)


def test_create_task_derives_sort_key_and_search(world: World, now: datetime) -> None:
    unit = UnitFactory(code="50", name="Sozialamt")
    values = TaskValues(key="WG-1", title="Übergänge prüfen", unit=unit, purpose="Größe", criticality=4)
    before = revisions.value(world.organisation.pk, "workforce")
    task = tasks.create_task(values=values, actor=world.actor(), now=now)
    fresh = Task.objects.get(pk=task.pk)
    assert (fresh.sort_key, fresh.search) == ("ubergange prufen", "ubergange prufen\nwg 1\ngrosse")
    assert audit.history(task)[0].changes == {
        "key": [None, "WG-1"],
        "title": [None, "Übergänge prüfen"],
        "unit": [None, "50 Sozialamt"],
        "purpose": [None, "Größe"],
        "criticality": [None, 4],
    }
    assert revisions.value(world.organisation.pk, "workforce") == before + 1


def test_create_task_refusals(world: World, now: datetime) -> None:
    known = TaskFactory(key="WG-1")
    with pytest.raises(errors.TaskKeyTaken) as refused:
        tasks.create_task(values=replace(values_of(known), title="X"), actor=world.actor(), now=now)
    assert refused.value.data == {"key": "WG-1"}
    gone = UnitFactory(ended_on=TODAY)
    with pytest.raises(errors.UnitEnded):
        tasks.create_task(values=TaskValues(key="N", title="N", unit=gone), actor=world.actor(), now=now)


@pytest.mark.parametrize("role", [Role.KNOWLEDGE_MANAGER, Role.LINE_MANAGER])
def test_tasks_are_changed_within_the_own_area_only(world: World, now: datetime, role: Role) -> None:
    mine = UnitFactory()
    below, other = TaskFactory(unit=UnitFactory(parent=mine)), TaskFactory()
    actor = world.actor(role, unit_id=mine.pk)
    tasks.edit_task(
        task=below, values=replace(values_of(below), title="Neu"), seen=None, actor=actor, now=now
    )
    with pytest.raises(PermissionRefused):
        tasks.edit_task(task=other, values=values_of(other), seen=None, actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        tasks.edit_task(
            task=below, values=replace(values_of(below), unit=other.unit), seen=None, actor=actor, now=now
        )
    with pytest.raises(PermissionRefused):
        tasks.create_task(values=TaskValues(key="N", title="N", unit=other.unit), actor=actor, now=now)


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.PERSONNEL, Role.EXECUTIVE, Role.ADMINISTRATOR])
def test_tasks_are_not_changed_by_others(world: World, now: datetime, role: Role) -> None:
    task, actor = TaskFactory(), world.actor(role)
    with pytest.raises(PermissionRefused):
        tasks.create_task(values=TaskValues(key="N", title="N", unit=task.unit), actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        tasks.edit_task(task=task, values=values_of(task), seen=None, actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        tasks.end_task(task=task, seen=None, actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        tasks.reactivate_task(task=task, seen=None, actor=actor, now=now)


def test_edit_task_writes_only_differences(world: World) -> None:
    task = TaskFactory(title="Alt")
    values = replace(values_of(task), title="Ändern")
    tasks.edit_task(task=task, values=values, seen=NOW, actor=world.actor(), now=LATER)
    fresh = Task.objects.get(pk=task.pk)
    assert (fresh.sort_key, fresh.search.split("\n")[0], fresh.changed_at) == ("andern", "andern", LATER)
    assert audit.history(task)[0].changes == {"title": ["Alt", "Ändern"]}
    tasks.edit_task(task=task, values=values, seen=LATER, actor=world.actor(), now=LATER)
    assert audit.history(task).count() == 1


def test_edit_task_refusals(world: World) -> None:
    TaskFactory(key="T")
    task = TaskFactory()
    actor = world.actor()
    with pytest.raises(errors.TaskKeyTaken):
        tasks.edit_task(task=task, values=replace(values_of(task), key="T"), seen=NOW, actor=actor, now=LATER)
    gone = replace(values_of(task), unit=UnitFactory(ended_on=TODAY))
    with pytest.raises(errors.UnitEnded):
        tasks.edit_task(task=task, values=gone, seen=NOW, actor=actor, now=LATER)
    with pytest.raises(errors.ChangedMeanwhile):
        tasks.edit_task(task=task, values=values_of(task), seen=LATER, actor=actor, now=LATER)


def test_end_and_reactivate_task(world: World, now: datetime) -> None:
    task = TaskFactory()
    actor = world.actor()
    tasks.reactivate_task(task=task, seen=None, actor=actor, now=now)
    assert audit.history(task).count() == 0
    tasks.end_task(task=task, seen=None, actor=actor, now=now)
    assert Task.objects.get(pk=task.pk).ended_on == TODAY
    with pytest.raises(errors.AlreadyEnded):
        tasks.end_task(task=task, seen=None, actor=actor, now=now)
    tasks.reactivate_task(task=task, seen=None, actor=actor, now=now)
    assert Task.objects.get(pk=task.pk).ended_on is None
    assert [entry.action for entry in audit.history(task)] == [
        "workforce.task.reactivated",
        "workforce.task.ended",
    ]


def test_reactivate_task_of_an_ended_unit_is_refused(world: World, now: datetime) -> None:
    task = TaskFactory(ended_on=TODAY, unit=UnitFactory(ended_on=TODAY))
    with pytest.raises(errors.UnitEnded):
        tasks.reactivate_task(task=task, seen=None, actor=world.actor(), now=now)


def test_a_task_that_is_gone_is_not_found(world: World, now: datetime) -> None:
    task = TaskFactory()
    Task.objects.filter(pk=task.pk).delete()
    with pytest.raises(NotFound):
        tasks.end_task(task=task, seen=None, actor=world.actor(), now=now)
