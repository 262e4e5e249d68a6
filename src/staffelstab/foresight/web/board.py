"""How the board is drawn: chips, bars, matrix, list and card, from what the selectors found."""

from __future__ import annotations

import dataclasses
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from staffelstab.core.ui import numbers
from staffelstab.core.ui.tables import Column, Filter, Table, Text, choice_filter, chosen_filter, link_to
from staffelstab.foresight.domain.exits import Scenario
from staffelstab.foresight.domain.quarters import SHOWN_QUARTERS, Quarter
from staffelstab.foresight.selectors.board import DEFAULT_QUARTER, Board, BoardPage, BoardRow
from staffelstab.foresight.selectors.details import NamedHolder, PositionFacts, TaskDetails
from staffelstab.vocabulary.enums import topics_by_name
from staffelstab.workforce.enums import Criticality

SCENARIOS: Final[dict[Scenario, Text]] = {
    Scenario.EARLY: gettext_lazy("early"),
    Scenario.REGULAR: gettext_lazy("regular"),
    Scenario.LATE: gettext_lazy("late"),
}
POSITION_LABELS: Final[dict[int, Text]] = {
    5: gettext_lazy("over 12 months"),
    4: gettext_lazy("up to 12 months"),
    3: gettext_lazy("up to 6 months"),
    2: gettext_lazy("up to 3 months"),
    1: gettext_lazy("replaceable at once"),
}
EXIT_LABELS: Final[dict[int, Text]] = {
    1: gettext_lazy("later"),
    2: gettext_lazy("up to 6 years"),
    3: gettext_lazy("up to 4 years"),
    4: gettext_lazy("up to 2 years"),
    5: gettext_lazy("up to 1 year"),
}
BAR_HEIGHT: Final = 84
YEAR: Final = 4
SMALLEST_BAR: Final = 3
INDENT: Final = "\u2003"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A quarter of the slider; `y` and `height` in a picture 84 high; `tick`: its name stands below it."""

    label: str
    text: str
    count: int
    url: str
    number: int
    current: bool
    past: bool
    tick: bool
    y: int
    height: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """A cell of the matrix as a link that narrows the list, or widens it again."""

    count: int
    red: int
    heat: int
    url: str
    current: bool
    text: str
    key: str


def filters(shown: BoardPage, query: QueryDict) -> tuple[Filter, ...]:
    """The chips."""
    board = shown.board
    topics, criticality = board.topics(), dict(Criticality.choices)
    services = [
        (key, f"{shown.service_names.get(key, _('Service'))} ({key})", count) for key, count in shown.services
    ]
    asked = board.query.service_key
    if asked and asked not in dict(shown.services):
        services.append((asked, asked, 0))
    found = [
        choice_filter(
            query,
            name="einheit",
            label=_("Unit"),
            choices=[(str(unit.id), INDENT * depth + unit.name) for unit, depth in board.units()],
            all_label=_("all"),
        ),
        choice_filter(
            query,
            name="kritikalitaet",
            label=_("Criticality"),
            choices=[
                (
                    str(level),
                    _("from %(level)d: %(meaning)s") % {"level": level, "meaning": criticality[level]},
                )
                for level in (2, 3, 4, 5)
            ],
            all_label=_("all"),
        ),
        choice_filter(
            query,
            name="thema",
            label=_("Topic"),
            choices=[(key, name, topics[key]) for key, name in topics_by_name() if topics[key]],
            all_label=_("all"),
        ),
        choice_filter(query, name="leistung", label=_("Service"), choices=services, all_label=_("all")),
        choice_filter(
            query,
            name="szenario",
            label=_("Scenario"),
            choices=[(each.value, label) for each, label in SCENARIOS.items()],
            default=Scenario.REGULAR.value,
        ),
        choice_filter(
            query,
            name="rot",
            label=_("Show"),
            choices=[("1", _("red by %(quarter)s") % {"quarter": board.chosen.label})],
            all_label=_("all tasks"),
        ),
    ]
    offered = [each for each in found if len(each.choices) > 1]
    return (*offered, *_quarter_filter(board, query), *_cell_filters(board, query))


def _quarter_filter(board: Board, query: QueryDict) -> list[Filter]:
    """The chosen quarter as a chip, where it is not the usual one."""
    if board.query.quarter == DEFAULT_QUARTER:
        return []
    return [chosen_filter(query, name="quartal", label=_("By the end of"), value_label=board.chosen.label)]


def _cell_filters(board: Board, query: QueryDict) -> list[Filter]:
    """The chosen cell of the matrix as two chips, so that it can be seen and removed without the matrix."""
    chosen = (
        ("position", _("Position risk"), POSITION_LABELS, board.query.position_risk),
        ("abgang", _("Exit risk"), EXIT_LABELS, board.query.exit_risk),
    )
    if not all(value for *_rest, value in chosen):
        return []
    return [
        chosen_filter(
            query,
            name=name,
            label=label,
            value_label=labels[value],
            with_it=[each for each, *_rest in chosen],
        )
        for name, label, labels, value in chosen
    ]


def bars(board: Board, query: QueryDict) -> tuple[Bar, ...]:
    """The time slider: one link per quarter, the chosen one marked."""
    counted = board.quarters()
    highest = max((each.count for each in counted), default=0) or 1
    heights = [max(SMALLEST_BAR, round(each.count / highest * BAR_HEIGHT)) for each in counted]
    return tuple(
        Bar(
            label=each.quarter.label,
            text=ngettext("%(quarter)s: %(count)d task", "%(quarter)s: %(count)d tasks", each.count)
            % {"quarter": each.quarter.label, "count": each.count},
            count=each.count,
            url=link_to(query, quartal=str(each.number)),
            number=each.number,
            current=each.number == board.query.quarter,
            past=each.number < board.query.quarter,
            tick=_has_tick(each.number, board.query.quarter),
            y=BAR_HEIGHT - height,
            height=height,
        )
        for each, height in zip(counted, heights, strict=True)
    )


def _has_tick(number: int, chosen: int) -> bool:
    """The ends and each year's first, unless the label of the chosen quarter needs the room."""
    return (number % YEAR == 0 or number == SHOWN_QUARTERS - 1) and abs(number - chosen) >= YEAR


