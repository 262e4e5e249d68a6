"""The figures of a report: about tasks exactly, about people only above the group threshold and rounded."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

import numpy as np
from django.db.models import Count, Q, QuerySet

from staffelstab.core.actors import Actor
from staffelstab.core.sorting import sort_key
from staffelstab.foresight.domain.exits import BoolArray, IntArray
from staffelstab.foresight.domain.report_rounding import rounded
from staffelstab.foresight.enums import MeasureState
from staffelstab.foresight.models import Measure
from staffelstab.foresight.selectors import report_exits, risks
from staffelstab.foresight.selectors.measures import OPEN
from staffelstab.foresight.selectors.register import UnitRow
from staffelstab.foresight.selectors.report_exits import Exits
from staffelstab.foresight.selectors.risks import Picture

HIGHEST: Final = 10
"""Risks listed."""

HORIZONS: Final = (0, 4, 8, 12, 20)
"""Quarters of the outlook: today, in one, two, three and five years."""

SOON: Final = HORIZONS.index(risks.SOON)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Tasks by how many persons can do them today."""

    tasks: int
    nobody: int
    one: int
    several: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OfficeCoverage:
    """The coverage of the tasks of one unit and the ones below it."""

    name: str
    coverage: Coverage


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ListedRisk:
    """A task among the highest risks. `holders`: 0, 1, or 2 for two and more.

    Neither quarter nor score: for a task with one holder they would be that person's exit.
    """

    title: str
    office: str
    holders: int
    planned: int
    running: int
    done: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MeasureCounts:
    """Measures on the tasks by state; `overdue`: open ones that were due before the day."""

    planned: int
    running: int
    done: int
    dropped: int
    overdue: int

    @property
    def open(self) -> int:
        """Planned or running."""
        return self.planned + self.running


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything a report on an organisation or a unit says.

    `outlook`: tasks that probably nobody can do any more, at each of ``HORIZONS``; None where the group is too small.
    `exits`: None for the same reason.
    """

    as_of: dt.date
    turnover: float
    lead: int
    reason: str
    units: int
    coverage: Coverage
    offices: tuple[OfficeCoverage, ...]
    outlook: tuple[int, ...] | None
    risks: tuple[ListedRisk, ...]
    measures: MeasureCounts
    exits: Exits | None
    threshold: int


def figures(*, actor: Actor, as_of: dt.date, unit_id: UUID | None = None) -> Figures:
    """The figures of the active organisation, or of one unit of it with the units below.

    Raises PermissionRefused.
    """
    picture = risks.assessment(actor=actor, as_of=as_of)
    mask = picture.loaded.within(None if unit_id is None else frozenset({unit_id}))
    exits = report_exits.exits(actor=actor, as_of=as_of, unit_id=unit_id)
    result = picture.assessment
    return Figures(
        as_of=as_of,
        turnover=result.turnover,
        lead=result.lead,
        reason=picture.reason,
        units=sum(unit_id is None or unit_id in unit.ancestor_ids for unit in picture.loaded.units),
        coverage=_coverage(picture.loaded.holders[mask]),
        offices=_offices(picture, mask, unit_id),
        outlook=None if exits is None else _outlook(picture, mask, exact=unit_id is None),
        risks=_risks(picture, mask, by_exit=exits is not None),
        measures=_measures(as_of, unit_id),
        exits=exits,
        threshold=report_exits.threshold(),
    )


def _coverage(holders: IntArray) -> Coverage:
    return Coverage(
        tasks=len(holders),
        nobody=int((holders == 0).sum()),
        one=int((holders == 1).sum()),
        several=int((holders > 1).sum()),
    )


def _outlook(picture: Picture, mask: BoolArray, *, exact: bool) -> tuple[int, ...]:
    """Counts for the whole house; for a unit rounded, so that subtracting all others from the house tells nothing."""
    counts = [int((picture.red_until(quarter) & mask).sum()) for quarter in HORIZONS]
    return tuple(count if exact else rounded(count) for count in counts)


def _offices(picture: Picture, mask: BoolArray, unit_id: UUID | None) -> tuple[OfficeCoverage, ...]:
    """The units directly below the subject, each with what is below it; tasks of the subject itself stand first."""
    loaded = picture.loaded
    depth = _depth(loaded.units, unit_id)
    names = {unit.id: unit.name for unit in loaded.units}
    office_of = [unit.ancestor_ids[depth : depth + 1] or unit.ancestor_ids[-1:] for unit in loaded.units]
    found: dict[UUID, list[int]] = {}
    for number in np.flatnonzero(mask).tolist():
        found.setdefault(office_of[int(loaded.unit[number])][0], []).append(number)
    ordered = sorted(found, key=lambda key: (key != unit_id, sort_key(names[key])))
    return tuple(
        OfficeCoverage(name=names[key], coverage=_coverage(loaded.holders[found[key]])) for key in ordered
    )


def _depth(units: Sequence[UnitRow], unit_id: UUID | None) -> int:
    """Place of the subject's sub-units in the path; a single unit at the top stands for the whole house."""
    if unit_id is not None:
        return next((len(unit.ancestor_ids) for unit in units if unit.id == unit_id), 0)
    return int(sum(len(unit.ancestor_ids) == 1 for unit in units) == 1)


def _risks(picture: Picture, mask: BoolArray, *, by_exit: bool) -> tuple[ListedRisk, ...]:
    """The highest rest risks; in a group too small for exits, the highest position risks of what hangs on one."""
    loaded, result = picture.loaded, picture.assessment
    if by_exit:
        numbers = np.flatnonzero(mask)
        values = result.rest_risk[numbers]
    else:
        numbers = np.flatnonzero(mask & (loaded.holders < 2))
        values = result.position_risk[numbers].astype(np.float64)
    chosen = numbers[np.argsort(-values, kind="stable")][:HIGHEST].tolist()
    tasks = [loaded.tasks[number] for number in chosen]
    states = _states(task.id for task in tasks)
    return tuple(
        ListedRisk(
            title=task.title,
            office=task.unit.name,
            holders=min(int(loaded.holders[task.number]), 2),
            planned=states.get((task.id, MeasureState.PLANNED), 0),
            running=states.get((task.id, MeasureState.RUNNING), 0),
            done=states.get((task.id, MeasureState.DONE), 0),
        )
        for task in tasks
    )


def _states(task_ids: Iterable[UUID]) -> dict[tuple[UUID, str], int]:
    rows = Measure.objects.filter(task_id__in=list(task_ids)).order_by()
    return {
        (task_id, state): count
        for task_id, state, count in rows.values_list("task_id", "state").annotate(count=Count("pk"))
    }


def _measures(as_of: dt.date, unit_id: UUID | None) -> MeasureCounts:
    rows: QuerySet[Measure] = Measure.objects.filter(
        Q(task__ended_on__isnull=True) | Q(task__ended_on__gt=as_of)
    )
    if unit_id is not None:
        rows = rows.filter(task__unit__ancestor_ids__overlap=[unit_id])
    counted = {
        str(state): Count("pk", filter=Q(state=state)) for state in MeasureState
    } | {"overdue": Count("pk", filter=Q(state__in=OPEN, due_on__lt=as_of))}  # fmt: skip
    return MeasureCounts(**rows.aggregate(**counted))
