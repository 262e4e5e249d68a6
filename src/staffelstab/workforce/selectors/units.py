"""Reads about units: the tree, one unit, choices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, models
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat

from staffelstab.core import permissions, searching
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.workforce.models import Position, Unit
from staffelstab.workforce.selectors import scopes
from staffelstab.workforce.selectors.holdings import Holder, holders_of

VIEW = "workforce.unit.view"
BIG = 300
"""Units up to which the whole tree is drawn at once; above it, the first two levels."""

_COUNTS = """
SELECT a.unit_id, sum(n.positions)::int, sum(n.vacant)::int, sum(n.tasks)::int
FROM (
    SELECT p.unit_id, count(*) AS positions, 0 AS tasks, count(*) FILTER (WHERE NOT EXISTS (
        SELECT 1 FROM workforce_holding h
        WHERE h.organisation_id = %(house)s AND h.position_id = p.id
          AND (h.starts_on IS NULL OR h.starts_on <= %(day)s) AND (h.ends_on IS NULL OR h.ends_on >= %(day)s)
    )) AS vacant
    FROM workforce_position p WHERE p.organisation_id = %(house)s AND p.ended_on IS NULL GROUP BY p.unit_id
    UNION ALL
    SELECT t.unit_id, 0, count(*), 0
    FROM workforce_task t WHERE t.organisation_id = %(house)s AND t.ended_on IS NULL GROUP BY t.unit_id
) n
JOIN workforce_unit u ON u.organisation_id = %(house)s AND u.id = n.unit_id
CROSS JOIN LATERAL unnest(u.ancestor_ids) AS a(unit_id)
WHERE %(units)s::uuid[] IS NULL OR a.unit_id = ANY (%(units)s::uuid[])
GROUP BY a.unit_id
"""


@dataclass(frozen=True, slots=True)
class UnitCounts:
    """What is active in a unit and below it."""

    positions: int = 0
    vacant: int = 0
    tasks: int = 0


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A unit of the tree. ``hidden`` counts sub-units that are not drawn here."""

    unit: Unit
    counts: UnitCounts
    children: tuple[UnitNode, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class UnitTree:
    """The tree of the units that exist today."""

    nodes: tuple[UnitNode, ...]
    total: int
    complete: bool


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A position that leads the unit, with the people on it."""

    position: Position
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class UnitDetail:
    """One unit: its path from the top, its sub-units, its head figures, its lead."""

    unit: Unit
    path: tuple[Unit, ...]
    children: tuple[UnitNode, ...]
    counts: UnitCounts
    leads: tuple[LeadRow, ...]


def active() -> QuerySet[Unit]:
    """The units that exist today."""
    return Unit.objects.filter(ended_on=None).fetch_mode(models.FETCH_RAISE)


def get_unit(*, actor: Actor, unit_id: UUID, permission: str = VIEW) -> Unit:
    """One unit, also an ended one. Raises NotFound when it does not exist or ``permission`` does not hold on it."""
    unit: Unit | None = Unit.objects.select_related("parent").filter(pk=unit_id).first()
    if unit is None:
        raise NotFound
    permissions.require(actor, permission, unit)
    return unit


def counts_of(unit_ids: Iterable[UUID] | None, *, today: dt.date) -> Mapping[UUID, UnitCounts]:
    """Counts per unit, sub-units included; ``None`` means all units. One statement."""
    wanted = None if unit_ids is None else list(unit_ids)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"house": current_organisation(), "day": today, "units": wanted})
        return {row[0]: UnitCounts(*row[1:]) for row in cursor.fetchall()}


def _nodes(
    units: Iterable[Unit], counts: Mapping[UUID, UnitCounts], *, top: UUID | None, depth: int
) -> tuple[UnitNode, ...]:
    below: dict[UUID | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent_id, []).append(unit)

    def build(parent: UUID | None, level: int) -> tuple[UnitNode, ...]:
        return tuple(
            UnitNode(
                unit,
                counts.get(unit.pk, UnitCounts()),
                build(unit.pk, level + 1) if level < depth else (),
                0 if level < depth else len(below.get(unit.pk, ())),
            )
            for unit in below.get(parent, ())
        )

    return build(top, 1)


def unit_tree(*, actor: Actor, today: dt.date) -> UnitTree:
    """The tree with counts; of a big house only the first two levels, the rest on the pages of the units."""
    permissions.require(actor, VIEW)
    units = list(active().order_by("sort_key", "pk"))
    complete = len(units) <= BIG
    nodes = _nodes(units, counts_of(None, today=today), top=None, depth=99 if complete else 2)
    return UnitTree(nodes, len(units), complete)


def unit_detail(*, actor: Actor, unit_id: UUID, today: dt.date) -> UnitDetail:
    """One unit with its surroundings. Raises NotFound."""
    unit = get_unit(actor=actor, unit_id=unit_id)
    around = list(
        Unit.objects.filter(
            Q(pk__in=unit.ancestor_ids) | Q(ancestor_ids__contains=[unit.pk], ended_on=None)
        ).fetch_mode(models.FETCH_RAISE)
    )
    by_id = {each.pk: each for each in around}
    below = [each for each in around if each.pk != unit.pk and unit.pk in each.ancestor_ids]
    children = [each.pk for each in below if each.parent_id == unit.pk]
    counts = counts_of([unit.pk, *children], today=today)
    leads = list(
        Position.objects.filter(unit=unit, is_lead=True, ended_on=None).fetch_mode(models.FETCH_RAISE)
    )
    holders = holders_of([lead.pk for lead in leads], actor=actor, today=today) if leads else {}
    return UnitDetail(
        unit=unit,
        path=tuple(by_id[key] for key in unit.ancestor_ids if key in by_id),
        children=_nodes(below, counts, top=unit.pk, depth=1),
        counts=counts.get(unit.pk, UnitCounts()),
        leads=tuple(LeadRow(lead, holders.get(lead.pk, ())) for lead in leads),
    )


def unit_choices(*, selected: Unit | None) -> list[Unit]:
    """Units to narrow a list by: the top ones, or the path of the selected one, itself and what lies below it."""
    if selected is None:
        return list(active().filter(parent=None))
    return list(active().filter(Q(pk__in=selected.ancestor_ids) | Q(parent=selected)))


def editable_units(*, actor: Actor, roles: tuple[str, ...]) -> QuerySet[Unit]:
    """The units that exist today and lie in the area of one of the roles."""
    return active().filter(scopes.within(actor, roles, "ancestor_ids"))


def unit_pick(*, actor: Actor, text: str, limit: int = 20) -> list[str]:
    """Labels of the units that fit ``text``."""
    permissions.require(actor, VIEW)
    rows = active().filter(searching.contains_words("sort_key", text) | Q(code__istartswith=text.strip()))
    return [str(unit) for unit in rows[:limit]]


def find_unit(text: str) -> Unit | None:
    """The active unit somebody means by its label or its code; ``None`` when there is no such unit."""
    wanted = " ".join(text.split())
    rows = active().annotate(label=Concat("code", Value(" "), "name"))
    # Codes are unique, labels are not quite: the code wins.
    return rows.filter(code=wanted).first() or rows.filter(label=wanted).first()
