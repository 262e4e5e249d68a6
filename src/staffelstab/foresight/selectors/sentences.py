"""Why a task has its figure, as one sentence in the language that is active.

Composed of whole clauses, so that each language can order its words: a main clause, then the reasons after
*because*, joined by *and*.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staffelstab.core.ui import numbers
from staffelstab.foresight.domain.explain import Explanation, HolderOutlook, Stay
from staffelstab.foresight.domain.quarters import Quarter

_ALMOST_CERTAIN: Final = 0.995


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The figure of a task and the positions behind it.

    `responsible`: responsible positions; `untrained`: deputies that still need training; `ready`: deputies that
    are ready, occupied or not; `turnover`: yearly share; `tells_exits`: whether the reader may know when a single
    holder leaves.
    """

    explanation: Explanation
    as_of: Quarter
    turnover: float
    responsible: int
    untrained: int
    ready: int
    tells_exits: bool = True


def percent(share: float) -> str:
    """A share as whole per cent; what is nearly certain is not called certain."""
    if _ALMOST_CERTAIN <= share < 1:
        return _("more than 99%%") % {}
    return numbers.percent(share)


def percent_exact(share: float) -> str:
    """A share as per cent with one decimal where it needs one."""
    return numbers.percent(share, 1, trim=True)


def risk_sentence(situation: Situation) -> str:
    """When nobody can do the task any more, how probable that is, and why."""
    explanation = situation.explanation
    quarter = situation.as_of.shifted(explanation.quarter).label
    if explanation.red_quarter is None:
        sentence = _(
            "At the end of %(quarter)s, with a probability of %(share)s, somebody can still do this task, "
            "because %(reasons)s."
        )
        share, reasons = percent(1 - explanation.p_none), _safe_reason(situation)
    elif explanation.holders:
        sentence = _(
            "In %(quarter)s, with a probability of %(share)s, nobody can do this task any more, because %(reasons)s."
        )
        share, reasons = percent(explanation.p_none), _joined(_red_reasons(situation))
    else:
        sentence = _("Today nobody can do this task, because %(reasons)s.")
        share, reasons = "", _joined(_red_reasons(situation))
    return sentence % {"quarter": quarter, "share": share, "reasons": reasons}


def _joined(clauses: list[str]) -> str:
    *first, last = clauses
    return _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last} if first else last


def _red_reasons(situation: Situation) -> list[str]:
    holders = situation.explanation.holders
    if not holders:
        return [_vacancy(situation), *_deputies(situation)]
    if len(holders) > 1:
        return [*_several(situation), *_deputies(situation)]
    holder = holders[0]
    if holder.responsible:
        subject = (
            _("the only responsible position")
            if situation.responsible == 1
            else _("the only occupied responsible position")
        )
        return [*_leaving(situation, holder, subject), *_deputies(situation)]
    return [_vacancy(situation), *_leaving(situation, holder, _("the only deputy position that is ready"))]


def _vacancy(situation: Situation) -> str:
    count = situation.responsible
    if count == 0:
        return _("no position is responsible for it")
    if count == 1:
        return _("the only responsible position is vacant")
    return _("all %(count)d responsible positions are vacant") % {"count": count}


def _leaving(situation: Situation, holder: HolderOutlook, subject: str) -> list[str]:
    if holder.first is None or holder.last is None or holder.stay is Stay.STAYING:
        return [_("only one person can do it"), _turnover(situation)]
    if not situation.tells_exits:
        return [_("%(subject)s becomes vacant") % {"subject": subject}]
    first, last = (situation.as_of.shifted(each).label for each in (holder.first, holder.last))
    if first == last:
        return [_("%(subject)s becomes vacant in %(quarter)s") % {"subject": subject, "quarter": first}]
    values = {"subject": subject, "first": first, "last": last}
    return [_("%(subject)s becomes vacant between %(first)s and %(last)s") % values]


def _turnover(situation: Situation) -> str:
    share = percent_exact(situation.turnover)
    return _("%(turnover)s of the staff change every year") % {"turnover": share}


def _several(situation: Situation) -> list[str]:
    explanation = situation.explanation
    everybody, gone = len(explanation.holders), explanation.count(Stay.GONE)
    possibly = gone + explanation.count(Stay.LEAVING)
    values = {
        "count": everybody,
        "leaving": possibly,
        "quarter": situation.as_of.shifted(explanation.quarter).label,
    }
    if possibly == 0:
        return [_("only %(count)d persons can do it") % values, _turnover(situation)]
    if possibly == everybody:
        if gone < everybody:
            return [_("all %(count)d persons who can do it leave or may leave by %(quarter)s") % values]
        if everybody == 2:
            return [_("both persons who can do it leave by %(quarter)s") % values]
        return [_("all %(count)d persons who can do it leave by %(quarter)s") % values]
    if gone == possibly:
        some = ngettext(
            "by %(quarter)s %(leaving)d of the %(count)d persons who can do it leaves",
            "by %(quarter)s %(leaving)d of the %(count)d persons who can do it leave",
            possibly,
        )
    else:
        some = ngettext(
            "by %(quarter)s %(leaving)d of the %(count)d persons who can do it leaves or may leave",
            "by %(quarter)s %(leaving)d of the %(count)d persons who can do it leave or may leave",
            possibly,
        )
    return [some % values, _("for the others the usual turnover counts")]


def _deputies(situation: Situation) -> list[str]:
    """What is wrong with the deputies; nothing when one of them is a holder."""
    if any(holder.ready_deputy for holder in situation.explanation.holders):
        return []
    if situation.untrained:
        return [
            ngettext(
                "the deputy still has to be trained",
                "the %(count)d deputies still have to be trained",
                situation.untrained,
            )
            % {"count": situation.untrained}
        ]
    if situation.ready:
        return [
            ngettext(
                "the deputy position is vacant", "the %(count)d deputy positions are vacant", situation.ready
            )
            % {"count": situation.ready}
        ]
    return [_("there is no deputy")]


def _safe_reason(situation: Situation) -> str:
    holders = situation.explanation.holders
    unknown = sum(holder.first is None for holder in holders)
    values = {"count": len(holders), "unknown": unknown}
    if unknown == 0:
        return _("the exits entered lie far enough in the future")
    if unknown < len(holders):
        return _("%(count)d persons can do it and for %(unknown)d of them no exit is entered") % values
    if unknown == 1:
        return _("no exit is entered for the only person who can do it")
    return _("no exit is entered for any of the %(count)d persons who can do it") % values
