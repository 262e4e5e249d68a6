"""The evaluation catalogue: every evaluation the system makes, as data.

It is a screen, a printable annex of a works agreement, and a test: an evaluation that is not listed here must not
exist (``tests/guards/test_evaluations.py`` compares it with the screens that show figures about people's posts).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation: what is computed from what, who sees it, how small groups are protected."""

    code: str
    name: str | Promise
    purpose: str | Promise
    inputs: str | Promise
    audience: str | Promise
    persons: str | Promise
    url_name: str


EVALUATIONS: tuple[Evaluation, ...] = (
    Evaluation(
        code="foresight.risk",
        name=_("Knowledge risk of tasks"),
        purpose=_("Shows which tasks will lose their knowledge, so that handover can start in time."),
        inputs=_(
            "Tasks, responsibilities, holdings, exit quarter or exit band per holding, yearly turnover of the "
            "organisation, criticality and position risk of the task. No birth date, no absence, no performance."
        ),
        audience=_(
            "Knowledge management and line managers for their units, personnel; executives without names."
        ),
        persons=_(
            "About tasks, not persons. Names are shown to the audience named; each such look is recorded."
        ),
        url_name="foresight:risk_board",
    ),
    Evaluation(
        code="foresight.measures",
        name=_("Measures and their state"),
        purpose=_("Shows what is being done about the risks of tasks."),
        inputs=_("Measures with position, date and state."),
        audience=_("As for the knowledge risk."),
        persons=_("A measure names a position, never a person."),
        url_name="foresight:measure_list",
    ),
    Evaluation(
        code="foresight.forecast",
        name=_("Forecast of exits"),
        purpose=_(
            "Shows how many people leave in which year, so that successors and handovers can be planned."
        ),
        inputs=_(
            "Holdings with share and unit, exit quarter or exit band per holding, on request the turnover of the "
            "organisation. No birth date, no absence, no performance. An uploaded age table is not stored."
        ),
        audience=_(
            "Executives, personnel development and knowledge management; line managers for their units."
        ),
        persons=_(
            "Nobody is named. No figure rests on fewer people than the smallest group allows (at least five), and no "
            "series of comparisons leads to a smaller group."
        ),
        url_name="foresight:forecast_board",
    ),
    Evaluation(
        code="foresight.report",
        name=_("Report on exits and knowledge"),
        purpose=_(
            "Tells council and management how many leave, which tasks are at risk and what is being done."
        ),
        inputs=_(
            "As for the knowledge risk and the measures; exits as in the forecast, above the group threshold, added "
            "up and rounded to multiples of five. In a network, only sums of members that have released them."
        ),
        audience=_(
            "Executives, administrators, data protection and staff council; knowledge management, personnel and line "
            "managers for their units; the network office for its network. May be handed on."
        ),
        persons=_(
            "No names, no positions. Beside a task stands neither a quarter nor a score, since one person's exit could "
            "be read from it."
        ),
        url_name="foresight:report_list",
    ),
    Evaluation(
        code="portal.only_holder",
        name=_("Own tasks nobody else can do"),
        purpose=_("Shows people on their start page which of their tasks depend on them alone."),
        inputs=_("Tasks, responsibilities and holdings of today."),
        audience=_("Only the person it is about."),
        persons=_("Nobody sees it of somebody else. Nothing of it is stored."),
        url_name="portal:start_show",
    ),
    Evaluation(
        code="identity.audit",
        name=_("Protocol of changes"),
        purpose=_("Shows who changed what and when, so that errors can be corrected and misuse be found."),
        inputs=_("Account, time, action, object, old and new value; personal values are masked."),
        audience=_("Administrators, data protection and staff council."),
        persons=_("Names the acting account. Must not be used to assess conduct or performance."),
        url_name="identity:audit_list",
    ),
    Evaluation(
        code="identity.sign_ins",
        name=_("Sign-in attempts"),
        purpose=_("Shows whether somebody tries to get in who should not."),
        inputs=_(
            "Successful and failed sign-ins of the last 30 days; of the last seven days failures per account."
        ),
        audience=_("Administrators; data protection and staff council without names."),
        persons=_(
            "Numbers of the whole organisation; how often people came in only from the smallest group on. "
            "Named is only whose account was the target of five failures or more. "
            "When somebody signed in or out is seen by that person alone."
        ),
        url_name="identity:sign_in_list",
    ),
)


def catalogue() -> tuple[Evaluation, ...]:
    """All evaluations of this version."""
    return EVALUATIONS
