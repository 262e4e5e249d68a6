"""The register of holders, loaded from the database as arrays: the ground of every risk figure."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import numpy as np
from django.db import connection

from staffelstab.core.tenancy import context
from staffelstab.foresight.domain.exits import (
    BAND_QUARTERS,
    NO_QUARTER,
    BoolArray,
    FloatArray,
    Horizons,
    IntArray,
)
from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.domain.register import READY_DEPUTY, RESPONSIBLE, Ratings, Register

_BANDS: Final = tuple(BAND_QUARTERS)
_FIXED: Final = 4
_COLUMNS: Final = 5  # task, person, flags, exit quarter, exit band

# One statement, hence one snapshot: the numbers of tasks and persons fit to each other whatever is written
# meanwhile. The holders travel as one string of big-endian integers, which NumPy reads without a loop.
_REGISTER: Final = """
WITH task AS MATERIALIZED (
    SELECT t.*, row_number() OVER (ORDER BY t.sort_key, t.id) - 1 AS no
    FROM workforce_task t
    WHERE t.organisation_id = %(organisation)s AND (t.ended_on IS NULL OR t.ended_on > %(day)s)
), person AS MATERIALIZED (
    SELECT p.id, row_number() OVER (ORDER BY p.id) - 1 AS no
    FROM workforce_person p
    WHERE p.organisation_id = %(organisation)s AND (p.ended_on IS NULL OR p.ended_on > %(day)s)
), holder AS (
    SELECT int4send(task.no::int)
        || int4send(person.no::int)
        || int4send((CASE WHEN r.kind = 'responsible' THEN %(responsible)s ELSE %(deputy)s END
                     + CASE WHEN h.exit_fixed THEN %(fixed)s ELSE 0 END)::int)
        || int4send(coalesce(h.exit_quarter, %(none)s)::int)
        || int4send(array_position(%(bands)s::text[], h.exit_band::text)) AS row
    FROM workforce_responsibility r
    JOIN task ON task.id = r.task_id
    JOIN workforce_position p
        ON p.id = r.position_id AND p.organisation_id = r.organisation_id
        AND (p.ended_on IS NULL OR p.ended_on > %(day)s)
    JOIN workforce_holding h
        ON h.position_id = p.id AND h.organisation_id = r.organisation_id
        AND (h.starts_on IS NULL OR h.starts_on <= %(day)s)
        AND (h.ends_on IS NULL OR h.ends_on >= %(day)s)
    JOIN person ON person.id = h.person_id
    WHERE r.organisation_id = %(organisation)s
        AND (r.kind = 'responsible' OR (r.kind = 'deputy' AND r.ready))
), unit AS (
    SELECT u.id, u.code, u.name, u.ancestor_ids, row_number() OVER (ORDER BY u.sort_key, u.id) AS no
    FROM workforce_unit u WHERE u.organisation_id = %(organisation)s
)
SELECT t.*, p.*, h.*, u.*
FROM (SELECT array_agg(id ORDER BY no), array_agg(key ORDER BY no), array_agg(title ORDER BY no),
             array_agg(sort_key ORDER BY no), array_agg(unit_id ORDER BY no), array_agg(topic ORDER BY no),
             array_agg(service_key ORDER BY no), array_agg(coalesce(position_risk, 0)::int ORDER BY no),
             array_agg(coalesce(criticality, 0)::int ORDER BY no) FROM task) t,
     (SELECT array_agg(id ORDER BY no) FROM person) p,
     (SELECT string_agg(row, ''::bytea) FROM holder) h,
     (SELECT array_agg(id ORDER BY no), array_agg(code ORDER BY no), array_agg(name ORDER BY no),
             array_agg(array_to_string(ancestor_ids, ' ') ORDER BY no) FROM unit) u
