"""Measures: what people do about risks. A measure lowers no figure; the change it brings about does."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db.models import FETCH_RAISE, Case, Q, QuerySet, SmallIntegerField, When

from staffelstab.core import audit, permissions, searching
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.core.models import AuditEntry
from staffelstab.core.sorting import sort_key
from staffelstab.foresight.enums import OPEN_STATES
from staffelstab.foresight.models import Measure
from staffelstab.foresight.selectors.risks import VIEWERS
from staffelstab.workforce.models import Position, Task

OPEN = OPEN_STATES

ORDER = ("closed", "due_on", "pk")
"""What is still to be done comes first, of that what is due next."""

_CLOSED = Case(When(state__in=OPEN, then=0), default=1, output_field=SmallIntegerField())

SUGGESTIONS = 300
"""Positions offered while typing; any other can be written by its number."""


def visible_measures(actor: Actor) -> QuerySet[Measure]:
    """Measures on the tasks the actor may see, with task, unit and position. Raises PermissionRefused."""
    permissions.require(actor, "foresight.risk.view")
    found = Measure.objects.select_related("task__unit", "position").fetch_mode(FETCH_RAISE)
    units = actor.unit_ids(*VIEWERS)
    return found if units is None else found.filter(task__unit__ancestor_ids__overlap=list(units))


def list_measures(
    *, actor: Actor, state: str = "", kind: str = "", overdue_on: dt.date | None = None, text: str = ""
) -> QuerySet[Measure]:
    """Measures by filters, each with its place in `ORDER`.

    `state`: a state, or ``open`` for planned and running; `overdue_on`: open and due before.
    """
    found = visible_measures(actor).annotate(closed=_CLOSED)
    if state == "open":
        found = found.filter(state__in=OPEN)
    elif state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    if overdue_on:
        found = found.filter(state__in=OPEN, due_on__lt=overdue_on)
    for word in sort_key(text).split():
        found = found.filter(searching.contains_word("task__sort_key", word) | Q(what__icontains=word))
    return found


def tasks_provided_for() -> frozenset[UUID]:
    """Tasks of the organisation with a measure that is planned or running. One statement."""
    return frozenset(
        Measure.objects.filter(state__in=OPEN).order_by().values_list("task_id", flat=True).distinct()
    )


def of_task(task: Task) -> QuerySet[Measure]:
    """The measures on one task with their positions: open ones first, the next due first."""
    found: QuerySet[Measure] = (
        Measure.objects.filter(task=task)
        .select_related("position")
        .fetch_mode(FETCH_RAISE)
        .annotate(closed=_CLOSED)
        .order_by(*ORDER)
    )
    return found


def measure_for_edit(*, actor: Actor, measure_id: UUID) -> Measure:
    """A measure the actor may change. Raises NotFound, also when it exists and is not theirs."""
    found = visible_measures(actor).filter(pk=measure_id).first()
    if found is None or not actor.may("foresight.measure.edit", found.task):
        raise NotFound
    return found


def measure_history(*, actor: Actor, measure: Measure) -> QuerySet[AuditEntry]:
    """Changes of the measure, newest first. Raises PermissionRefused."""
    permissions.require(actor, "foresight.measure.edit", measure.task)
    return audit.history(measure)


def task_for_measure(*, actor: Actor, task_id: UUID) -> Task:
    """The task a measure is to be recorded on. Raises NotFound, also when the actor may not."""
    found: Task | None = Task.objects.select_related("unit").filter(pk=task_id).first()
    if found is None or not actor.may("foresight.measure.edit", found):
        raise NotFound
    return found


def suggested_positions(task: Task) -> tuple[str, ...]:
    """Positions of the task's department, the task's own first, as *number title*."""
    today = Q(ended_on__isnull=True)
    root = task.unit.ancestor_ids[:1]
    rows = Position.objects.filter(today, unit__ancestor_ids__overlap=root).order_by("sort_key", "id")[
        :SUGGESTIONS
    ]
    return tuple(str(row) for row in rows)


def position_named(text: str) -> Position | None:
    """The position meant by *number* or *number title*; None for an unknown or ended one."""
    words = text.split()
    numbers = [" ".join(words[:count]) for count in range(len(words), 0, -1)]
    found = {row.number: row for row in Position.objects.filter(number__in=numbers, ended_on__isnull=True)}
    return next((found[number] for number in numbers if number in found), None)
