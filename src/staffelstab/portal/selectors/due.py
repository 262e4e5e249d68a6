"""What needs a decision of the person who asks: tasks whose handover has to begin, overdue measures, imports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staffelstab.core.actors import Actor
from staffelstab.foresight.domain.quarters import LONGEST_LEAD
from staffelstab.foresight.selectors import measures, risks
from staffelstab.workforce.enums import ImportState
from staffelstab.workforce.models import Import

SHOWN: Final = 3
"""Tasks named one by one; the others are counted and listed on the board."""


@dataclass(frozen=True, slots=True)
class Due:
    """One line of what is due: sentence, note, where to. `things`: how many decisions it stands for."""

    icon: str
    title: str
    note: str
    url: str
    action: str
    things: int = 1


@dataclass(frozen=True, slots=True)
class Pressing:
    """The tasks in the actor's scope whose handover has to begin in this quarter.

    `count`: all of them; `unplanned`: those without a planned or running measure; `due`: the most urgent of these;
    `url`: the board with exactly these `count` tasks.
    """

    count: int
    unplanned: int
    due: tuple[Due, ...]
    url: str

    @property
    def planned(self) -> int:
        """Those for which a measure is planned or running."""
        return self.count - self.unplanned


def pressing(actor: Actor, picture: risks.Picture) -> Pressing:
    """What has to begin now. First what nobody can do, then what is red first, then the highest rest risk."""
    result = picture.assessment
    numbers = np.flatnonzero((result.act_by == 0) & risks.in_scope(actor, picture))
    # A task has to be acted on now where it is red by the lead: the board's filter *red by* shows the same tasks.
    quarter = min(result.lead, LONGEST_LEAD)
    url = f"{reverse('foresight:risk_board')}?rot=1&quartal={quarter}&sort=red#liste"
    if not len(numbers):
        return Pressing(0, 0, (), url)
    provided = measures.tasks_provided_for()
    tasks = picture.loaded.tasks
    open_ones = numbers[[tasks[number].id not in provided for number in numbers.tolist()]]
    urgent = np.lexsort(
        (
            -result.rest_risk[open_ones],
            result.red_quarter[open_ones],
            picture.loaded.holders[open_ones] > 0,
        )
    )
    due = tuple(_task_due(picture, number) for number in open_ones[urgent][:SHOWN].tolist())
    return Pressing(len(numbers), len(open_ones), due, url)


def _task_due(picture: risks.Picture, number: int) -> Due:
    task = picture.loaded.tasks[number]
    red = picture.named(int(picture.assessment.red_quarter[number]))
    if picture.loaded.holders[number]:
        title = _("“%(task)s”: handover would have to begin now")
        note = _("Nobody will know this task any more from %(quarter)s on; no measure is planned.")
    else:
        title = _("“%(task)s”: nobody can do it today")
        note = _("No position with somebody on it is responsible or a ready deputy; no measure is planned.")
    return Due(
        icon="network" if picture.loaded.holders[number] else "people",
        title=title % {"task": task.title},
        note=note % {"quarter": red.label if red else ""},
        url=f"{reverse('foresight:risk_board')}?aufgabe={task.id}",
        action=_("View"),
    )


def overdue_measures(actor: Actor, today: date) -> list[Due]:
    """One line for all overdue measures the actor may see."""
    rows = measures.list_measures(actor=actor, overdue_on=today).order_by("due_on", "id")
    oldest = rows.first()
    if oldest is None:
        return []
    count = rows.count()
    note = ngettext(
        "It was due on %(day)s: %(what)s",
        "The oldest was due on %(day)s: %(what)s",
        count,
    )
    return [
        Due(
            icon="clock",
            title=ngettext("%(count)s measure is overdue", "%(count)s measures are overdue", count)
            % {"count": count},
            note=note % {"day": date_format(oldest.due_on, "SHORT_DATE_FORMAT"), "what": oldest.what},
            url=f"{reverse('foresight:measure_list')}?stand=overdue",
            action=_("View"),
            things=count,
        )
    ]


def imports_to_apply() -> list[Due]:
    """The latest import that waits for its decision."""
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
