"""What reports on every subject share: their frame, comparison, and the words on what is not shown."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from staffelstab.core.ui import numbers
from staffelstab.core.ui.tables import Text
from staffelstab.foresight.domain.report_document import Column, Kind, Section, Table
from staffelstab.foresight.domain.report_rounding import BASE

COMPARED: Final[Mapping[str, Text]] = {
    "tasks": gettext_lazy("Tasks"),
    "nobody": gettext_lazy("Tasks nobody can do today"),
    "one": gettext_lazy("Tasks only one person can do"),
    "several": gettext_lazy("Tasks two or more persons can do"),
    "soon": gettext_lazy("Tasks probably without anybody within two years"),
    "measures_open": gettext_lazy("Open measures"),
    "measures_overdue": gettext_lazy("Of these overdue"),
    "measures_done": gettext_lazy("Measures done"),
}
"""Figures that a report compares with the one before, and their names."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around the figures. `before`: day and figures of the report compared with, None for the first."""

    language: str
    house: str
    colour: str
    logo: str
    subject: str
    unit: bool
    made_on: dt.date
    revision: int
    version: str
    before: tuple[dt.date, Mapping[str, int | None]] | None


def day(date: dt.date) -> str:
    """A day as people write it."""
    return date_format(date, "SHORT_DATE_FORMAT")


def number(value: int) -> str:
    """A count as people write it."""
    return numbers.number(value)


def covered_today(*, nobody: int, one: int) -> str:
    """How many tasks nobody and only one person can do, as a sentence for every number of them."""
    values = {"nobody": number(nobody), "one": number(one)}
    if nobody and one:
        text = ngettext(
            "Nobody can do %(nobody)s task even today; only one person can do %(one)s.",
            "Nobody can do %(nobody)s tasks even today; only one person can do %(one)s.",
            nobody,
        )
    elif nobody:
        text = ngettext(
            "Nobody can do %(nobody)s task even today; two or more persons can do each of the others.",
            "Nobody can do %(nobody)s tasks even today; two or more persons can do each of the others.",
            nobody,
        )
    elif one:
        text = ngettext(
            "Today somebody can do every task, but only one person can do %(one)s of them.",
            "Today somebody can do every task, but only one person each can do %(one)s of them.",
            one,
        )
    else:
        text = _("Today two or more persons can do every task.")
    return text % values


def facts(as_of: dt.date, frame: Frame) -> tuple[tuple[str, str], ...]:
    """The head of the document."""
    return (
        (_("Subject of the report"), frame.subject),
        (_("As of"), day(as_of)),
        (_("Made on"), day(frame.made_on)),
    )


def trend_section(now: Mapping[str, int | None], frame: Frame, labels: Mapping[str, Text]) -> Section:
    """The figures of now beside those of the report before."""
    title = _("What has changed")
    if frame.before is None:
        return Section(
            key="trend",
            title=title,
            paragraphs=(
                _("This is the first report on this subject. The next one will be compared with it."),
            ),
        )
    date, before = frame.before
    columns = (
        Column(label=_("Figure"), kind=Kind.TEXT),
        Column(label=day(date), kind=Kind.COUNT),
        Column(label=_("now"), kind=Kind.COUNT),
        Column(label=_("Difference"), kind=Kind.CHANGE),
    )
    rows = []
    for key, label in labels.items():
        earlier, later = before.get(key), now.get(key)
        change = None if earlier is None or later is None else later - earlier
        rows.append((str(label), earlier, later, change))
    text = _("Compared with the report as of %(day)s.") % {"day": day(date)}
    table = Table(key="trend", title=title, columns=columns, rows=tuple(rows))
    return Section(key="trend", title=title, paragraphs=(text,), tables=(table,))


def register_points(as_of: dt.date, frame: Frame, *, units: int, tasks: int) -> tuple[str, ...]:
    """On which state of the register the report rests."""
    values = {
        "day": day(as_of),
        "made": day(frame.made_on),
        "units": number(units),
        "tasks": number(tasks),
        "revision": frame.revision,
        "version": frame.version,
    }
    return (
        _("Register as entered on %(made)s, looked at for %(day)s: %(units)s units, %(tasks)s tasks, change number "
          "%(revision)d.") % values,
        _("Made with Staffelstab %(version)s.") % values,
    )  # fmt: skip


def suppression_section(threshold: int, *, published: bool, unit: bool, tasks: int) -> Section:
    """What is not shown, and why."""
    values = {"threshold": threshold, "base": BASE}
    points = [
        _("Figures that rest on exits are given only for groups of at least %(threshold)d persons, and only if at "
          "least as many are left outside of the group."),
        _("Exits are summed up from the first year on and rounded to multiples of %(base)d; single years are "
          "differences of these sums, hence up to %(base)d off. Years with too few exits are joined. Subtracting "
          "reports of the house and its units, or of two days, therefore never gives the exit of a few people."),
        _("No quarter and no score stand beside a single task: where only one person can do it, they would tell when "
          "that person leaves."),
        _("There are no names of persons in this report, and no texts of measures."),
    ]  # fmt: skip
    if unit and published:
        points.append(
            _("For a unit the outlook on tasks is rounded to multiples of %(base)d as well."),
        )
    if not published and tasks:
        points.append(_("This group is too small: the exits and the outlook are left out, and the risks are ordered "
                        "without them."))  # fmt: skip
    return Section(
        key="suppression",
        title=_("What is not shown, and why"),
        points=tuple(text % values for text in points),
    )
