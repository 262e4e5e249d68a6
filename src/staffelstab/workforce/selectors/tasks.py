"""Reads about tasks: the register, one task, choices, what an export holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from staffelstab.core import permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.core.tenancy import context
from staffelstab.core.ui.paging import Page, keyset_page
from staffelstab.vocabulary.models import Service
from staffelstab.workforce.enums import ResponsibilityKind
from staffelstab.workforce.models import Holding, Position, Responsibility, Task, Unit
from staffelstab.workforce.selectors import folding, scopes
from staffelstab.workforce.selectors.holdings import NAMES, Holder, current, holders_of
from staffelstab.workforce.selectors.positions import order_of, path_of

VIEW = "workforce.task.view"
GAPS = ("no_responsible", "vacant", "no_deputy", "no_ready_deputy")
SORTS = {
    "title": ("sort_key", "pk"),
    "unit": ("unit_sort_key", "sort_key", "pk"),
    "key": ("key", "pk"),
    "criticality": ("criticality_known", "sort_key", "pk"),
}
ORDER = {
    ResponsibilityKind.RESPONSIBLE.value: 0,
    ResponsibilityKind.DEPUTY.value: 1,
    ResponsibilityKind.CAN_HELP.value: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """What is asked for; empty means: not filtered by it. ``unit`` includes its sub-units.

    ``gap``: one of GAPS. ``position`` and ``person``: tasks in which they have a part (the person: through a
    position held today). ``ended``: the tasks that are not done any more, instead of those that are.
    """

    unit: Unit | None = None
    topic: str = ""
    service_key: str = ""
    criticality: int | None = None
    gap: str = ""
    position_id: UUID | None = None
    person_id: UUID | None = None
    text: str = ""
    ended: bool = False
    sort: str = "title"


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One line of the register."""

    task: Task
    responsible: tuple[Position, ...]
    deputies: tuple[Position, ...]
    ready: int

    @property
    def more(self) -> int:
        """How many responsible positions there are beyond the three that are named in the list."""
        return max(0, len(self.responsible) - 3)

    @property
    def pk(self) -> UUID:
        """The task's key."""
        key: UUID = self.task.pk
        return key


