"""Commands on many tasks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from staffelstab.core import audit
from staffelstab.core.errors import PermissionRefused
from staffelstab.core.ids import new_id
from staffelstab.core.models import AuditEntry
from staffelstab.identity.enums import Role
from staffelstab.vocabulary.enums import Topic
from staffelstab.workforce.enums import Criticality, PositionRisk
from staffelstab.workforce.enums import ResponsibilityKind as Kind
from staffelstab.workforce.models import Responsibility, Task
from staffelstab.workforce.services import bulk, errors
from staffelstab.workforce.services.bulk import Outcome
from tests.factories.workforce import PositionFactory, ResponsibilityFactory, TaskFactory, UnitFactory
from tests.world import NOW, World

LATER = NOW + dt.timedelta(hours=1)
TODAY = dt.date(2026, 11, 22)


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    with world.inside():
        yield


def test_assign_deputy_adds_upgrades_and_leaves_alone(world: World) -> None:
    position = PositionFactory(number="1", title="A")
    fresh = TaskFactory()
    helping = ResponsibilityFactory(position=position, kind=Kind.CAN_HELP).task
    already = ResponsibilityFactory(position=position, kind=Kind.DEPUTY).task
    responsible = ResponsibilityFactory(position=position).task
    ids = [task.pk for task in (fresh, helping, already, responsible)]
    done = bulk.assign_deputy(task_ids=ids, position=position, ready=False, actor=world.actor(), now=LATER)
    assert done == Outcome(changed=2, unchanged=2)
    kinds = dict(Responsibility.objects.filter(position=position).values_list("task_id", "kind"))
    assert kinds == {
        fresh.pk: "deputy",
        helping.pk: "deputy",
        already.pk: "deputy",
        responsible.pk: "responsible",
    }
    assert audit.history(fresh)[0].changes == {"1 A": [None, "deputy"]}
    assert audit.history(helping)[0].changes == {"1 A": ["can_help", "deputy"]}
    changed = set(Task.objects.filter(changed_at=LATER).values_list("pk", flat=True))
    assert changed == {fresh.pk, helping.pk}
    again = bulk.assign_deputy(task_ids=ids, position=position, ready=False, actor=world.actor(), now=LATER)
    assert again == Outcome(changed=0, unchanged=4)


def test_assign_deputy_refusals(world: World, now: datetime) -> None:
    task, position = TaskFactory(), PositionFactory()
    actor = world.actor()
    with pytest.raises(errors.PositionEnded):
        bulk.assign_deputy(
            task_ids=[task.pk], position=PositionFactory(ended_on=TODAY), ready=True, actor=actor, now=now
        )
    with pytest.raises(errors.NothingSelected):
        bulk.assign_deputy(task_ids=[], position=position, ready=True, actor=actor, now=now)
    ids = [new_id() for _each in range(bulk.LIMIT + 1)]
    with pytest.raises(errors.TooManySelected):
        bulk.assign_deputy(task_ids=ids, position=position, ready=True, actor=actor, now=now)
    for stranger in (new_id(), TaskFactory(ended_on=TODAY).pk):
        with pytest.raises(errors.TasksNotYours) as refused:
            bulk.assign_deputy(
                task_ids=[task.pk, stranger], position=position, ready=True, actor=actor, now=now
            )
        assert refused.value.data == {"count": 1}
    assert Responsibility.objects.count() == 0


@pytest.mark.parametrize("role", [Role.KNOWLEDGE_MANAGER, Role.LINE_MANAGER])
def test_bulk_changes_the_own_area_only(world: World, now: datetime, role: Role) -> None:
    mine = UnitFactory()
    below, other = TaskFactory(unit=UnitFactory(parent=mine)), TaskFactory()
    actor = world.actor(role, unit_id=mine.pk)
    done = bulk.set_topic(task_ids=[below.pk], topic=Topic.HEALTH, actor=actor, now=now)
    assert done == Outcome(changed=1, unchanged=0)
    with pytest.raises(errors.TasksNotYours):
        bulk.set_topic(task_ids=[below.pk, other.pk], topic=Topic.LAW, actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        bulk.move_tasks(task_ids=[below.pk], unit=other.unit, actor=actor, now=now)


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.PERSONNEL, Role.EXECUTIVE, Role.PRIVACY])
def test_bulk_is_not_for_others(world: World, now: datetime, role: Role) -> None:
    task, position = TaskFactory(), PositionFactory()
    actor = world.actor(role)
    with pytest.raises(PermissionRefused):
        bulk.assign_deputy(task_ids=[task.pk], position=position, ready=True, actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        bulk.set_topic(task_ids=[task.pk], topic=Topic.LAW, actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        bulk.move_tasks(task_ids=[task.pk], unit=task.unit, actor=actor, now=now)


def test_set_values_on_many_tasks(world: World, now: datetime) -> None:
    first, second = TaskFactory(criticality=2), TaskFactory(criticality=5)
    ids = [first.pk, second.pk]
    actor = world.actor()
    done = bulk.set_criticality(task_ids=ids, criticality=Criticality.VITAL, actor=actor, now=now)
    assert done == Outcome(changed=1, unchanged=1)
    assert audit.history(first)[0].changes == {"criticality": [2, 5]}
    bulk.set_position_risk(task_ids=ids, position_risk=PositionRisk.YEAR, actor=actor, now=now)
    bulk.set_topic(task_ids=ids, topic=Topic.FAMILY, actor=actor, now=now)
    found = Task.objects.filter(pk__in=ids).values_list("criticality", "position_risk", "topic")
    assert list(found) == [(5, 4, "family"), (5, 4, "family")]


def test_move_tasks_keeps_who_does_them(world: World, now: datetime) -> None:
    row = ResponsibilityFactory(task=TaskFactory(unit=UnitFactory(code="1", name="Alt")))
    unit = UnitFactory(code="2", name="Neu")
    there = TaskFactory(unit=unit)
    ids = [row.task_id, there.pk]
    done = bulk.move_tasks(task_ids=ids, unit=unit, actor=world.actor(), now=now)
    assert done == Outcome(changed=1, unchanged=1)
    assert Task.objects.get(pk=row.task_id).unit_id == unit.pk
    assert Responsibility.objects.get(pk=row.pk).task_id == row.task_id
    assert audit.history(row.task)[0].changes == {"unit": ["1 Alt", "2 Neu"]}
    with pytest.raises(errors.UnitEnded):
        bulk.move_tasks(task_ids=ids, unit=UnitFactory(ended_on=TODAY), actor=world.actor(), now=now)


# Writing 5,000 tasks with their trail takes more than a second.
@pytest.mark.slow
def test_assign_deputy_to_5000_tasks_takes_a_constant_number_of_statements(world: World) -> None:
    unit, position = UnitFactory(), PositionFactory()
    tasks = Task.objects.bulk_create(TaskFactory.build_batch(5000, unit=unit), batch_size=1000)
    ids = [task.pk for task in tasks]
    with CaptureQueriesContext(connection) as queries:
        done = bulk.assign_deputy(task_ids=ids, position=position, ready=True, actor=world.actor(), now=LATER)
    assert done == Outcome(changed=5000, unchanged=0)
    assert AuditEntry.objects.filter(at=LATER).count() == 5000
    # 2 savepoints, tasks, known parts, 5 + 5 batches of 1,000 with their savepoints, 2 updates, the counter
    assert len(queries) <= 24