"""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """A unit as the board needs it; `ancestor_ids` runs from the root to the unit itself."""

    id: UUID
    code: str
    name: str
    ancestor_ids: tuple[UUID, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """What people call a task; `number` is its place in every array."""

    number: int
    id: UUID
    key: str
    title: str
    sort_key: str
    unit: UnitRow
    topic: str
    service_key: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LoadedRegister:
    """The tasks of one organisation on one day with their holders.

    `tasks` in the order of their titles; `units` in the order of their names; `unit`: shape (tasks,), place in
    `units`; `person_ids`: the person behind each number in `register.person`.
    """

    as_of: dt.date
    tasks: tuple[TaskRow, ...]
    units: tuple[UnitRow, ...]
    unit: IntArray
    person_ids: tuple[UUID, ...]
    register: Register
    ratings: Ratings

    @property
    def quarter(self) -> Quarter:
        """The quarter from which all others are counted."""
        return Quarter.from_date(self.as_of)

    @property
    def holders(self) -> IntArray:
        """Number of persons who can do each task today."""
        return np.diff(self.register.offsets)

    def within(self, unit_ids: frozenset[UUID] | None) -> BoolArray:
        """Which tasks belong to one of the units or to a unit below it; all of them for None."""
        if unit_ids is None:
            return np.ones(len(self.tasks), dtype=np.bool_)
        inside = np.array([not unit_ids.isdisjoint(unit.ancestor_ids) for unit in self.units], dtype=np.bool_)
        return inside[self.unit] if len(inside) else np.zeros(len(self.tasks), dtype=np.bool_)

    @property
    def size(self) -> int:
        """Bytes held, estimated: arrays exactly, a task's texts and objects at 1 kB, a person's key at 64."""
        arrays = (self.register.offsets, self.register.person, self.register.role, self.register.horizon)
        return sum(array.nbytes for array in arrays) + 1000 * len(self.tasks) + 64 * len(self.person_ids)


def documentation(task_ids: Sequence[UUID]) -> FloatArray:
    """Share 0 … 1 of each task's page that is filled in and valid, in the order given.

    Task pages belong to a module that is not part of the product yet; until then no task is documented.
    """
    return np.zeros(len(task_ids))


def load(*, as_of: dt.date) -> LoadedRegister:
    """The register of the active organisation on a day. One SQL statement. Raises TenantMissing without one.

    A holder is a person with a holding on that day on a position that is responsible for the task or a ready
    deputy. Ended tasks, positions and persons do not count from the day they ended on.
    """
    parameters = {
        "organisation": context.current_organisation(),
        "day": as_of,
        "responsible": RESPONSIBLE,
        "deputy": READY_DEPUTY,
        "fixed": _FIXED,
        "none": NO_QUARTER,
        "bands": list(_BANDS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_REGISTER, parameters)
        row = cursor.fetchone()
    task_columns, person_ids, holders = row[:9], row[9] or [], row[10]
    units, task_unit = _units(row[11:15], task_columns[4] or [])
    tasks = _tasks(task_columns, units, task_unit)
    return LoadedRegister(
        as_of=as_of,
        tasks=tasks,
        units=units,
        unit=task_unit,
        person_ids=tuple(person_ids),
        register=_register(holders, task_count=len(tasks), as_of=as_of),
        ratings=Ratings(
            position_risk=np.array(task_columns[7] or [], dtype=np.int64),
            criticality=np.array(task_columns[8] or [], dtype=np.int64),
            documentation=documentation([task.id for task in tasks]),
        ),
    )


def _units(
    columns: Sequence[list[object] | None], task_units: list[UUID]
) -> tuple[tuple[UnitRow, ...], IntArray]:
    units = tuple(
        UnitRow(id=key, code=code, name=name, ancestor_ids=tuple(UUID(each) for each in path.split()))
        for key, code, name, path in zip(*(column or [] for column in columns), strict=True)  # type: ignore[attr-defined]
    )
    place = {unit.id: number for number, unit in enumerate(units)}
    return units, np.array([place[key] for key in task_units], dtype=np.int64)


def _tasks(
    columns: Sequence[list[object] | None], units: tuple[UnitRow, ...], task_unit: IntArray
) -> tuple[TaskRow, ...]:
    ids, keys, titles, sort_keys, _unit, topics, services = (column or [] for column in columns[:7])
    return tuple(
        TaskRow(
            number=number,
            id=key, key=name, title=title, sort_key=sort_key,
            unit=units[unit], topic=topic, service_key=service,
        )
        for number, (key, name, title, sort_key, unit, topic, service) in enumerate(
            zip(ids, keys, titles, sort_keys, task_unit.tolist(), topics, services, strict=True)
        )
    )  # fmt: skip


def _register(rows: bytes | memoryview | None, *, task_count: int, as_of: dt.date) -> Register:
    values = np.frombuffer(rows or b"", dtype=">i4").reshape(-1, _COLUMNS).T.astype(np.int64)
    task, person, flags, exit_quarter, band = values
    return Register.from_rows(
        task_count=task_count,
        task=task,
        person=person,
        responsible=flags & RESPONSIBLE > 0,
        ready_deputy=flags & READY_DEPUTY > 0,
        holding=np.arange(len(task)),
        horizons=Horizons.from_entries(
            as_of=Quarter.from_date(as_of),
            exit_quarter=exit_quarter,
            # array_position counts from 1
            exit_band=np.array(_BANDS)[band - 1],
            fixed=flags & _FIXED > 0,
        ),
    )
