"""Commands on positions."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from staffelstab.core import audit, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.days import day_of
from staffelstab.core.errors import on_violation
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.workforce.domain import derived
from staffelstab.workforce.enums import ResponsibilityKind
from staffelstab.workforce.models import Position, Responsibility, Task, Unit
from staffelstab.workforce.services import holdings, trail
from staffelstab.workforce.services.errors import (
    AlreadyEnded,
    LiesAhead,
    PositionEnded,
    PositionNumberTaken,
    SamePosition,
    UnitEnded,
)

EDIT = "workforce.position.edit"

STRENGTH = {ResponsibilityKind.RESPONSIBLE: 3, ResponsibilityKind.DEPUTY: 2, ResponsibilityKind.CAN_HELP: 1}
"""Which of two responsibilities of one position for one task remains: the stronger."""


@transaction.atomic
def create_position(
    *, number: str, title: str, unit: Unit, is_lead: bool, actor: Actor, now: dt.datetime
) -> Position:
    """A new, vacant position. Raises PermissionRefused, UnitEnded, PositionNumberTaken."""
    unit = trail.lock(unit, seen=None)
    position = Position(
        organisation_id=current_organisation(),
        number=number,
        title=title,
        unit=unit,
        is_lead=is_lead,
        sort_key=derived.position_sort_key(number=number, title=title),
    )
    permissions.require(actor, EDIT, position)
    if unit.ended_on is not None:
        raise UnitEnded(unit=unit)
    with on_violation({"position_number_once": PositionNumberTaken(number=number)}):
        trail.save(position, now=now)
    changes = {
        "number": (None, number),
        "title": (None, title),
        "unit": (None, unit),
        "is_lead": (None, is_lead),
    }
    audit.record(actor, "workforce.position.created", position, at=now, changes=changes)
    trail.moved()
    return position


@transaction.atomic
def edit_position(
    *,
    position: Position,
    number: str,
    title: str,
    unit: Unit,
    is_lead: bool,
    seen: dt.datetime | None,
    actor: Actor,
    now: dt.datetime,
) -> Position:
    """Change a position, or move it to another unit: holders and responsibilities stay with it.

    Raises PermissionRefused (here or in the new unit), ChangedMeanwhile, UnitEnded, PositionNumberTaken.
    """
    permissions.require(actor, EDIT, position)
    permissions.require(actor, EDIT, Position(unit=unit))
    position = trail.lock(position, seen=seen, related=("unit",))
    if unit.pk != position.unit_id and unit.ended_on is not None:
        raise UnitEnded(unit=unit)
    changes = trail.assign(position, {"number": number, "title": title, "unit": unit, "is_lead": is_lead})
    if not changes:
        return position
    position.sort_key = derived.position_sort_key(number=number, title=title)
    with on_violation({"position_number_once": PositionNumberTaken(number=number)}):
        trail.save(position, now=now)
    action = "workforce.position.moved" if "unit" in changes else "workforce.position.edited"
    audit.record(actor, action, position, at=now, changes=changes)
    trail.moved()
    return position


@transaction.atomic
def end_position(
    *,
    position: Position,
    last_day: dt.date,
    successor: Position | None,
    seen: dt.datetime | None,
    actor: Actor,
    now: dt.datetime,
) -> Position:
    """End a position: its holdings end on ``last_day``, its responsibilities go to ``successor`` where one is given.

    Without a successor the responsibilities stay recorded, but an ended position fills none of them. Raises
    PermissionRefused (also for a task whose responsibility would move), ChangedMeanwhile, AlreadyEnded,
    LiesAhead, DayOutOfBounds, HoldingBeganLater (a holding has begun after that day), SamePosition, PositionEnded (the
    successor).
    """
    permissions.require(actor, EDIT, position)
    if last_day > day_of(now):
        raise LiesAhead
    position = trail.lock(position, seen=seen, related=("unit",))
    if position.ended_on is not None:
        raise AlreadyEnded(name=position)
    holdings.end_holdings(
        rows=list(position.holdings.select_related("position__unit")), last_day=last_day, actor=actor, now=now
    )
    changes: dict[str, tuple[object, object]] = {"ended_on": (None, last_day)}
    if successor is not None:
        changes["tasks"] = (None, _hand_over(position, successor, actor=actor, now=now))
        changes["successor"] = (None, successor)
    position.ended_on = last_day
    trail.save(position, now=now)
    audit.record(actor, "workforce.position.ended", position, at=now, changes=changes)
    trail.moved()
    return position


def _hand_over(position: Position, successor: Position, *, actor: Actor, now: dt.datetime) -> int:
    if successor.pk == position.pk:
        raise SamePosition
    if successor.ended_on is not None:
        raise PositionEnded(position=successor)
    # Locked one by one in order of the key, joined for the permission check.
    mine = list(
        Responsibility.objects.filter(position=position)
        .select_related("task__unit")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    for row in mine:
        permissions.require(actor, "workforce.task.edit", row.task)
    theirs = {row.task_id: row for row in Responsibility.objects.filter(position=successor)}
    weaker = {
        row.task_id
        for row in mine
        if row.task_id in theirs and _strength(theirs[row.task_id]) < _strength(row)
    }
    dropped = [theirs[task_id].pk for task_id in weaker]
    dropped += [row.pk for row in mine if row.task_id in theirs and row.task_id not in weaker]
    Responsibility.objects.filter(pk__in=dropped).delete()
    # Being ready is a fact about the people on the old position, not about those on the new one.
    Responsibility.objects.filter(position=position).update(position=successor, ready=False, changed_at=now)
    Task.objects.filter(pk__in=[row.task_id for row in mine]).update(changed_at=now)
    entries = (
        trail.Entry(
            row.task_id, str(row.task), {str(position): (row.kind, None), str(successor): (None, row.kind)}
        )
        for row in mine
    )
    return trail.record_many(actor, "workforce.task.handed_over", Task, entries, at=now)


def _strength(row: Responsibility) -> int:
    return STRENGTH[ResponsibilityKind(row.kind)]