@dataclass(frozen=True, slots=True)
class PartRow:
    """A position with its part in a task and the people on it today."""

    responsibility: Responsibility
    holders: tuple[Holder, ...]

    @property
    def position(self) -> Position:
        """The position."""
        position: Position = self.responsibility.position
        return position

    @property
    def filled(self) -> bool:
        """Whether somebody is there to do it."""
        return bool(self.holders) and self.position.ended_on is None


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask at 7:30 in the morning: a position with its people, and why them."""

    position: Position
    reason: str
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class TaskDetail:
    """One task as its page shows it. ``gaps``: those of GAPS that it has; ``service_name`` empty when unknown."""

    task: Task
    path: tuple[Unit, ...]
    service_name: str
    parts: tuple[PartRow, ...]
    contacts: tuple[Contact, ...]
    gaps: tuple[str, ...]

    def of_kind(self, kind: ResponsibilityKind) -> tuple[PartRow, ...]:
        """The parts of one kind."""
        return tuple(part for part in self.parts if part.responsibility.kind == kind)

    @property
    def responsible(self) -> tuple[PartRow, ...]:
        """Who is responsible."""
        return self.of_kind(ResponsibilityKind.RESPONSIBLE)

    @property
    def deputies(self) -> tuple[PartRow, ...]:
        """Who deputises, ready or not."""
        return self.of_kind(ResponsibilityKind.DEPUTY)

    @property
    def helpers(self) -> tuple[PartRow, ...]:
        """Who can help."""
        return self.of_kind(ResponsibilityKind.CAN_HELP)


def active() -> QuerySet[Task]:
    """The tasks that are done today."""
    return Task.objects.filter(ended_on=None).fetch_mode(models.FETCH_RAISE)


def get_task(
    *, actor: Actor, task_id: UUID, permission: str = VIEW, **annotations: models.expressions.Combinable
) -> Task:
    """One task with its unit, also an ended one. Raises NotFound, also without ``permission`` on it."""
    rows = Task.objects.select_related("unit").fetch_mode(models.FETCH_RAISE)
    task: Task | None = rows.annotate(**annotations).filter(pk=task_id).first()
    if task is None:
        raise NotFound
    permissions.require(actor, permission, task)
    return task


def _parts(**conditions: object) -> QuerySet[Responsibility]:
    return Responsibility.objects.filter(task=OuterRef("pk"), position__ended_on=None, **conditions)


def _gap(name: str, today: dt.date) -> Q:
    responsible = _parts(kind=ResponsibilityKind.RESPONSIBLE)
    deputies = _parts(kind=ResponsibilityKind.DEPUTY)
    match name:
        case "no_responsible":
            return ~Q(Exists(responsible))
        case "vacant":
            held = Q(position__holdings__person__ended_on=None) & current(today, "position__holdings__")
            filled = responsible.filter(held, position__holdings__isnull=False)
            return Q(Exists(responsible)) & ~Q(Exists(filled))
        case "no_deputy":
            return ~Q(Exists(deputies))
        case "no_ready_deputy":
            return ~Q(Exists(deputies.filter(ready=True)))
        case _:
            return Q()


def task_rows(*, actor: Actor, wanted: TaskFilter, today: dt.date) -> QuerySet[Task]:
    """The tasks that pass the filter, with their unit."""
    rows = _rows(actor=actor, wanted=wanted, today=today)
    return rows.filter(folding.matching(Task, wanted.text))


def _rows(*, actor: Actor, wanted: TaskFilter, today: dt.date) -> QuerySet[Task]:
    """The tasks that pass the filter apart from its text."""
    permissions.require(actor, VIEW)
    rows: QuerySet[Task] = Task.objects.select_related("unit").fetch_mode(models.FETCH_RAISE)
    rows = rows.annotate(criticality_known=Coalesce("criticality", 0))
    rows = rows.exclude(ended_on=None) if wanted.ended else rows.filter(ended_on=None)
    rows = rows.filter(_gap(wanted.gap, today))
    exact = {
        "topic": wanted.topic,
        "service_key": wanted.service_key,
        "criticality": wanted.criticality,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.unit is not None:
        rows = rows.filter(unit__ancestor_ids__contains=[wanted.unit.pk])
    if wanted.position_id is not None:
        rows = rows.filter(Exists(_parts(position=wanted.position_id)))
    if wanted.person_id is not None and not actor.may(NAMES):
        # Who holds what is not theirs to know: every person is one who is not there.
        rows = rows.none()
    elif wanted.person_id is not None:
        held = Holding.objects.filter(current(today), person=wanted.person_id).values("position")
        rows = rows.filter(Exists(_parts(position__in=held)))
    return rows


def _lines(tasks: Iterable[Task]) -> tuple[TaskLine, ...]:
    """The tasks with their positions. One statement."""
    tasks = list(tasks)
    parts: dict[UUID, list[Responsibility]] = {}
    found = (
        Responsibility.objects.filter(task__in=[task.pk for task in tasks], position__ended_on=None)
        .select_related("position")
        .order_by("position__sort_key", "pk")
        .fetch_mode(models.FETCH_RAISE)
    )
    for part in found:
        parts.setdefault(part.task_id, []).append(part)
    lines = []
    for task in tasks:
        mine = parts.get(task.pk, [])
        deputies = [part for part in mine if part.kind == ResponsibilityKind.DEPUTY]
        lines.append(
            TaskLine(
                task=task,
                responsible=tuple(
                    part.position for part in mine if part.kind == ResponsibilityKind.RESPONSIBLE
                ),
                deputies=tuple(part.position for part in deputies),
                ready=sum(part.ready for part in deputies),
            )
        )
    return tuple(lines)


def task_page(
    *, actor: Actor, wanted: TaskFilter, query: Mapping[str, str], today: dt.date
) -> Page[TaskLine]:
    """One page of the register. Three statements, with a text one or two more."""
    rows = _rows(actor=actor, wanted=wanted, today=today)
    search = folding.search(Task, wanted.text)
    order = order_of(wanted.sort, SORTS)
    page = keyset_page(rows, order=order, query=query, counted=True, search=search)
    return Page(rows=_lines(page.rows), next=page.next, previous=page.previous, count=page.count)


def task_export(*, actor: Actor, wanted: TaskFilter, today: dt.date) -> Iterator[TaskLine]:
    """All tasks that pass the filter, in the order of the list. Raises PermissionRefused."""
    permissions.require(actor, "workforce.export.use")
    rows = task_rows(actor=actor, wanted=wanted, today=today)
    yield from _lines(rows.order_by(*order_of(wanted.sort, SORTS)))


def changeable_ids(*, actor: Actor, wanted: TaskFilter, today: dt.date) -> list[UUID]:
    """Keys of the tasks that pass the filter and that the actor may change: *all that fit* of a bulk action."""
    permissions.require(actor, "workforce.task.bulk")
    rows = task_rows(actor=actor, wanted=wanted, today=today)
    mine = scopes.within(actor, scopes.TASK_EDITORS, "unit__ancestor_ids")
    return list(rows.filter(mine, ended_on=None).order_by("pk").values_list("pk", flat=True))


# One step of the index per service instead of a look at every task.
_SERVICES = """WITH RECURSIVE used AS (
    (SELECT service_key FROM workforce_task WHERE organisation_id = %(house)s AND service_key > ''
     ORDER BY service_key LIMIT 1)
    UNION ALL
    SELECT (SELECT t.service_key FROM workforce_task t
            WHERE t.organisation_id = %(house)s AND t.service_key > used.service_key
            ORDER BY t.service_key LIMIT 1)
    FROM used WHERE used.service_key IS NOT NULL)
