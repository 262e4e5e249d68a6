"""The risk board: what an actor sees of the risks under some filters, with counts, order and pages."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt

from staffelstab.core import searching
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.core.sorting import sort_key
from staffelstab.core.ui.paging import Page
from staffelstab.foresight.domain.exits import BoolArray, IntArray, Scenario
from staffelstab.foresight.domain.quarters import SHOWN_QUARTERS, Quarter
from staffelstab.foresight.domain.risk import NOT_RED
from staffelstab.foresight.selectors import measures, risks
from staffelstab.foresight.selectors.details import TaskDetails, task_details
from staffelstab.foresight.selectors.register import TaskRow, UnitRow
from staffelstab.foresight.selectors.risks import HeadFigures, Picture, RecordedFigures
from staffelstab.vocabulary.models import Service

DEFAULT_QUARTER: Final = 8

PAGE_SIZE: Final = 25

SERVICES: Final = 60
"""Services offered in the filter, the most frequent first; any other by its key in the address."""

SORTS: Final = ("risk", "title", "unit", "red", "holders")

_HEAT: Final = ((0, 0, 1, 2, 2), (0, 1, 2, 2, 3), (1, 2, 2, 3, 3), (1, 2, 3, 3, 4), (2, 2, 3, 4, 5))
"""Colour 0 … 5 of a cell: rows position risk 1 … 5, columns exit risk 1 … 5."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BoardQuery:
    """What is asked for. Empty or 0 means: not filtered by it.

    `criticality`: at least that; `position_risk`, `exit_risk`: the cell of the matrix, both or none; `red`: only
    tasks red at `quarter` (0 … 19) or before; `sort`: one of SORTS, with ``-`` for descending.
    """

    scenario: Scenario = Scenario.REGULAR
    unit_id: UUID | None = None
    topic: str = ""
    service_key: str = ""
    criticality: int = 0
    text: str = ""
    quarter: int = DEFAULT_QUARTER
    red: bool = False
    position_risk: int = 0
    exit_risk: int = 0
    sort: str = "-risk"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One task of the list."""

    task: TaskRow
    holders: int
    red: Quarter | None
    act_by: Quarter | None
    position_risk: int
    exit_risk: int
    rest_risk: float
    tone: str

    @property
    def pk(self) -> UUID:
        """The task's key."""
        return self.task.id


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class QuarterCount:
    """How many tasks are red at a quarter or before."""

    number: int
    quarter: Quarter
    count: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of the matrix: tasks in it, and how many of these are red at the chosen quarter or before."""

    position_risk: int
    exit_risk: int
    count: int
    red: int
    heat: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The board under its filters.

    `base`: tasks that pass all filters except cell and red, which narrow the list alone; `order`: numbers of
    the tasks of the list, sorted.
    """

    query: BoardQuery
    picture: Picture
    scope: BoolArray
    base: BoolArray
    order: IntArray

    @property
    def total(self) -> int:
        """Tasks the chart and the matrix count."""
        return int(self.base.sum())

    @property
    def count(self) -> int:
        """Tasks in the list."""
        return len(self.order)

    @property
    def chosen(self) -> Quarter:
        """The chosen quarter."""
        return self.picture.quarter.shifted(self.query.quarter)

    @property
    def red(self) -> int:
        """Tasks red at the chosen quarter or before."""
        return int((self.base & self.picture.red_until(self.query.quarter)).sum())

    @property
    def act_now(self) -> IntArray:
        """Numbers of those of these that should be acted on in the current quarter."""
        now = self.picture.assessment.act_by == 0
        return np.flatnonzero(self.base & now & self.picture.red_until(self.query.quarter))

    @property
    def lists_red_only(self) -> bool:
        """Whether the list holds exactly the tasks that are red at the chosen quarter or before."""
        return self.count == self.red and bool(self.picture.red_until(self.query.quarter)[self.order].all())

    def urgent(self) -> int | None:
        """The task of the list that turns red first, by the chosen quarter; the larger rest risk among equals."""
        red = self.order[self.picture.red_until(self.query.quarter)[self.order]]
        if not len(red):
            return None
        result = self.picture.assessment
        return int(red[np.lexsort((red, -result.rest_risk[red], result.red_quarter[red]))[0]])

    def quarters(self) -> tuple[QuarterCount, ...]:
        """Red tasks at each quarter of the slider."""
        red = self.picture.assessment.red_quarter[self.base]
        turned = np.bincount(red[(red != NOT_RED) & (red < SHOWN_QUARTERS)], minlength=SHOWN_QUARTERS)
        return tuple(
            QuarterCount(number=number, quarter=self.picture.quarter.shifted(number), count=count)
            for number, count in enumerate(np.cumsum(turned).tolist())
        )

    def matrix(self) -> tuple[tuple[Cell, ...], ...]:
        """Rows of position risk 5 … 1, each with cells of exit risk 1 … 5."""
        result = self.picture.assessment
        place = (result.position_risk - 1) * 5 + result.exit_risk - 1
        red = self.base & self.picture.red_until(self.query.quarter)
        counts, reds = (np.bincount(place[mask], minlength=25).tolist() for mask in (self.base, red))
        return tuple(
            tuple(
                Cell(
                    position_risk=row + 1,
                    exit_risk=column + 1,
                    count=counts[row * 5 + column],
                    red=reds[row * 5 + column],
                    heat=_HEAT[row][column],
                )
                for column in range(5)
            )
            for row in range(4, -1, -1)
        )

    def row(self, number: int) -> BoardRow:
        """One task."""
        result = self.picture.assessment
        rest_risk = float(result.rest_risk[number])
        return BoardRow(
            task=self.picture.loaded.tasks[number],
            holders=int(self.picture.loaded.holders[number]),
            red=self.picture.named(int(result.red_quarter[number])),
            act_by=self.picture.named(int(result.act_by[number])),
            position_risk=int(result.position_risk[number]),
            exit_risk=int(result.exit_risk[number]),
            rest_risk=rest_risk,
            tone=risks.tone(rest_risk),
        )

    def rows(self) -> Iterable[BoardRow]:
        """All tasks of the list, sorted, for the export."""
        return map(self.row, self.order.tolist())

    def page(self, *, after: str = "", before: str = "", size: int = PAGE_SIZE) -> Page[BoardRow]:
        """A page of the list; the cursors are keys of tasks, an unknown one gives the first page."""
        number = {str(task.id): task.number for task in self.picture.loaded.tasks}.get(after or before)
        places = [] if number is None else np.flatnonzero(self.order == number).tolist()
        place = places[0] if places else None
        start = 0
        if place is not None:
            start = place + 1 if after else max(0, place - size)
        end = place if before and place is not None else start + size
        rows = tuple(map(self.row, self.order[start:end].tolist()))
        return Page(
            rows=rows,
            next=str(rows[-1].pk) if rows and end < self.count else "",
            previous=str(rows[0].pk) if rows and start > 0 else "",
        )

    def number_of(self, task_id: str) -> int | None:
        """The number of a task the actor may see, whether it passes the filters or not."""
        return next(
            (
                task.number
                for task in self.picture.loaded.tasks
                if str(task.id) == task_id and self.scope[task.number]
            ),
            None,
        )

    def units(self) -> tuple[tuple[UnitRow, int], ...]:
        """Units with tasks in scope in them or below, with their depth from 0, parents before children."""
        used = set(self.picture.loaded.unit[self.scope].tolist())
        units = {unit.id: unit for unit in self.picture.loaded.units}
        wanted = {
            key for place in used for key in self.picture.loaded.units[place].ancestor_ids if key in units
        }
        path = {
            key: [(sort_key(units[each].name), each) for each in units[key].ancestor_ids if each in wanted]
            for key in wanted
        }
        ordered = sorted(wanted, key=lambda key: path[key])
        return tuple((units[key], len(path[key]) - 1) for key in ordered)

    def topics(self) -> Counter[str]:
        """Topics of the tasks in scope with their numbers of tasks."""
        return Counter(task.topic for task in self._tasks_in_scope() if task.topic)

    def service_keys(self) -> Counter[str]:
        """Service keys of the tasks in scope with their numbers of tasks."""
        return Counter(task.service_key for task in self._tasks_in_scope() if task.service_key)

    def _tasks_in_scope(self) -> Iterable[TaskRow]:
        tasks = self.picture.loaded.tasks
        return (tasks[number] for number in np.flatnonzero(self.scope).tolist())


