"""Commands on single tasks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

from django.db import transaction

from staffelstab.core import audit, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.days import day_of
from staffelstab.core.errors import on_violation
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.workforce.domain import derived
from staffelstab.workforce.models import Task, Unit
from staffelstab.workforce.services import trail
from staffelstab.workforce.services.errors import AlreadyEnded, TaskKeyTaken, UnitEnded

EDIT = "workforce.task.edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskValues:
    """What a task is. Empty text and ``None`` mean: not known."""

    key: str
    title: str
    unit: Unit
    purpose: str = ""
    service_key: str = ""
    product: str = ""
    topic: str = ""
    audience: str = ""
    frequency: str = ""
    deadline: str = ""
    criticality: int | None = None
    position_risk: int | None = None
    minimum_holders: int | None = None

    def as_dict(self) -> dict[str, object]:
        """Field → value; the unit as the row itself."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def _derive(task: Task) -> None:
    task.sort_key = derived.task_sort_key(title=task.title)
    task.search = derived.task_search(title=task.title, key=task.key, purpose=task.purpose)


@transaction.atomic
def create_task(*, values: TaskValues, actor: Actor, now: dt.datetime) -> Task:
    """A new task nobody is responsible for yet. Raises PermissionRefused, UnitEnded, TaskKeyTaken."""
    task = Task(organisation_id=current_organisation(), **values.as_dict())
    permissions.require(actor, EDIT, task)
    if values.unit.ended_on is not None:
        raise UnitEnded(unit=values.unit)
    _derive(task)
    with on_violation({"task_key_once": TaskKeyTaken(key=values.key)}):
        trail.save(task, now=now)
    changes = {name: (None, value) for name, value in values.as_dict().items() if value not in ("", None)}
    audit.record(actor, "workforce.task.created", task, at=now, changes=changes)
    trail.moved()
    return task


@transaction.atomic
def edit_task(
    *, task: Task, values: TaskValues, seen: dt.datetime | None, actor: Actor, now: dt.datetime
) -> Task:
    """Change a task, or move it to another unit.

    Raises PermissionRefused (here or in the new unit), ChangedMeanwhile, UnitEnded, TaskKeyTaken.
    """
    permissions.require(actor, EDIT, task)
    permissions.require(actor, EDIT, Task(unit=values.unit))
    task = trail.lock(task, seen=seen, related=("unit",))
    if values.unit.pk != task.unit_id and values.unit.ended_on is not None:
        raise UnitEnded(unit=values.unit)
    changes = trail.assign(task, values.as_dict())
    if not changes:
        return task
    _derive(task)
    with on_violation({"task_key_once": TaskKeyTaken(key=values.key)}):
        trail.save(task, now=now)
    audit.record(actor, "workforce.task.edited", task, at=now, changes=changes)
    trail.moved()
    return task


@transaction.atomic
def end_task(*, task: Task, seen: dt.datetime | None, actor: Actor, now: dt.datetime) -> Task:
    """The task is not done any more from today on. Raises PermissionRefused, ChangedMeanwhile, AlreadyEnded."""
    permissions.require(actor, EDIT, task)
    task = trail.lock(task, seen=seen, related=("unit",))
    if task.ended_on is not None:
        raise AlreadyEnded(name=task)
    task.ended_on = day_of(now)
    trail.save(task, now=now)
    audit.record(actor, "workforce.task.ended", task, at=now, changes={"ended_on": (None, task.ended_on)})
    trail.moved()
    return task


@transaction.atomic
def reactivate_task(*, task: Task, seen: dt.datetime | None, actor: Actor, now: dt.datetime) -> Task:
    """An ended task is done again. Does nothing to one that never ended.

    Raises PermissionRefused, ChangedMeanwhile, UnitEnded (its unit is gone: move the task first).
    """
    permissions.require(actor, EDIT, task)
    task = trail.lock(task, seen=seen, related=("unit",))
    if task.ended_on is None:
        return task
    if task.unit.ended_on is not None:
        raise UnitEnded(unit=task.unit)
    changes = trail.assign(task, {"ended_on": None})
    trail.save(task, now=now)
    audit.record(actor, "workforce.task.reactivated", task, at=now, changes=changes)
    trail.moved()
    return task
