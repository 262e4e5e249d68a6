"""*Mein Bereich*: what is due for the person who asks, their own tasks, and the head figures they may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from django.db.models import F, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staffelstab.core.actors import Actor
from staffelstab.foresight.selectors import measures, risks
from staffelstab.workforce.enums import ImportState, ResponsibilityKind
from staffelstab.workforce.models import Holding, Import, Responsibility
from staffelstab.workforce.permissions import leads, manages_knowledge

DUE_TASKS = 3
OWN_TASKS = 12
OWN_KINDS = (ResponsibilityKind.RESPONSIBLE, ResponsibilityKind.DEPUTY)


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that needs a decision: sentence, note, where to."""

    icon: str
    title: str
    note: str
    url: str
    action: str


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

    @property
    def is_deputy(self) -> bool:
        """Whether the person deputises."""
        return self.kind == ResponsibilityKind.DEPUTY


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
    def held_share(self) -> int:
        """Tasks somebody can do today, per cent; rounded down, so that 100 means all."""
        return 100 * (self.tasks - self.without_holder) // self.tasks if self.tasks else 0


@dataclass(frozen=True, slots=True)
class Start:
    """What the start page shows."""

    due: list[Due]
    own: list[OwnTask]
    own_count: int
    figures: Figures | None
    empty_register: bool


def start(*, actor: Actor, today: date) -> Start:
    """The start page of the actor. Everything in it is filtered by what the actor may see."""
    own, count = _own_tasks(actor, today)
    due: list[Due] = []
    figures = None
    if actor.member and actor.may("foresight.risk.view"):
        picture = risks.assessment(actor=actor, as_of=today)
        figures = _figures(actor, picture, today)
        if manages_knowledge(actor) or leads(actor):
            due += _overdue_measures(actor, today)
            due += _tasks_to_start(actor, picture)
    if actor.member and actor.may("workforce.import.use"):
        due += _imports_to_apply()
    empty = figures is not None and figures.tasks == 0 and actor.may("workforce.import.use")
    return Start(due, own, count, figures, empty)


def _own_tasks(actor: Actor, today: date) -> tuple[list[OwnTask], int]:
    if not actor.member or actor.account_id is None:
        return [], 0
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
    return own[:OWN_TASKS], len(own)


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


def _tasks_to_start(actor: Actor, picture: risks.Picture) -> list[Due]:
    """The worst tasks whose handover would have to begin in this quarter and on which nothing is planned yet."""
    result = picture.assessment
    pressing = np.flatnonzero((result.act_by == 0) & risks.in_scope(actor, picture))
    ranked = pressing[np.argsort(-result.rest_risk[pressing], kind="stable")][: 10 * DUE_TASKS]
    tasks = [picture.loaded.tasks[int(number)] for number in ranked]
    planned = set(
        measures.visible_measures(actor)
        .filter(task_id__in=[task.id for task in tasks], state__in=measures.OPEN)
        .values_list("task_id", flat=True)
    )
    shown = [task for task in tasks if task.id not in planned][:DUE_TASKS]
    return [
        Due(
            icon="network",
            title=_("“%(task)s”: handover would have to begin now") % {"task": task.title},
            note=_red_note(picture.named(int(result.red_quarter[task.number]))),
            url=f"{reverse('foresight:risk_board')}?aufgabe={task.id}",
            action=_("View"),
        )
        for task in shown
    ]


def _red_note(quarter: object | None) -> str:
    label = getattr(quarter, "label", "")
    return _("Nobody will know this task any more from %(quarter)s on; no measure is planned.") % {
        "quarter": label
    }


def _overdue_measures(actor: Actor, today: date) -> list[Due]:
    rows = measures.list_measures(actor=actor, overdue_on=today).order_by("due_on", "id")
    oldest = rows.first()
    if oldest is None:
        return []
    count = rows.count()
    return [
        Due(
            icon="clock",
            title=ngettext("%(count)s measure is overdue", "%(count)s measures are overdue", count)
            % {"count": count},
            note=_("The oldest was due on %(day)s: %(what)s")
            % {"day": date_format(oldest.due_on, "SHORT_DATE_FORMAT"), "what": oldest.what},
            url=f"{reverse('foresight:measure_list')}?stand=overdue",
            action=_("View"),
        )
    ]


def _imports_to_apply() -> list[Due]:
    waiting = (
        Import.objects.filter(state__in=(ImportState.READY, ImportState.REJECTED))
        .order_by("-created_at")
        .first()
    )
    if waiting is None:
        return []
    if waiting.state == ImportState.READY:
        title, action = _("The import “%(file)s” has been checked and can be applied"), _("Apply")
    else:
        title, action = _("The import “%(file)s” has errors"), _("View")
    return [
        Due(
            icon="document",
            title=title % {"file": waiting.file_name},
            note=_("Nothing has been changed so far."),
            url=reverse("workforce:upload_detail", args=[waiting.pk]),
            action=action,
        )
    ]