def board(*, actor: Actor, picture: Picture, query: BoardQuery) -> Board:
    """The board of what the actor may see. Raises NotFound for a unit the actor does not see.

    `picture` is that of the query's scenario.
    """
    scope = risks.in_scope(actor, picture)
    base = scope & _passing(picture, query)
    chosen = base.copy()
    if query.red:
        chosen &= picture.red_until(query.quarter)
    if query.position_risk and query.exit_risk:
        result = picture.assessment
        chosen &= (result.position_risk == query.position_risk) & (result.exit_risk == query.exit_risk)
    numbers = np.flatnonzero(chosen)
    return Board(
        query=query,
        picture=picture,
        scope=scope,
        base=base,
        order=numbers[_order(picture, query.sort, numbers)],
    )


def _passing(picture: Picture, query: BoardQuery) -> BoolArray:
    loaded = picture.loaded
    passing = np.ones(len(loaded.tasks), dtype=np.bool_)
    if query.unit_id:
        if not any(unit.id == query.unit_id for unit in loaded.units):
            raise NotFound
        passing &= loaded.within(frozenset({query.unit_id}))
    if query.criticality:
        passing &= loaded.ratings.criticality >= query.criticality
    if query.topic:
        passing &= _mask(picture, (task.topic == query.topic for task in loaded.tasks))
    if query.service_key:
        passing &= _mask(picture, (task.service_key == query.service_key for task in loaded.tasks))
    text = sort_key(query.text)
    if text:
        words = [searching.spellings(word) for word in text.split()]
        passing &= _mask(picture, (_matches(task, text, words) for task in loaded.tasks))
    return passing


