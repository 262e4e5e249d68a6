"""The worked example of the page of formulas, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staffelstab.foresight.domain.example import POSITION_RISK, Example, worked_example
from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.selectors.assumptions import Assumptions
from staffelstab.foresight.selectors.sentences import percent
from staffelstab.foresight.web.board import POSITION_LABELS, risk_number


def sentences(assumed: Assumptions, today: Quarter) -> list[str]:
    """One sentence for each step of the computation, with the figures of the kernel."""
    found = worked_example(turnover=assumed.turnover, lead=assumed.lead)
    values = {
        "first": today.shifted(found.first).label,
        "last": today.shifted(found.last).label,
        "before": today.shifted(found.quarter - 1).label,
        "quarter": today.shifted(found.quarter).label,
        "share_before": percent(found.before or 0),
        "share": percent(found.at),
        "share_with_deputy": percent(found.at_with_deputy),
        "position": POSITION_RISK,
        "training": POSITION_LABELS[POSITION_RISK],
        "exit": found.alone.exit_risk,
        "rest_risk": risk_number(found.alone.rest_risk),
        "with_deputy": risk_number(found.with_deputy.rest_risk),
        "span": ngettext("%(lead)s quarter", "%(lead)s quarters", assumed.lead) % {"lead": assumed.lead},
        "now": today.label,
    }
    texts = [
        _(
            "A single person is responsible for a task; there is no deputy. Personnel has entered that this person "
            "leaves in one to two years, that is between %(first)s and %(last)s."
        ),
        _when_red(found),
        _when_to_begin(found),
        _(
            "Position risk %(position)d (training %(training)s) × exit risk %(exit)d (the first possible exit lies at "
            "most four quarters ahead) make a rest risk of %(rest_risk)s of 25."
        ),
        _with_deputy(found),
    ]
    values["begin"] = _label(today, found.alone.act_by)
    values["later"] = _label(today, found.with_deputy.red)
    return [text % values for text in texts]


def _when_red(found: Example) -> str:
    if found.before is None:
        return _(
            "At the end of %(quarter)s nobody is left with a probability of %(share)s. From one half on the task is "
            "red: it is red from %(quarter)s."
        )
    return _(
        "At the end of %(before)s nobody is left with a probability of %(share_before)s, at the end of %(quarter)s "
        "with %(share)s. From one half on the task is red: it is red from %(quarter)s."
    )


def _when_to_begin(found: Example) -> str:
    if found.alone.act_by == 0:
        return _("The handover should begin %(span)s earlier, that is now (%(now)s).")
    return _("The handover should begin %(span)s earlier, that is in %(begin)s.")


def _with_deputy(found: Example) -> str:
    if found.with_deputy.red is None:
        return _(
            "If there were a ready deputy whose exit is open, it would be %(share_with_deputy)s instead of %(share)s; "
            "the task would not turn red within 15 years, and the rest risk would be %(with_deputy)s."
        )
    return _(
        "If there were a ready deputy whose exit is open, it would be %(share_with_deputy)s instead of %(share)s; the "
        "task would turn red only in %(later)s, and the rest risk would be %(with_deputy)s."
    )


def _label(today: Quarter, quarter: int | None) -> str:
    return "" if quarter is None else today.shifted(quarter).label
