"""The sentence a board begins with: what has to begin now, what is planned about it, and the way to those tasks."""

from __future__ import annotations

import dataclasses

from django.http import QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staffelstab.core.ui.numbers import number
from staffelstab.core.ui.tables import link_to
from staffelstab.foresight.selectors.board import Board, BoardPage


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """A link with its text."""

    text: str
    url: str


def pressing(shown: BoardPage) -> str:
    """For how many of the red tasks the handover should begin now, and for how many of these something is planned."""
    count = len(shown.board.act_now)
    if not count:
        return ""
    text = ngettext(
        "For one of them the handover should begin {now}: {planned}.",
        "For {count} of them the handover should begin {now}: {planned}.",
        count,
    )
    if shown.board.total == 1:
        text = _("Its handover should begin {now}: {planned}.")
    return format_html(
        text,
        now=format_html("<b>{}</b>", _("now")),
        count=number(count),
        planned=_planned(shown.planned, count),
    )


def _planned(planned: int, count: int) -> str:
    if count == 1:
        return _("something is planned for it") if planned else _("nothing is planned for it yet")
    if planned == count:
        return _("something is planned for all of them")
    if not planned:
        return _("nothing is planned for any of them yet")
    return _("something is planned for %(planned)s, nothing yet for %(others)s") % {
        "planned": number(planned),
        "others": number(count - planned),
    }


def red_only(board: Board, query: QueryDict) -> Link | None:
    """The way to the list of the tasks the sentence speaks of; None where it is the list already."""
    if not board.red or board.lists_red_only:
        return None
    text = ngettext("Show only this one", "Show only these %(count)s", board.red) % {
        "count": number(board.red)
    }
    return Link(text, link_to(query, rot="1", position=None, abgang=None, aufgabe=None) + "#liste")
