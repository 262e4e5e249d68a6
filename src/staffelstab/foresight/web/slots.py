"""What foresight adds to pages of the modules below it (core.ui.slots)."""

from __future__ import annotations

from django.utils import timezone

from staffelstab.core.ui.requests import Request
from staffelstab.core.ui.slots import Block
from staffelstab.foresight.selectors import details, risks
from staffelstab.foresight.web import board
from staffelstab.workforce.enums import ResponsibilityKind
from staffelstab.workforce.selectors.tasks import TaskDetail


def task_risk(request: Request, page: object) -> Block | None:
    """The risk of a task on its page: the figure, one sentence, the measures. Nothing for actors who do not see it.

    The page names who holds the task, so the sentence does not say when a single person leaves: that stands on the
    board, where names come only when they are asked for, and each is a look.
    """
    actor = request.actor
    if not isinstance(page, TaskDetail):
        return None
    task = page.task
    if task.ended_on is not None or not actor.may("foresight.risk.view", task):
        return None
    picture = risks.assessment(actor=actor, as_of=timezone.localdate(request.now))
    number = next((row.number for row in picture.loaded.tasks if row.id == task.pk), None)
    if number is None or not risks.in_scope(actor, picture)[number]:
        return None
    found = details.task_details(
        actor=actor, picture=picture, number=number, with_names=False, positions=_facts(page)
    )
    context = {
        "details": found,
        "rest_risk": board.risk_number(found.rest_risk),
        "red_tone": found.red_tone(risks.SOON),
    }
    return Block("foresight/risk/task_slot.html", context)


def _facts(page: TaskDetail) -> tuple[details.PositionFacts, ...]:
    """The positions the page has loaded; a position that has ended by today no longer counts."""
    return tuple(
        details.PositionFacts(
            number=part.position.number,
            title=part.position.title,
            kind=part.responsibility.kind,
            ready=part.responsibility.ready,
            persons=len(part.holders),
            tells=False,
        )
        for part in page.parts
        if part.responsibility.kind != ResponsibilityKind.CAN_HELP and part.position.ended_on is None
    )