SELECT service_key FROM used WHERE service_key IS NOT NULL"""


def service_choices() -> list[tuple[str, str]]:
    """(key, name or key) of the services that tasks deliver or delivered; by name."""
    with connection.cursor() as cursor:
        cursor.execute(_SERVICES, {"house": context.current_organisation()})
        keys = [str(key) for (key,) in cursor.fetchall()]
    names = service_names(keys)
    return sorted(((key, names.get(key, key)) for key in keys), key=lambda each: each[1])


def service_names(keys: Iterable[str]) -> dict[str, str]:
    """Key → name, as far as the house's catalogue knows the services."""
    return dict(Service.objects.filter(key__in=list(keys)).values_list("key", "name"))


def _contacts(
    task: Task,
    parts: tuple[PartRow, ...],
    leads: Sequence[Position],
    holders: Mapping[UUID, tuple[Holder, ...]],
) -> tuple[Contact, ...]:
    """Ready deputies, then those who can help, then the next lead above; last who is responsible.

    The card is read when the responsible ones are not there.
    """
    asked = [
        Contact(part.position, part.responsibility.kind, part.holders)
        for part in parts
        if part.filled
        and (part.responsibility.kind != ResponsibilityKind.DEPUTY or part.responsibility.ready)
    ]
    absent = [each for each in asked if each.reason == ResponsibilityKind.RESPONSIBLE]
    found = [each for each in asked if each.reason != ResponsibilityKind.RESPONSIBLE]
    by_unit: dict[UUID, list[Position]] = {}
    for lead in leads:
        by_unit.setdefault(lead.unit_id, []).append(lead)
    known = {contact.position.pk for contact in asked}
    for unit_id in reversed(task.unit.ancestor_ids):
        held = [lead for lead in by_unit.get(unit_id, ()) if holders.get(lead.pk) and lead.pk not in known]
        if held:
            return (*found, *(Contact(lead, "lead", holders[lead.pk]) for lead in held), *absent)
    return (*found, *absent)