def matrix(board: Board, query: QueryDict) -> list[tuple[Text, list[MatrixCell]]]:
    """Rows of the matrix with their labels; a click on the chosen cell removes the choice."""
    chosen = (board.query.position_risk, board.query.exit_risk)
    rows = []
    for cells in board.matrix():
        row = []
        for cell in cells:
            current = chosen == (cell.position_risk, cell.exit_risk)
            row.append(
                MatrixCell(
                    count=cell.count,
                    red=cell.red,
                    heat=cell.heat,
                    url=link_to(
                        query,
                        position=None if current else str(cell.position_risk),
                        abgang=None if current else str(cell.exit_risk),
                    ),
                    current=current,
                    text=_cell_text(board, cell.count, cell.red),
                    key=f"{cell.position_risk}-{cell.exit_risk}",
                )
            )
        rows.append((POSITION_LABELS[cells[0].position_risk], row))
    return rows


def _cell_text(board: Board, count: int, red: int) -> str:
    tasks = ngettext("task", "tasks", count)
    if not red:
        return tasks
    return _("%(tasks)s, %(red)d red by %(quarter)s") % {
        "tasks": tasks,
        "red": red,
        "quarter": board.chosen.label,
    }


def figures(shown: BoardPage) -> list[dict[str, str]]:
    """Head figures of the tasks under the filters, compared with the quarter before where that was recorded."""
    now, before = shown.figures, shown.before
    rows = [
        (_("nobody can do them today"), now.without_holder, before and before.figures.without_holder),
        (_("only one person can do them"), now.one_holder, before and before.figures.one_holder),
        (_("red within two years"), now.red_two_years, before and before.figures.red_two_years),
    ]
    return [
        {
            "label": label,
            "value": numbers.number(value),
            "tone": "high" if value and place != 1 else "",
            "note": _("%(quarter)s: %(count)d") % {"quarter": before.quarter.label, "count": earlier}
            if before and earlier is not None
            else "",
        }
        for place, (label, value, earlier) in enumerate(rows)
    ]


