"""Reads about positions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.db.models import Count, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from staffelstab.core import permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.core.searching import Search
from staffelstab.core.ui.paging import Page, keyset_page
from staffelstab.workforce.domain.quarters import quarter_label
from staffelstab.workforce.models import Holding, Position, Responsibility, Unit
from staffelstab.workforce.selectors import folding
from staffelstab.workforce.selectors.holdings import NAMES, Holder, current, holders_of

VIEW = "workforce.position.view"
EXIT = "workforce.exit.view"
SORTS = {
    "number": ("sort_key", "pk"),
    "unit": ("unit_sort_key", "sort_key", "pk"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionFilter:
    """What is asked for. ``state``: ``""`` (all that exist), ``vacant``, ``filled``, ``lead`` or ``ended``."""

    unit: Unit | None = None
    state: str = ""
    text: str = ""
    sort: str = "number"


@dataclass(frozen=True, slots=True)
class PositionLine:
    """One line of the list."""

    position: Position
    holders: tuple[Holder, ...]
    tasks: int

    @property
    def pk(self) -> UUID:
        """The position's key."""
        key: UUID = self.position.pk
        return key


@dataclass(frozen=True, slots=True)
class HoldingRow:
    """A holding of a position or person; ``exit_seen`` says whether the actor may see the exit horizon."""

    holding: Holding
    now: bool
    exit_seen: bool
    may_edit: bool
    may_set_exit: bool

    @property
    def may_mend(self) -> bool:
        """Whether the actor may correct a holding that is over or has not begun, of a person who is still here."""
        return self.may_edit and self.holding.person.ended_on is None

    @property
    def exit_label(self) -> str:
        """The exit quarter for people; empty without one."""
        quarter = self.holding.exit_quarter
        return "" if quarter is None else quarter_label(quarter)


@dataclass(frozen=True, slots=True)
class PositionDetail:
    """One position: its path, who is on it, what it does. ``holders`` counts also where names are not shown."""

    position: Position
    path: tuple[Unit, ...]
    named: bool
    holders: int
    holdings: tuple[HoldingRow, ...]
    parts: tuple[Responsibility, ...]


def active() -> QuerySet[Position]:
    """The positions that exist today."""
    return Position.objects.filter(ended_on=None).fetch_mode(models.FETCH_RAISE)


def get_position(*, actor: Actor, position_id: UUID, permission: str = VIEW) -> Position:
    """One position, also an ended one. Raises NotFound, also without ``permission`` on it."""
    position: Position | None = Position.objects.select_related("unit").filter(pk=position_id).first()
    if position is None:
        raise NotFound
    permissions.require(actor, permission, position)
    return position


def position_rows(*, actor: Actor, wanted: PositionFilter, today: dt.date) -> QuerySet[Position]:
    """The positions that pass the filter apart from its text, with their unit."""
    permissions.require(actor, VIEW)
    rows = Position.objects.select_related("unit").fetch_mode(models.FETCH_RAISE)
    rows = rows.exclude(ended_on=None) if wanted.state == "ended" else rows.filter(ended_on=None)
    filled = Exists(Holding.objects.filter(current(today), position=OuterRef("pk"), person__ended_on=None))
    if wanted.state == "vacant":
        rows = rows.filter(~filled)
    elif wanted.state == "filled":
        rows = rows.filter(filled)
    elif wanted.state == "lead":
        rows = rows.filter(is_lead=True)
    if wanted.unit is not None:
        rows = rows.filter(unit__ancestor_ids__contains=[wanted.unit.pk])
    return rows


def _search(text: str) -> Search | None:
    return folding.search(Position, text, number=text.strip())


def position_page(
    *, actor: Actor, wanted: PositionFilter, query: Mapping[str, str], today: dt.date
) -> Page[PositionLine]:
    """One page of the list with its number of rows. Four statements, with a text one or two more."""
    rows = position_rows(actor=actor, wanted=wanted, today=today)
    search, order = _search(wanted.text), order_of(wanted.sort, SORTS)
    page = keyset_page(rows, order=order, query=query, counted=True, search=search)
    ids = [row.pk for row in page.rows]
    holders = holders_of(ids, actor=actor, today=today)
    counted = (
        Responsibility.objects.filter(position__in=ids, task__ended_on=None)
        .order_by()
        .values_list("position")
        .annotate(Count("pk"))
    )
    tasks = dict(counted)
    lines = tuple(PositionLine(row, holders.get(row.pk, ()), tasks.get(row.pk, 0)) for row in page.rows)
    return Page(rows=lines, next=page.next, previous=page.previous, count=page.count)


def order_of(sort: str, known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The order of a list for the parameter ``sort``: the first column may be turned round with ``-``."""
    first, *rest = known.get(sort.removeprefix("-"), next(iter(known.values())))
    return ("-" + first if sort.startswith("-") and sort[1:] in known else first, *rest)


def path_of(unit: Unit) -> tuple[Unit, ...]:
    """The units from the top down to ``unit``."""
    found = Unit.objects.in_bulk(unit.ancestor_ids)
    return tuple(found[key] for key in unit.ancestor_ids if key in found)


def holding_rows(rows: QuerySet[Holding], *, actor: Actor, today: dt.date) -> tuple[HoldingRow, ...]:
    """Holdings with what the actor may see and do. Exits that are not to be seen are taken out of the rows."""
    found = []
    for row in rows.select_related("person", "position__unit").fetch_mode(models.FETCH_RAISE):
        seen = actor.may(EXIT, row)
        if not seen:
            row.exit_quarter, row.exit_band, row.exit_fixed = None, "", False
        begun = row.starts_on is None or row.starts_on <= today
        lasting = row.ends_on is None or row.ends_on >= today
        found.append(
            HoldingRow(
                row,
                begun and lasting and row.person.ended_on is None,
                seen,
                actor.may("workforce.holding.edit", row),
                actor.may("workforce.exit.edit", row),
            )
        )
    return tuple(sorted(found, key=lambda each: not each.now))


def position_detail(*, actor: Actor, position_id: UUID, today: dt.date) -> PositionDetail:
    """One position. Raises NotFound. Without the right to see names ``holdings`` is empty."""
    position = get_position(actor=actor, position_id=position_id)
    named = actor.may(NAMES)
    all_rows = Holding.objects.filter(position=position).order_by("person__sort_key", "-starts_on", "pk")
    rows = holding_rows(all_rows, actor=actor, today=today)
    parts = (
        Responsibility.objects.filter(position=position, task__ended_on=None)
        .select_related("task__unit")
        .order_by("task__sort_key", "pk")
        .fetch_mode(models.FETCH_RAISE)
    )
    return PositionDetail(
        position=position,
        path=path_of(position.unit),
        named=named,
        holders=sum(row.now for row in rows),
        holdings=rows if named else (),
        parts=tuple(parts),
    )


def position_pick(*, actor: Actor, text: str, limit: int = 20) -> list[str]:
    """Labels of the positions that fit ``text``."""
    permissions.require(actor, VIEW)
    page = keyset_page(active(), order=SORTS["number"], query={}, size=limit, search=_search(text))
    return [str(row) for row in page.rows]


def find_position(text: str) -> Position | None:
    """The active position somebody means by its label or its number; ``None`` when there is none."""
    wanted = " ".join(text.split())
    rows = active().select_related("unit").annotate(label=Concat("number", Value(" "), "title"))
    return rows.filter(number=wanted).first() or rows.filter(label=wanted).first()
