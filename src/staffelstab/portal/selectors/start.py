"""*Mein Bereich*: what is due for the person who asks, their own tasks, and the head figures they may see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from staffelstab.core.actors import Actor
from staffelstab.foresight.selectors import risks
from staffelstab.foresight.selectors.board import Board, BoardQuery, board
from staffelstab.identity.enums import Role
from staffelstab.portal.selectors import due as selectors
from staffelstab.portal.selectors.due import Due, Pressing
from staffelstab.portal.selectors.duties import duties, open_barriers
from staffelstab.workforce.enums import ResponsibilityKind
from staffelstab.workforce.models import Holding, Responsibility
from staffelstab.workforce.permissions import leads, manages_knowledge
from staffelstab.workforce.selectors.holdings import current

OWN_TASKS = 12
WITHOUT_OWN_TASKS = frozenset({Role.ADMINISTRATOR, Role.EXECUTIVE, Role.PRIVACY})
"""Roles whose start page is about something else than tasks of their own."""

OWN_KINDS = (ResponsibilityKind.RESPONSIBLE, ResponsibilityKind.DEPUTY)


@dataclass(frozen=True, slots=True)
class OwnTask:
    """A task of the person: responsible or deputy."""

    task_id: UUID
    title: str
    unit: str
    kind: str
    ready: bool
    frequency: str
    deadline: str
    only_me: bool = False
    """Whether nobody else on a position today is responsible or a ready deputy."""

    @property
    def is_deputy(self) -> bool:
        """Whether the person deputises."""
        return self.kind == ResponsibilityKind.DEPUTY

    @property
    def can_do(self) -> bool:
        """Whether the person counts as somebody who can do it."""
        return self.ready or not self.is_deputy


@dataclass(frozen=True, slots=True)
class Figures:
    """Head figures of the tasks the person may see."""

    tasks: int
    with_deputy: int
    one_holder: int
    without_holder: int
    red_two_years: int
    red_before: int | None

    @property
    def deputy_share(self) -> int:
        """Tasks with a ready deputy, per cent."""
        return 100 * self.with_deputy // self.tasks if self.tasks else 0

    @property
    def deputy_percent(self) -> str:
        """The share of tasks with a ready deputy in words."""
        return _("%(number)s%%") % {"number": self.deputy_share}

    @property
    def held_percent(self) -> str:
        """The share of tasks somebody can do in words."""
        return _("%(number)s%%") % {"number": self.held_share}

    @property
    def held_share(self) -> int:
        """Tasks somebody can do today, per cent; rounded down, so that 100 means all."""
        return 100 * (self.tasks - self.without_holder) // self.tasks if self.tasks else 0


@dataclass(frozen=True, slots=True)
class Start:
    """What the start page shows.

    `on_position`: whether the account stands for somebody on a position today; `finding`: the board whose sentence
    comes first, for executives; `places`: where roles without own tasks begin, and `watches` whether to
    read there rather than to look after; `may_report`: whether a report can be
    made for the council.
    """

    due: list[Due]
    own: list[OwnTask]
    own_count: int
    on_position: bool
    figures: Figures | None
    empty_register: bool
    pressing: Pressing | None
    finding: Board | None
    places: list[Due]
    watches: bool
    shows_own: bool
    may_report: bool

    @property
    def things(self) -> int:
        """How many decisions are asked for, whether they are named one by one or counted."""
        pressing = self.pressing.unplanned if self.pressing else 0
        return sum(each.things for each in self.due) + pressing

    @property
    def lines(self) -> list[Due]:
        """What is named one by one, the most urgent tasks last."""
        return [*self.due, *(self.pressing.due if self.pressing else ())]


def start(*, actor: Actor, today: date) -> Start:
    """The start page of the actor. Everything in it is filtered by what the actor may see."""
    own, count, on_position = _own_tasks(actor, today)
    due: list[Due] = []
    figures = pressing = finding = None
    if actor.member and actor.may("foresight.risk.view"):
        picture = risks.assessment(actor=actor, as_of=today)
        figures = _figures(actor, picture, today)
        if manages_knowledge(actor) or leads(actor):
            due += selectors.overdue_measures(actor, today)
            pressing = selectors.pressing(actor, picture)
        elif Role.EXECUTIVE in actor.roles and figures.tasks:
            finding = board(actor=actor, picture=picture, query=BoardQuery())
    if actor.member and actor.may("workforce.import.use"):
        due += selectors.imports_to_apply()
    if actor.member and actor.may("portal.barrier.answer"):
        due += open_barriers(today)
    return Start(
        due=due,
        own=own,
        own_count=count,
        on_position=on_position,
        figures=figures,
        empty_register=figures is not None and figures.tasks == 0 and actor.may("workforce.import.use"),
        pressing=pressing,
        finding=finding,
        places=duties(actor),
        watches=Role.ADMINISTRATOR not in actor.roles,
        shows_own=bool(own) or WITHOUT_OWN_TASKS.isdisjoint(actor.roles),
        may_report=Role.EXECUTIVE in actor.roles and actor.may("foresight.report.make"),
    )


def _own_tasks(actor: Actor, today: date) -> tuple[list[OwnTask], int, bool]:
    if not actor.member or actor.account_id is None:
        return [], 0, False
    held = Holding.objects.filter(
        Q(starts_on__isnull=True) | Q(starts_on__lte=today),
        Q(ends_on__isnull=True) | Q(ends_on__gte=today),
        person__account_id=actor.account_id,
    )
    # The person's few positions by themselves: just after a large import the database has no statistics yet, and joined
    # with the rest it took a second to find them.
    positions = list(held.values_list("position_id", flat=True))
    rows = (
        Responsibility.objects.filter(
            position_id__in=positions,
            kind__in=OWN_KINDS,
            task__ended_on__isnull=True,
            position__ended_on__isnull=True,
        )
        .order_by(F("kind").desc(), "task__sort_key", "id")
        .values_list(
            "task_id", "task__title", "task__unit__name", "kind", "ready", "task__frequency", "task__deadline"
        )
    )
    found = {row[0]: OwnTask(*row) for row in reversed(list(rows))}
    own = list(reversed(found.values()))
    only_me = _of_one_person([each.task_id for each in own[:OWN_TASKS]], today)
    shown = [replace(each, only_me=each.task_id in only_me and each.can_do) for each in own[:OWN_TASKS]]
    return shown, len(own), bool(positions)


def _of_one_person(task_ids: list[UUID], today: date) -> frozenset[UUID]:
    """Which of the tasks exactly one person can do today: on a responsible position or one of a ready deputy."""
    if not task_ids:
        return frozenset()
    rows = (
        Responsibility.objects.filter(
            Q(kind=ResponsibilityKind.RESPONSIBLE) | Q(kind=ResponsibilityKind.DEPUTY, ready=True),
            current(today, "position__holdings__"),
            task_id__in=task_ids,
            position__ended_on=None,
            position__holdings__person__ended_on=None,
        )
        .order_by()
        .values("task_id")
        .annotate(persons=Count("position__holdings__person_id", distinct=True))
        .filter(persons=1)
    )
    return frozenset(row["task_id"] for row in rows)


def _figures(actor: Actor, picture: risks.Picture, today: date) -> Figures:
    scope = risks.in_scope(actor, picture)
    head = risks.head_figures(picture, scope)
    trend = risks.trend(actor=actor, as_of=today, picture=picture)
    return Figures(
        tasks=head.tasks,
        with_deputy=int(((picture.assessment.deputy_depth > 0) & scope).sum()),
        one_holder=head.one_holder,
        without_holder=head.without_holder,
        red_two_years=head.red_two_years,
        red_before=trend.before.figures.red_two_years if trend and trend.before else None,
    )
