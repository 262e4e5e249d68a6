"""Recording measures and changing them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from staffelstab.core import audit, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.days import day_of
from staffelstab.core.errors import DomainError, NotFound, Stale, on_violation
from staffelstab.core.tenancy import context
from staffelstab.foresight.enums import MeasureState
from staffelstab.foresight.models import Measure
from staffelstab.workforce.models import Position, Task

REFERENCES = ("organisation", "task", "position")


class TaskEnded(DomainError):
    """A measure is recorded on tasks that still exist."""

    code = "foresight.task_ended"
    template = _("The task “%(task)s” has ended. Nothing needs to be done about it any more.")


class AlreadyRecorded(DomainError):
    """The same form arrived twice at the same moment."""

    code = "foresight.measure_already_recorded"
    status = 409
    template = _("This measure has just been recorded. Please look at the list before you record it again.")


@transaction.atomic
def record_measure(
    *,
    measure_id: UUID,
    task: Task,
    kind: str,
    what: str,
    position: Position | None,
    due_on: dt.date,
    state: str = MeasureState.PLANNED,
    actor: Actor,
    now: dt.datetime,
) -> Measure:
    """Record a measure on a task. `measure_id` comes with the form: sending it again returns the first one.

    Raises PermissionRefused, TaskEnded, AlreadyRecorded, ValidationError.
    """
    permissions.require(actor, "foresight.measure.edit", task)
    found: Measure | None = Measure.objects.filter(pk=measure_id, task=task).first()
    if found is not None:
        return found
    if task.ended_on is not None and task.ended_on <= day_of(now):
        raise TaskEnded(task=task.title)
    measure = Measure(
        id=measure_id,
        organisation_id=context.current_organisation(),
        task=task,
        kind=kind,
        what=what,
        position=position,
        due_on=due_on,
        state=state,
        created_at=now,
        created_by=actor.display_name[:200],
        changed_at=now,
    )
    measure.clean_fields(exclude=REFERENCES)
    with on_violation({"foresight_measure_pkey": AlreadyRecorded()}), transaction.atomic():
        measure.save(force_insert=True)
    audit.record(
        actor, "foresight.measure.recorded", measure, at=now, changes=audit.differences({}, _values(measure))
    )
    return measure


@transaction.atomic
def change_measure(
    *,
    measure: Measure,
    seen_at: dt.datetime,
    kind: str,
    what: str,
    position: Position | None,
    due_on: dt.date,
    state: str,
    actor: Actor,
    now: dt.datetime,
) -> Measure:
    """Change a measure as it was when the form was opened (`seen_at`, its ``changed_at`` then).

    Raises PermissionRefused, NotFound, Stale when somebody else changed it meanwhile, ValidationError.
    """
    permissions.require(actor, "foresight.measure.edit", measure.task)
    locked: Measure | None = (
        Measure.objects.select_for_update(of=("self",))
        .select_related("position")
        .filter(pk=measure.pk)
        .first()
    )
    if locked is None:
        raise NotFound
    before = _values(locked)
    locked.kind, locked.what, locked.position = kind, what, position
    locked.due_on, locked.state = due_on, state
    changes = audit.differences(before, _values(locked))
    if not changes:
        return locked
    if locked.changed_at != seen_at:
        raise Stale
    locked.clean_fields(exclude=REFERENCES)
    locked.changed_at = now
    locked.save(update_fields=["kind", "what", "position", "due_on", "state", "changed_at"])
    audit.record(actor, "foresight.measure.changed", locked, at=now, changes=changes)
    return locked


def _values(measure: Measure) -> dict[str, object]:
    """What the history compares: a position by its name."""
    return {
        "kind": str(measure.kind),
        "what": measure.what,
        "position": str(measure.position) if measure.position else None,
        "due_on": str(measure.due_on),
        "state": str(measure.state),
    }