def table(shown: BoardPage, query: QueryDict) -> Table:
    """The list; the title of a task selects it."""
    filtered = shown.board.total < int(shown.board.scope.sum()) or shown.board.count < shown.board.total
    selected = str(shown.details.task.pk) if shown.details else ""
    return Table(
        caption=_("Tasks by rest risk"),
        columns=(
            Column(
                key="task.title",
                label=_("Task"),
                sort="title",
                primary=True,
                href=lambda row: _select(query, row),
            ),
            Column(key="task.unit.name", label=_("Unit"), sort="unit", optional=True),
            Column(
                key="red.label",
                label=_("Red from"),
                sort="red",
            ),
            Column(key="act_by.label", label=_("Act by"), optional=True),
            Column(key="holders", label=_("Can do it"), sort="holders", numeric=True),
            Column(
                key="rest_risk",
                label=_("Rest risk"),
                sort="risk",
                descending_first=True,
                numeric=True,
                value=lambda row: risk_number(row.rest_risk),
                template="core/ui/cells/risk.html",
            ),
        ),
        rows=shown.page.rows,
        query=query,
        sort=shown.board.query.sort,
        selected=selected,
        empty_title="" if filtered else _("No task yet"),
        empty_text="" if filtered else _("As soon as tasks are entered or imported, their risks stand here."),
    )


def _select(query: QueryDict, row: BoardRow) -> str:
    kept = {name: query[name] for name in ("after", "before") if query.get(name)}
    return (
        link_to(query, aufgabe=str(row.pk))
        + "".join(f"&{name}={value}" for name, value in kept.items())
        + "#auswahl"
    )


def risk_number(value: float) -> str:
    """A rest risk 1 … 25 with one decimal where it needs one."""
    return numbers.number(value, 1, trim=True)


def facts(details: TaskDetails, today: Quarter) -> list[tuple[str, str]]:
    """The inputs of the card."""
    act_by = "–"
    if details.act_by is not None:
        act_by = (
            _("%(quarter)s (now)") % {"quarter": details.act_by.label}
            if details.act_by == today
            else details.act_by.label
        )
    return [
        (_("Responsible"), positions_text(details.responsible, with_numbers=details.may_see_names)),
        (_("Deputies"), positions_text(details.deputies, with_numbers=details.may_see_names)),
        (_("Can do it today"), persons_text(len(details.explanation.holders))),
        (_("Documentation"), documentation_text(details.explanation.documentation)),
        (_("Begin at the latest"), act_by),
    ]


def documentation_text(share: float) -> str:
    """The share of the description; nothing is described as long as no descriptions are kept."""
    return numbers.percent(share) if share else _("0%% (no descriptions are kept here yet)") % {}


def persons_text(count: int) -> str:
    """How many persons."""
    return ngettext("%(count)d person", "%(count)d persons", count) % {"count": count}


def positions_text(positions: tuple[PositionFacts, ...], *, with_numbers: bool) -> str:
    """*1 position (50-03), vacant*: how many, which, and what is wrong with them."""
    if not positions:
        return _("none")
    text = ngettext("%(count)d position", "%(count)d positions", len(positions)) % {"count": len(positions)}
    if with_numbers:
        text += f" ({', '.join(each.number for each in positions)})"
    notes = []
    untrained = sum(each.kind == "deputy" and not each.ready for each in positions)
    vacant = sum(each.persons == 0 for each in positions)
    if untrained:
        notes.append(
            _("not ready yet")
            if untrained == len(positions)
            else _("%(count)d not ready yet") % {"count": untrained}
        )
    if vacant:
        notes.append(_("vacant") if vacant == len(positions) else _("%(count)d vacant") % {"count": vacant})
    return ", ".join((text, *notes))


def holder_text(holder: NamedHolder) -> str:
    """What is known about a holder's exit."""
    if holder.first is None or holder.last is None:
        return _("no exit entered")
    if holder.first == holder.last:
        return _("leaves in %(quarter)s") % {"quarter": holder.first.label}
    return _("leaves between %(first)s and %(last)s") % {
        "first": holder.first.label,
        "last": holder.last.label,
    }


def withheld_text(count: int) -> str:
    """That there are holders whose names are not shown; empty where there are none."""
    return (
        ngettext(
            "%(count)d person holds it through another unit whose exits you do not see.",
            "%(count)d persons hold it through other units whose exits you do not see.",
            count,
        )
        % {"count": count}
        if count
        else ""
    )
