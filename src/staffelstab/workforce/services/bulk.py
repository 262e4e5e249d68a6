"""Commands on many tasks at once: a constant number of statements, one line in the trail per task."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from staffelstab.core import permissions
from staffelstab.core.actors import Actor
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.vocabulary.enums import Topic
from staffelstab.workforce.enums import Criticality, PositionRisk, ResponsibilityKind
from staffelstab.workforce.models import Position, Responsibility, Task, Unit
from staffelstab.workforce.selectors import scopes
from staffelstab.workforce.services import trail
from staffelstab.workforce.services.errors import (
    NothingSelected,
    PositionEnded,
    TasksNotYours,
    TooManySelected,
    UnitEnded,
)
from staffelstab.workforce.services.responsibilities import part_code

BULK = "workforce.task.bulk"
LIMIT = 20_000
"""Tasks per command: more belong into an import."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many tasks a command changed, and how many stayed: already so, or not able to be so."""

    changed: int
    unchanged: int


def _selected(task_ids: Collection[UUID], *field_names: str, actor: Actor) -> list[Task]:
    """The tasks, locked in the order of their keys. Raises NothingSelected, TooManySelected, TasksNotYours."""
    wanted = set(task_ids)
    if not wanted:
        raise NothingSelected
    if len(wanted) > LIMIT:
        raise TooManySelected(limit=LIMIT)
    trail.share_register()
    rows = list(
        Task.objects.filter(scopes.within(actor, scopes.TASK_EDITORS, "unit__ancestor_ids"))
        .filter(pk__in=wanted, ended_on=None)
        .only("title", *field_names)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    if len(rows) < len(wanted):
        raise TasksNotYours(count=len(wanted) - len(rows))
    return rows


@transaction.atomic
def assign_deputy(
    *, task_ids: Collection[UUID], position: Position, ready: bool, actor: Actor, now: dt.datetime
) -> Outcome:
    """Make one position the deputy of many tasks. Where it is responsible already, the task stays as it is.

    Raises PermissionRefused, PositionEnded and what selecting raises (NothingSelected, TooManySelected,
    TasksNotYours).
    """
    permissions.require(actor, BULK)
    tasks = _selected(task_ids, actor=actor)
    if position.ended_on is not None:
        raise PositionEnded(position=position)
    wanted = part_code(ResponsibilityKind.DEPUTY, ready=ready)
    known = {
        row.task_id: row
        for row in Responsibility.objects.filter(task__in=tasks, position=position).select_for_update()
    }
    entries: list[trail.Entry] = []
    fresh: list[Responsibility] = []
    changed: list[UUID] = []
    for task in tasks:
        row = known.get(task.pk)
        before = part_code(row.kind, ready=row.ready) if row else None
        if before in (wanted, ResponsibilityKind.RESPONSIBLE):
            continue
        if row is None:
            fresh.append(
                Responsibility(
                    organisation_id=current_organisation(),
                    task=task,
                    position=position,
                    kind=ResponsibilityKind.DEPUTY,
                    ready=ready,
                    changed_at=now,
                )
            )
        else:
            changed.append(row.pk)
        entries.append(trail.Entry(task.pk, task.title, {str(position): (before, wanted)}))
    Responsibility.objects.bulk_create(fresh, batch_size=trail.BATCH)
    Responsibility.objects.filter(pk__in=changed).update(
        kind=ResponsibilityKind.DEPUTY, ready=ready, changed_at=now
    )
    return _finish("workforce.task.responsibilities_changed", tasks, entries, actor=actor, now=now)


def _finish(
    action: str, tasks: list[Task], entries: list[trail.Entry], *, actor: Actor, now: dt.datetime
) -> Outcome:
    if entries:
        Task.objects.filter(pk__in=[entry.object_id for entry in entries]).update(changed_at=now)
        trail.record_many(actor, action, Task, entries, at=now)
        trail.moved()
    return Outcome(changed=len(entries), unchanged=len(tasks) - len(entries))


def _set_field(
    task_ids: Collection[UUID], name: str, value: str | int | None, *, actor: Actor, now: dt.datetime
) -> Outcome:
    permissions.require(actor, BULK)
    tasks = _selected(task_ids, name, actor=actor)
    differing = [task for task in tasks if getattr(task, name) != value]
    Task.objects.filter(pk__in=[task.pk for task in differing]).update(**{name: value})
    entries = [trail.Entry(task.pk, task.title, {name: (getattr(task, name), value)}) for task in differing]
    return _finish("workforce.task.edited", tasks, entries, actor=actor, now=now)


@transaction.atomic
def set_topic(*, task_ids: Collection[UUID], topic: Topic, actor: Actor, now: dt.datetime) -> Outcome:
    """Give many tasks a topic. Raises PermissionRefused and what selecting raises."""
    return _set_field(task_ids, "topic", topic.value, actor=actor, now=now)


@transaction.atomic
def set_criticality(
    *, task_ids: Collection[UUID], criticality: Criticality, actor: Actor, now: dt.datetime
) -> Outcome:
    """Give many tasks a criticality. Raises PermissionRefused and what selecting raises."""
    return _set_field(task_ids, "criticality", criticality.value, actor=actor, now=now)


@transaction.atomic
def set_position_risk(
    *, task_ids: Collection[UUID], position_risk: PositionRisk, actor: Actor, now: dt.datetime
) -> Outcome:
    """Give many tasks a position risk. Raises PermissionRefused and what selecting raises."""
    return _set_field(task_ids, "position_risk", position_risk.value, actor=actor, now=now)


@transaction.atomic
def move_tasks(*, task_ids: Collection[UUID], unit: Unit, actor: Actor, now: dt.datetime) -> Outcome:
    """Move many tasks to a unit; who does them stays.

    Raises PermissionRefused (also for the new unit), UnitEnded and what selecting raises.
    """
    permissions.require(actor, BULK)
    permissions.require(actor, "workforce.task.edit", Task(unit=unit))
    tasks = _selected(task_ids, "unit_id", actor=actor)
    if unit.ended_on is not None:
        raise UnitEnded(unit=unit)
    differing = [task for task in tasks if task.unit_id != unit.pk]
    names = Unit.objects.in_bulk({task.unit_id for task in differing})
    Task.objects.filter(pk__in=[task.pk for task in differing]).update(unit=unit)
    entries = [trail.Entry(task.pk, task.title, {"unit": (names[task.unit_id], unit)}) for task in differing]
    return _finish("workforce.task.moved", tasks, entries, actor=actor, now=now)