def _mask(picture: Picture, answers: Iterable[bool]) -> BoolArray:
    return np.fromiter(answers, dtype=np.bool_, count=len(picture.loaded.tasks))


def _matches(task: TaskRow, text: str, words: Sequence[Sequence[str]]) -> bool:
    """All words stand in the title, or the text is part of the task's key or the beginning of the service's."""
    if all(any(spelling in task.sort_key for spelling in spellings) for spellings in words):
        return True
    return text in sort_key(task.key) or task.service_key.startswith(text)


def _order(picture: Picture, sort: str, numbers: IntArray) -> IntArray:
    """Places in `numbers`, sorted. Of equal rest risks the one that turns red first leads; else titles decide."""
    result, loaded = picture.assessment, picture.loaded
    name, descending = sort.lstrip("-"), sort.startswith("-")
    # tasks that are never red come after all others, ascending
    red = result.red_quarter[numbers].astype(np.int64)
    red[red == NOT_RED] = np.iinfo(np.int32).max
    values: npt.NDArray[Any]
    if name == "risk":
        risk = result.rest_risk[numbers]
        return np.lexsort((red, -risk if descending else risk))
    if name == "unit":
        names = sorted(range(len(loaded.units)), key=lambda place: sort_key(loaded.units[place].name))
        rank = np.empty(len(names), dtype=np.int64)
        rank[names] = np.arange(len(names))
        values = rank[loaded.unit[numbers]] if names else numbers
    elif name == "red":
        values = red
    elif name == "holders":
        values = loaded.holders[numbers]
    else:
        values = numbers
    return np.argsort(-values if descending else values, kind="stable")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """The board with one page of its list and the details of one task.

    `selected`: whether the task was asked for; else it is shown without names, and is the most pressing one of the
    list (`urgent`) or, where none of it is red, its first. `planned`: tasks to be acted on now that have a planned or
    running measure.
    `service_names`: names of the services in `services`, which are the most frequent ones in scope. `figures`:
    of the tasks under the filters; `before`: of the quarter before, None where nothing comparable was recorded.
    """

    board: Board
    page: Page[BoardRow]
    details: TaskDetails | None
    selected: bool
    urgent: bool
    planned: int
    services: tuple[tuple[str, int], ...]
    service_names: dict[str, str]
    figures: HeadFigures
    before: RecordedFigures | None


def board_page(
    *, actor: Actor, as_of: dt.date, query: BoardQuery, task_id: str = "", after: str = "", before: str = ""
) -> BoardPage:
    """Everything the screen shows. Raises PermissionRefused, NotFound for a unit or task the actor does not see."""
    picture = risks.assessment(actor=actor, as_of=as_of, scenario=query.scenario)
    shown = board(actor=actor, picture=picture, query=query)
    page = shown.page(after=after, before=before)
    number = shown.number_of(task_id) if task_id else None
    if task_id and number is None:
        raise NotFound
    urgent = None if task_id else shown.urgent()
    if urgent is not None:
        number = urgent
    elif number is None and shown.count:
        number = int(shown.order[0])
    details = None
    if number is not None:
        details = task_details(actor=actor, picture=picture, number=number, with_names=bool(task_id))
    services = shown.service_keys().most_common(SERVICES)
    return BoardPage(
        board=shown,
        page=page,
        details=details,
        selected=bool(task_id),
        urgent=urgent is not None,
        planned=_planned(shown),
        services=tuple(services),
        service_names=_service_names([key for key, _count in services]),
        figures=risks.head_figures(picture, shown.base),
        before=risks.recorded_before(picture) if shown.base.all() else None,
    )


def _planned(shown: Board) -> int:
    """How many of the tasks to be acted on now have a planned or running measure. No statement where there are none."""
    pressing = shown.act_now.tolist()
    if not pressing:
        return 0
    provided = measures.tasks_provided_for()
    return sum(shown.picture.loaded.tasks[number].id in provided for number in pressing)


def board_export(*, actor: Actor, as_of: dt.date, query: BoardQuery) -> Board:
    """The board whose list is exported. Raises PermissionRefused, NotFound."""
    picture = risks.assessment(actor=actor, as_of=as_of, scenario=query.scenario)
    return board(actor=actor, picture=picture, query=query)


def _service_names(keys: list[str]) -> dict[str, str]:
    if not keys:
        return {}
    return dict(Service.visible.filter(key__in=keys).order_by("-sort_key").values_list("key", "name"))
