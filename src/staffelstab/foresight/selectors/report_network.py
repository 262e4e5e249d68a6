"""What a report on a network says: aggregates of the members that have released them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from staffelstab.core.ui.tables import Text
from staffelstab.foresight.domain.report_document import (
    Column,
    Document,
    Kind,
    Picture,
    Section,
    Table,
    Value,
)
from staffelstab.foresight.domain.report_rounding import BASE
from staffelstab.foresight.selectors import report_charts, report_words
from staffelstab.foresight.selectors.report_inputs import state
from staffelstab.foresight.selectors.report_words import Frame, number

TASKS: Final[Mapping[str, Text]] = {
    "tasks": gettext_lazy("Tasks"),
    "nobody": gettext_lazy("Nobody"),
    "one": gettext_lazy("One person"),
    "several": gettext_lazy("Two or more"),
    "soon": gettext_lazy("Without anybody within two years"),
}
MEASURES: Final[Mapping[str, Text]] = {
    "measures_open": gettext_lazy("Open measures"),
    "measures_overdue": gettext_lazy("Of these overdue"),
    "measures_done": gettext_lazy("Measures done"),
}
EXITS: Final[Mapping[str, Text]] = {
    "persons": gettext_lazy("Employees with a known exit"),
    "exits_early": gettext_lazy("Exits, early"),
    "exits_regular": gettext_lazy("Exits, regular"),
    "exits_late": gettext_lazy("Exits, late"),
}
COMPARED: Final[Mapping[str, Text]] = {
    "members": gettext_lazy("Members with figures"),
    **report_words.COMPARED,
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFigures:
    """`members`: (name, figures) of those that have released them, by name; `count`: all members of the network."""

    as_of: dt.date
    members: Sequence[tuple[str, Mapping[str, Any]]]
    count: int

    def total(self, key: str) -> int | None:
        """Sum over the members that have the figure; None where none has."""
        values = [figures[key] for _name, figures in self.members if figures.get(key) is not None]
        return sum(values) if values else None


def document(figures: NetworkFigures, frame: Frame) -> Document:
    """The whole report."""
    now: dict[str, int | None] = {
        "members": len(figures.members),
        **{key: figures.total(key) for key in report_words.COMPARED},
    }
    sections = (
        _tasks_section(figures),
        _exits_section(figures),
        _table_section(figures, MEASURES, key="measures", title=_("Measures and their state")),
        report_words.trend_section(now, frame, COMPARED),
        Section(
            key="method",
            title=_("How this is computed"),
            paragraphs=(
                _("Each member's figures are computed from its own register, with its own assumptions, in the way its "
                  "own report says; this report adds them up."),
            ),
            points=(
                _("Looked at for %(day)s.") % {"day": report_words.day(figures.as_of)},
                _("Made with Staffelstab %(version)s.") % {"version": frame.version},
            ),
        ),
        _suppression_section(figures),
    )  # fmt: skip
    return Document(
        language=frame.language,
        house=frame.house,
        colour=frame.colour,
        logo=frame.logo,
        title=_("Report on exits and knowledge in the network"),
        subject=frame.subject,
        finding=_finding(figures),
        facts=report_words.facts(figures.as_of, frame),
        sections=sections,
        figures=now,
    )


def inputs(figures: NetworkFigures, frame: Frame) -> dict[str, Any]:
    """On what the report rests."""
    return {
        **state(frame),
        "as_of": figures.as_of.isoformat(),
        "members": figures.count,
        "released": [{"name": name, **values} for name, values in figures.members],
    }


def _finding(figures: NetworkFigures) -> str:
    if not figures.members:
        return _("No member has released its figures yet: there is nothing to report on.")
    values = {
        "released": len(figures.members),
        "members": figures.count,
        "tasks": number(figures.total("tasks") or 0),
    }
    first = ngettext(
        "%(released)d of %(members)d members has released its figures, %(tasks)s tasks in all.",
        "%(released)d of %(members)d members have released their figures, %(tasks)s tasks in all.",
        len(figures.members),
    )
    if not figures.total("tasks"):
        return first % values
    nobody, one = figures.total("nobody") or 0, figures.total("one") or 0
    return f"{first % values} {report_words.covered_today(nobody=nobody, one=one)}"


def _rows(figures: NetworkFigures, keys: Mapping[str, Text]) -> tuple[tuple[Value, ...], ...]:
    rows = [(name, *(values.get(key) for key in keys)) for name, values in figures.members]
    if len(rows) > 1:
        rows.append((_("All together"), *(figures.total(key) for key in keys)))
    return tuple(rows)


def _columns(keys: Mapping[str, Text]) -> tuple[Column, ...]:
    heads = (Column(label=str(label), kind=Kind.COUNT) for label in keys.values())
    return (Column(label=_("Member"), kind=Kind.TEXT), *heads)


def _table_section(figures: NetworkFigures, keys: Mapping[str, Text], *, key: str, title: str) -> Section:
    if not figures.members:
        return Section(key=key, title=title, paragraphs=(_("No figures have been released."),))
    table = Table(key=key, title=title, columns=_columns(keys), rows=_rows(figures, keys))
    return Section(key=key, title=title, tables=(table,))


def _tasks_section(figures: NetworkFigures) -> Section:
    section = _table_section(figures, TASKS, key="coverage", title=_("How tasks are covered today"))
    if not figures.members:
        return section
    heading = _("%(count)s of %(tasks)s tasks hang on one person or on nobody") % {
        "count": number((figures.total("nobody") or 0) + (figures.total("one") or 0)),
        "tasks": number(figures.total("tasks") or 0),
    }
    hanging = [(name, values["nobody"] + values["one"]) for name, values in figures.members]
    picture = Picture(
        title=heading,
        description=_("One bar for each member: %(bars)s.")
        % {"bars": "; ".join(f"{name} {number(count)}" for name, count in hanging)},
        definition=report_charts.bars(hanging, alarm=len(hanging)),
    )
    (table,) = section.tables
    return dataclasses.replace(section, tables=(dataclasses.replace(table, picture=picture),))


def _exits_section(figures: NetworkFigures) -> Section:
    years = [values["last_year"] for _name, values in figures.members if values.get("last_year")]
    title = _("Exits until the end of %(year)d") % {"year": max(years)} if years else _("Exits")
    section = _table_section(figures, EXITS, key="exits", title=title)
    text = _(
        "Early, regular and late are scenarios. All figures are rounded to multiples of %(base)d; a dash stands for a "
        "member too small to be shown."
    ) % {"base": BASE}
    return dataclasses.replace(section, paragraphs=(*section.paragraphs, text))


def _suppression_section(figures: NetworkFigures) -> Section:
    values = {
        "missing": figures.count - len(figures.members),
        "members": figures.count,
        "base": BASE,
    }
    points = (
        _("Each member decides for itself whether its figures go in; %(missing)d of %(members)d have not released "
          "them."),
        _("Of each member only sums are shown: no unit, no task, no position, no person."),
        _("Figures that rest on exits are given only for members large enough by their own group threshold, rounded to "
          "multiples of %(base)d. A member without them is in no sum of them either."),
    )  # fmt: skip
    return Section(
        key="suppression",
        title=_("What is not shown, and why"),
        points=tuple(text % values for text in points),
    )
