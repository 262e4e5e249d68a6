"""Commands on who does what: responsible, deputy, can help. One position has one part in a task."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from staffelstab.core import audit, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.workforce.enums import ResponsibilityKind
from staffelstab.workforce.models import Position, Responsibility, Task
from staffelstab.workforce.services import trail
from staffelstab.workforce.services.errors import PositionEnded, PositionTwice, ReadyNeedsDeputy

EDIT = "workforce.task.edit"
READY_DEPUTY = "deputy_ready"


@dataclass(frozen=True, slots=True)
class Part:
    """The part a position has in a task. Only a deputy can be ``ready`` to take over today."""

    position: Position
    kind: ResponsibilityKind
    ready: bool = False


def part_code(kind: str, *, ready: bool) -> str:
    """The part as the trail writes it down: the kind, or ``deputy_ready``."""
    return READY_DEPUTY if ready else str(kind)


def _locked(task: Task, seen: dt.datetime | None, actor: Actor) -> Task:
    permissions.require(actor, EDIT, task)
    return trail.lock(task, seen=seen, related=("unit",))


def _current(task: Task) -> dict[UUID, Responsibility]:
    rows = Responsibility.objects.filter(task=task).select_related("position")
    return {row.position_id: row for row in rows}


def _check(part: Part) -> None:
    if part.ready and part.kind != ResponsibilityKind.DEPUTY:
        raise ReadyNeedsDeputy
    if part.position.ended_on is not None:
        raise PositionEnded(position=part.position)


def _finish(task: Task, changes: dict[str, tuple[object, object]], *, actor: Actor, now: dt.datetime) -> None:
    if not changes:
        return
    trail.save(task, now=now)
    audit.record(actor, "workforce.task.responsibilities_changed", task, at=now, changes=changes)
    trail.moved()


def _write(
    task: Task, part: Part, row: Responsibility | None, *, now: dt.datetime
) -> dict[str, tuple[object, object]]:
    """Insert or change one row; returns the line for the trail, empty when nothing differs."""
    before = part_code(row.kind, ready=row.ready) if row else None
    after = part_code(part.kind, ready=part.ready)
    if before == after:
        return {}
    if row is None:
        row = Responsibility(organisation_id=current_organisation(), task=task, position=part.position)
    row.kind, row.ready = part.kind, part.ready
    trail.save(row, now=now)
    return {str(part.position): (before, after)}


@transaction.atomic
def set_responsibility(
    *, task: Task, part: Part, seen: dt.datetime | None, actor: Actor, now: dt.datetime
) -> None:
    """Give a position its part in a task, or change that part.

    Raises PermissionRefused, ChangedMeanwhile (the task), PositionEnded, ReadyNeedsDeputy.
    """
    task = _locked(task, seen, actor)
    _check(part)
    _finish(task, _write(task, part, _current(task).get(part.position.pk), now=now), actor=actor, now=now)


@transaction.atomic
def remove_responsibility(
    *, task: Task, position: Position, seen: dt.datetime | None, actor: Actor, now: dt.datetime
) -> None:
    """Take a position out of a task. Raises PermissionRefused, ChangedMeanwhile, NotFound (it has no part in it)."""
    task = _locked(task, seen, actor)
    row = _current(task).get(position.pk)
    if row is None:
        raise NotFound
    row.delete()
    _finish(task, {str(position): (part_code(row.kind, ready=row.ready), None)}, actor=actor, now=now)


@transaction.atomic
def mark_ready(
    *,
    task: Task,
    position: Position,
    ready: bool,
    seen: dt.datetime | None,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Say whether a deputy can take over today.

    Raises PermissionRefused, ChangedMeanwhile, NotFound (no part in the task), ReadyNeedsDeputy, PositionEnded.
    """
    task = _locked(task, seen, actor)
    row = _current(task).get(position.pk)
    if row is None:
        raise NotFound
    part = Part(row.position, ResponsibilityKind(row.kind), ready)
    _check(part)
    _finish(task, _write(task, part, row, now=now), actor=actor, now=now)


@transaction.atomic
def replace_responsibilities(
    *, task: Task, parts: Sequence[Part], seen: dt.datetime | None, actor: Actor, now: dt.datetime
) -> None:
    """Make ``parts`` the whole truth about who does the task; positions not named have no part in it any more.

    A part that stays as it is may belong to an ended position. Raises PermissionRefused, ChangedMeanwhile,
    PositionTwice, PositionEnded, ReadyNeedsDeputy.
    """
    task = _locked(task, seen, actor)
    wanted = {part.position.pk: part for part in parts}
    if len(wanted) < len(parts):
        raise PositionTwice
    current = _current(task)
    changes: dict[str, tuple[object, object]] = {}
    for key, row in current.items():
        if key not in wanted:
            changes[str(row.position)] = (part_code(row.kind, ready=row.ready), None)
            row.delete()
    for key, part in wanted.items():
        known = current.get(key)
        if known is None or (known.kind, known.ready) != (part.kind, part.ready):
            _check(part)
            changes |= _write(task, part, known, now=now)
    _finish(task, changes, actor=actor, now=now)