def _gaps(parts: tuple[PartRow, ...]) -> tuple[str, ...]:
    alive = [part for part in parts if part.position.ended_on is None]
    responsible = [part for part in alive if part.responsibility.kind == ResponsibilityKind.RESPONSIBLE]
    deputies = [part for part in alive if part.responsibility.kind == ResponsibilityKind.DEPUTY]
    gaps = []
    if not responsible:
        gaps.append("no_responsible")
    elif not any(part.filled for part in responsible):
        gaps.append("vacant")
    if not deputies:
        gaps.append("no_deputy")
    elif not any(part.responsibility.ready for part in deputies):
        gaps.append("no_ready_deputy")
    return tuple(gaps)


def _responsibilities(task: Task) -> list[Responsibility]:
    rows = list(
        Responsibility.objects.filter(task=task)
        .select_related("position__unit")
        .order_by("position__sort_key", "pk")
        .fetch_mode(models.FETCH_RAISE)
    )
    rows.sort(key=lambda row: (ORDER[row.kind], not row.ready))
    return rows


def task_parts(*, actor: Actor, task: Task, today: dt.date) -> tuple[PartRow, ...]:
    """Who does the task: responsible first, then deputies (ready ones first), then helpers. Two statements."""
    rows = _responsibilities(task)
    holders = holders_of([row.position_id for row in rows], actor=actor, today=today)
    return tuple(PartRow(row, holders.get(row.position_id, ())) for row in rows)


def task_detail(*, actor: Actor, task_id: UUID, today: dt.date) -> TaskDetail:
    """One task. Raises NotFound. Five statements."""
    named = Service.objects.filter(key=OuterRef("service_key"), key__gt="").values("name")[:1]
    task: Any = get_task(actor=actor, task_id=task_id, service_name=Subquery(named))
    rows = _responsibilities(task)
    leads = list(
        Position.objects.filter(unit__in=task.unit.ancestor_ids, is_lead=True, ended_on=None)
        .order_by("sort_key", "pk")
        .fetch_mode(models.FETCH_RAISE)
    )
    positions = {*(row.position_id for row in rows), *(lead.pk for lead in leads)}
    holders = holders_of(positions, actor=actor, today=today)
    parts = tuple(PartRow(row, holders.get(row.position_id, ())) for row in rows)
    return TaskDetail(
        task=task,
        path=path_of(task.unit),
        service_name=task.service_name or "",
        parts=parts,
        contacts=_contacts(task, parts, leads, holders),
        gaps=_gaps(parts),
    )


def label_of(task: Task) -> str:
    """How a task is named where one has to be picked: ``Wohngeld bescheiden (WG-1)``."""
    return f"{task.title} ({task.key})"


def task_pick(*, actor: Actor, text: str, limit: int = 20) -> list[str]:
    """Labels of the tasks that fit ``text``."""
    permissions.require(actor, VIEW)
    rows = active()
    page = keyset_page(rows, order=SORTS["title"], query={}, size=limit, search=folding.search(Task, text))
    return [label_of(row) for row in page.rows]


def find_task(text: str) -> Task | None:
    """The active task somebody means by its label or key; ``None`` when there is none."""
    wanted = text.strip()
    key = wanted.rpartition("(")[2].removesuffix(")").strip() if wanted.endswith(")") else wanted
    rows = active().select_related("unit")
    return rows.filter(key=wanted).first() or rows.filter(key=key).first()


def titles_of(task_ids: Iterable[UUID], *, limit: int = 5) -> list[str]:
    """The first few titles of some tasks, by name."""
    return list(active().filter(pk__in=list(task_ids)).values_list("title", flat=True)[:limit])
