"""The three next steps beside a task: what lowers its risk, in an order and for reasons that its figures give."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.enums import MeasureKind
from staffelstab.foresight.selectors.details import TaskDetails

SHORTEST, LONGEST = 18, 24
"""Months a handover takes in practice; the page of formulas names them, too."""

IN_YEARS: Final = 36
"""Months from which on people count in years."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step as the card shows it; its address opens a measure of that kind."""

    kind: MeasureKind
    icon: str
    title: str
    note: str
    url: str = ""
    primary: bool = False


def next_steps(details: TaskDetails) -> list[Step]:
    """What to do next, the most effective first."""
    base = f"{reverse('foresight:measure_create')}?aufgabe={details.task.pk}&art="
    steps = _of_a_task_somebody_masters(details) if details.explanation.holders else _of_an_orphan(details)
    return [
        dataclasses.replace(step, url=base + step.kind.value, primary=place == 0)
        for place, step in enumerate(steps)
    ]


def _of_a_task_somebody_masters(details: TaskDetails) -> list[Step]:
    return [
        Step(
            kind=MeasureKind.HANDOVER,
            icon="network",
            title=_("Start a handover"),
            note=time_note(details.as_of, details.red),
        ),
        _deputy(details, _("a ready deputy is one more person who can do it")),
        Step(
            kind=MeasureKind.PAGE,
            icon="document",
            title=_("Describe the task"),
            note=_("helps successors; lowers the rest risk only once descriptions are kept here"),
        ),
    ]


def _of_an_orphan(details: TaskDetails) -> list[Step]:
    """Nobody is left who could hand over or describe."""
    first = Step(
        kind=MeasureKind.HIRE,
        icon="people",
        title=_("Fill the position"),
        note=_("nobody masters the task today"),
    )
    if not details.responsible:
        first = Step(
            kind=MeasureKind.OTHER,
            icon="people",
            title=_("Make a position responsible"),
            note=_("today no position is responsible for the task"),
        )
    return [
        first,
        _deputy(details, _("could step in before the position is filled")),
        Step(
            kind=MeasureKind.OTHER,
            icon="network",
            title=_("Get help from outside"),
            note=_("those who did it before, or do it in another municipality, can instruct"),
        ),
    ]


def _deputy(details: TaskDetails, note: str) -> Step:
    untrained = any(not each.ready for each in details.deputies)
    return Step(
        kind=MeasureKind.DEPUTY,
        icon="star",
        title=_("Train the deputy") if untrained else _("Name a deputy"),
        note=note,
    )


def time_note(as_of: dt.date, red: Quarter | None) -> str:
    """Whether there is time for a handover before the task turns red."""
    if red is None:
        return _("no hurry: the task does not turn red within 15 years")
    left = months_until(as_of, red)
    values = {"shortest": SHORTEST, "longest": LONGEST, "left": left, "years": left // 12}
    if left >= IN_YEARS:
        text = _("in time: it takes %(shortest)d to %(longest)d months, about %(years)d years are left")
    elif left >= LONGEST:
        text = _("in time: it takes %(shortest)d to %(longest)d months, about %(left)d are left")
    elif left >= SHORTEST:
        text = _("just in time: it takes %(shortest)d to %(longest)d months, about %(left)d are left")
    elif left:
        text = ngettext(
            "too short: it would take %(shortest)d to %(longest)d months, about %(left)d is left",
            "too short: it would take %(shortest)d to %(longest)d months, about %(left)d are left",
            left,
        )
    else:
        text = _("too short: it would take %(shortest)d to %(longest)d months, only weeks are left")
    return text % values


def months_until(as_of: dt.date, quarter: Quarter) -> int:
    """Full months from a day to the beginning of a quarter; 0 when it has begun."""
    first_month = quarter.index * 3
    return max(0, first_month - (as_of.year * 12 + as_of.month - 1) - (as_of.day > 1))
