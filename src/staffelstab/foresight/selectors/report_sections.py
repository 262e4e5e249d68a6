"""The sections of a report on an organisation or a unit, in the language that is active."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from staffelstab.core.ui import numbers
from staffelstab.core.ui.tables import Text
from staffelstab.foresight.domain.exits import Scenario
from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.domain.report_document import Column, Document, Kind, Picture, Section, Table
from staffelstab.foresight.domain.report_rounding import BASE
from staffelstab.foresight.selectors import report_charts
from staffelstab.foresight.selectors.exit_chart import heading
from staffelstab.foresight.selectors.report_exits import Exits
from staffelstab.foresight.selectors.report_figures import HORIZONS, SOON, Coverage, Figures
from staffelstab.foresight.selectors.report_words import (
    COMPARED,
    Frame,
    covered_today,
    facts,
    number,
    register_points,
    suppression_section,
    trend_section,
)
from staffelstab.foresight.selectors.sentences import percent, percent_exact

HOLDERS: Final[Mapping[int, Text]] = {
    0: gettext_lazy("nobody"),
    1: gettext_lazy("one person"),
    2: gettext_lazy("two or more"),
}


def document(figures: Figures, frame: Frame) -> Document:
    """The whole report."""
    sections = (
        _exits_section(figures, unit=frame.unit),
        _outlook_section(figures),
        _risks_section(figures),
        _coverage_section(figures),
        _measures_section(figures),
        trend_section(compared(figures), frame, COMPARED),
        _method_section(figures, frame),
        suppression_section(
            figures.threshold,
            published=figures.exits is not None,
            unit=frame.unit,
            tasks=figures.coverage.tasks,
        ),
    )
    return Document(
        language=frame.language,
        house=frame.house,
        colour=frame.colour,
        logo=frame.logo,
        title=_("Report on exits and knowledge"),
        subject=frame.subject,
        finding=finding(figures),
        facts=facts(figures.as_of, frame),
        sections=sections,
        figures=compared(figures),
    )


def compared(figures: Figures) -> dict[str, int | None]:
    """What the next report is compared with: the keys of ``COMPARED``."""
    return {
        **dataclasses.asdict(figures.coverage),
        "soon": None if figures.outlook is None else figures.outlook[SOON],
        "measures_open": figures.measures.open,
        "measures_overdue": figures.measures.overdue,
        "measures_done": figures.measures.done,
    }


def finding(figures: Figures) -> str:
    """The first sentences: what threatens, what is missing today, and how many leave."""
    covered = figures.coverage
    if not covered.tasks:
        return " ".join((_("No task is entered yet."), _exit_sentence(figures.exits))).strip()
    sentences = (
        _outlook_sentence(figures),
        covered_today(nobody=covered.nobody, one=covered.one),
        _exit_sentence(figures.exits),
    )
    return " ".join(filter(None, sentences))


def _outlook_sentence(figures: Figures) -> str:
    """What is lost soon; only how many tasks there are where the group is too small for that."""
    tasks = figures.coverage.tasks
    values = {
        "tasks": number(tasks),
        "quarter": Quarter.from_date(figures.as_of).shifted(HORIZONS[SOON]).label,
    }
    if figures.outlook is None:
        return ngettext("%(tasks)s task is entered.", "%(tasks)s tasks are entered.", tasks) % values
    rounds = figures.exits is not None and figures.exits.estimated
    soon = figures.outlook[SOON]
    values["soon"] = number(soon or BASE // 2)
    if soon:
        text = _(
            "If nothing is done, by %(quarter)s there will probably be nobody left for %(soon)s of %(tasks)s tasks."
        )
    elif rounds:
        text = _(
            "If nothing is done, by %(quarter)s there will probably be nobody left for at most %(soon)s of %(tasks)s "
            "tasks."
        )
    else:
        text = _("By %(quarter)s probably no task loses its knowledge.")
    return text % values


def _exit_sentence(exits: Exits | None) -> str:
    if exits is None or not exits.spans:
        return ""
    early, regular, late = (number(exits.total(each)) for each in Scenario)
    if early == late:
        text = _(
            "By the end of %(year)d about %(regular)s of about %(known)s employees whose exit is known leave "
            "(%(share)s)."
        )
    else:
        text = _(
            "By the end of %(year)d about %(regular)s of about %(known)s employees whose exit is known leave "
            "(%(share)s), depending on the scenario %(late)s to %(early)s."
        )
    return text % {
        "year": exits.last_year,
        "regular": regular,
        "known": number(exits.known),
        "share": percent(exits.share(Scenario.REGULAR)),
        "late": late,
        "early": early,
    }


def _too_small(threshold: int, *, unit: bool) -> str:
    if unit:
        text = _(
            "No figures: the group is smaller than %(threshold)d persons, or so few persons are outside of it that "
            "subtracting would name them."
        )
    else:
        text = _("No figures: fewer than %(threshold)d employees with a position are entered.")
    return text % {"threshold": threshold}


def _exits_section(figures: Figures, *, unit: bool) -> Section:
    title = _("Exits by year")
    exits = figures.exits
    if exits is None:
        return Section(key="exits", title=title, paragraphs=(_too_small(figures.threshold, unit=unit),))
    if not exits.spans or not exits.total(Scenario.EARLY):
        return Section(
            key="exits",
            title=title,
            paragraphs=(_("No exits are known that could be reported."), *_unknown(exits)),
        )
    columns = (
        Column(label=_("Year"), kind=Kind.TEXT),
        Column(label=_("Exits, early"), kind=Kind.COUNT),
        Column(label=_("Exits, regular"), kind=Kind.COUNT),
        Column(label=_("Exits, late"), kind=Kind.COUNT),
        Column(label=_("Regular, added up"), kind=Kind.COUNT),
        Column(label=_("Share, added up"), kind=Kind.WHOLE_SHARE),
    )
    rows = tuple(
        (
            span.label,
            span.exits[Scenario.EARLY],
            span.exits[Scenario.REGULAR],
            span.exits[Scenario.LATE],
            span.total[Scenario.REGULAR],
            exits.share_of(span.total[Scenario.REGULAR]),
        )
        for span in exits.spans
    )
    text = _(
        "Expected exits in each calendar year, from what personnel has entered for each holding. Early: everything "
        "that is not fixed two years sooner; late: one year later."
    )
    rounding = _(
        "All figures are rounded to multiples of %(base)d, in such a way that the years add up to the sums; a single "
        "year can be up to %(base)d off. The share is that of the employees whose exit is known."
    ) % {"base": BASE}
    texts = [text, rounding, *_unknown(exits)]
    if exits.estimated:
        texts.append(
            _(
                "For a unit they are estimated: its people are taken to leave within a few years like those of the "
                "house."
            )
        )
    picture = _exits_picture(exits) if len(exits.spans) > 1 else None
    table = Table(key="exits", title=title, columns=columns, rows=rows, picture=picture)
    return Section(key="exits", title=title, paragraphs=tuple(texts), tables=(table,))


def _exits_picture(exits: Exits) -> Picture:
    description = _(
        "Bars of the exits of each year in the regular scenario, a broad one for several years together, with a line "
        "from the lowest to the highest of the three scenarios. %(sentence)s"
    )
    return Picture(
        title=heading([span.bar for span in exits.spans], error=BASE),
        description=description % {"sentence": _exit_sentence(exits)},
        definition=report_charts.exits_by_year(exits),
    )


def _unknown(exits: Exits) -> tuple[str, ...]:
    if not exits.unknown:
        return ()
    text = _("For about %(unknown)s employees no exit is known; they are not in these figures.")
    return (text % {"unknown": number(exits.unknown)},)


def _outlook_section(figures: Figures) -> Section:
    title = _("Tasks that lose their knowledge")
    tasks = figures.coverage.tasks
    if not tasks:
        return Section(key="outlook", title=title, paragraphs=(_("No tasks are entered."),))
    if figures.outlook is None:
        return Section(
            key="outlook", title=title, paragraphs=(_("No figures, for the same reason as for the exits."),)
        )
    start = Quarter.from_date(figures.as_of)
    names = (_("today"), _("in one year"), _("in two years"), _("in three years"), _("in five years"))
    labelled = [
        f"{name} ({start.shifted(quarter).label})" for name, quarter in zip(names, HORIZONS, strict=True)
    ]
    exact = figures.exits is None or not figures.exits.estimated
    rows = tuple(
        (name, count, float(numbers.rounded(count / tasks, 3 if exact else 2)))
        for name, count in zip(labelled, figures.outlook, strict=True)
    )
    columns = (
        Column(label=_("Until when"), kind=Kind.TEXT),
        Column(label=_("Tasks"), kind=Kind.COUNT),
        Column(label=_("Share of tasks"), kind=Kind.SHARE if exact else Kind.WHOLE_SHARE),
    )
    first, last = figures.outlook[0], figures.outlook[-1]
    heading = _("From %(first)s today to %(last)s tasks in five years") % {
        "first": number(first),
        "last": number(last),
    }
    picture = Picture(
        title=heading,
        description=_("Five bars: the number of tasks from today to five years ahead. %(heading)s.")
        % {"heading": heading},
        definition=report_charts.bars([(str(row[0]), int(row[1])) for row in rows], alarm=SOON + 1),
    )
    texts = [
        _(
            "Counted are the tasks that, if nothing is done, probably nobody can do any more (probability: at least "
            "one half)."
        )
    ]
    if not exact:
        texts.append(_("The figures are rounded to multiples of %(base)d.") % {"base": BASE})
    table = Table(
        key="outlook",
        title=title,
        columns=columns,
        rows=rows,
        picture=picture if any(figures.outlook) else None,
    )
    return Section(key="outlook", title=title, paragraphs=tuple(texts), tables=(table,))


def _none_listed(figures: Figures) -> str:
    if not figures.coverage.tasks:
        return _("No tasks are entered.")
    return _("No task hangs on one person or on nobody.")


def _risks_section(figures: Figures) -> Section:
    title = _("The highest risks")
    if not figures.risks:
        return Section(key="risks", title=title, paragraphs=(_none_listed(figures),))
    columns = (
        Column(label=_("Rank"), kind=Kind.COUNT),
        Column(label=_("Task"), kind=Kind.TEXT),
        Column(label=pgettext("short", "Unit"), kind=Kind.TEXT),
        Column(label=_("Can do it today"), kind=Kind.TEXT),
        Column(label=_("Measures"), kind=Kind.TEXT),
    )
    rows = tuple(
        (
            rank,
            risk.title,
            risk.office,
            str(HOLDERS[risk.holders]),
            measures_text(planned=risk.planned, running=risk.running, done=risk.done),
        )
        for rank, risk in enumerate(figures.risks, start=1)
    )
    text = (
        _(
            "The rest risk is the higher, the longer a successor needs to learn the task and the nearer the exit is; "
            "documentation and ready deputies lower it."
        )
        if figures.exits is not None
        else _("Tasks that at most one person can do, those first for which a successor needs longest.")
    )
    bare = sum(not risk.planned and not risk.running for risk in figures.risks)
    if bare == len(figures.risks):
        second = _("For none of these tasks a measure is planned or running.")
    elif bare:
        second = ngettext(
            "For %(count)d of these tasks no measure is planned or running.",
            "For %(count)d of these tasks no measure is planned or running.",
            bare,
        ) % {"count": bare}
    else:
        second = _("For each of these tasks a measure is planned or running.")
    table = Table(key="risks", title=title, columns=columns, rows=rows)
    return Section(key="risks", title=title, paragraphs=(text, second), tables=(table,))


def measures_text(*, planned: int, running: int, done: int) -> str:
    """*1 running, 2 planned*; *none* for a task without any."""
    parts = [
        text % {"count": count}
        for text, count in (
            (_("%(count)d running"), running),
            (_("%(count)d planned"), planned),
            (_("%(count)d done"), done),
        )
        if count
    ]
    return ", ".join(parts) or _("none")


COVERAGE_HEADS: Final = (
    gettext_lazy("Tasks"),
    gettext_lazy("Nobody"),
    gettext_lazy("One person"),
    gettext_lazy("Two or more"),
)


def coverage_cells(coverage: Coverage) -> tuple[int, int, int, int]:
    """The figures in the order of ``COVERAGE_HEADS``."""
    return (coverage.tasks, coverage.nobody, coverage.one, coverage.several)


def _coverage_section(figures: Figures) -> Section:
    title = _("How tasks are covered today")
    covered = figures.coverage
    if not covered.tasks:
        return Section(key="coverage", title=title, paragraphs=(_("No tasks are entered."),))
    names = (_("nobody"), _("one person"), _("two or more persons"))
    counts = (covered.nobody, covered.one, covered.several)
    rows = tuple(
        (name, count, float(numbers.rounded(count / covered.tasks, 3)))
        for name, count in zip(names, counts, strict=True)
    )
    columns = (
        Column(label=_("Can be done by"), kind=Kind.TEXT),
        Column(label=_("Tasks"), kind=Kind.COUNT),
        Column(label=_("Share of tasks"), kind=Kind.SHARE),
    )
    heading = _("%(count)s of %(tasks)s tasks hang on one person or on nobody") % {
        "count": number(covered.nobody + covered.one),
        "tasks": number(covered.tasks),
    }
    picture = Picture(
        title=heading,
        description=_(
            "Three bars, by how many persons can do the task: nobody %(nobody)s, one person %(one)s, two or more "
            "%(several)s."
        )
        % {
            "nobody": number(covered.nobody),
            "one": number(covered.one),
            "several": number(covered.several),
        },
        definition=report_charts.bars(list(zip(names, counts, strict=True)), alarm=2),
    )
    tables = [Table(key="coverage", title=title, columns=columns, rows=rows, picture=picture)]
    if len(figures.offices) > 1:
        heads = (
            Column(label=pgettext("short", "Unit"), kind=Kind.TEXT),
            *(Column(label=str(head), kind=Kind.COUNT) for head in COVERAGE_HEADS),
        )
        offices = tuple((each.name, *coverage_cells(each.coverage)) for each in figures.offices)
        tables.append(Table(key="offices", title=_("Tasks by unit"), columns=heads, rows=offices))
    text = _(
        "Counted are the persons who today hold a position that is responsible for the task, or a deputy position that "
        "is ready."
    )
    return Section(key="coverage", title=title, paragraphs=(text,), tables=tuple(tables))


def _measures_section(figures: Figures) -> Section:
    title = _("Measures and their state")
    counted = figures.measures
    if not (counted.open or counted.done or counted.dropped):
        return Section(key="measures", title=title, paragraphs=(_("No measure has been recorded yet."),))
    columns = (Column(label=_("State"), kind=Kind.TEXT), Column(label=_("Measures"), kind=Kind.COUNT))
    rows = (
        (_("planned"), counted.planned),
        (_("running"), counted.running),
        (_("of these two overdue"), counted.overdue),
        (_("done"), counted.done),
        (_("dropped"), counted.dropped),
    )
    text = _(
        "Planned measures do not yet change the figures of this report. Their result does, such as a deputy who is "
        "ready."
    )
    table = Table(key="measures", title=title, columns=columns, rows=rows)
    return Section(key="measures", title=title, paragraphs=(text,), tables=(table,))


def _method_section(figures: Figures, frame: Frame) -> Section:
    lead = ngettext("%(count)d quarter", "%(count)d quarters", figures.lead) % {"count": figures.lead}
    points = (
        _("Probability that a person is still there at the end of quarter q: (1 − turnover)^((q + 1) / 4), times the "
          "share of the exit entered that still lies ahead."),
        _("A task counts as lost from the quarter in which the product of all its holders' probabilities to have left "
          "is at least one half."),
        _("Rest risk: position risk (1 to 5) × exit risk (1 to 5) × (1 − 0.5 × documentation − 0.3 × ready deputies)."),
        _("Yearly turnover: %(turnover)s; lead time: %(lead)s. Reason: %(reason)s") % {
            "turnover": percent_exact(figures.turnover),
            "lead": lead,
            "reason": figures.reason or _("preset value"),
        },
        _("Turnover counts for the tasks; the exits by year count only the exits entered."),
        *register_points(figures.as_of, frame, units=figures.units, tasks=figures.coverage.tasks),
    )  # fmt: skip
    return Section(
        key="method",
        title=_("How this is computed"),
        paragraphs=(
            _(
                "Every figure follows from what is entered about tasks, positions and exits. No birth date is used."
            ),
        ),
        points=points,
    )
