"""The register of holders, loaded from the database as arrays: the ground of every risk figure."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt
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

type KeyArray = npt.NDArray[np.bytes_]
"""Keys as 16 bytes each. NumPy drops zero bytes at the end of one when it hands it out."""

_BANDS: Final = tuple(BAND_QUARTERS)
_CAN_HELP: Final = 0

_KEY: Final = "S16"
_RESPONSIBILITY: Final = np.dtype([("task", _KEY), ("position", _KEY), ("role", ">i4")])
_HOLDING: Final = np.dtype(
    [("position", _KEY), ("person", _KEY), ("fixed", ">i4"), ("exit_quarter", ">i4"), ("exit_band", ">i4")]
)

# One statement, hence one snapshot. Rows travel as strings of 16-byte keys and big-endian integers, which NumPy
# reads without a loop; it also joins them. The statement has no join on purpose: right after an import the
# planner knows nothing about the new rows and would compare each with each.
_REGISTER: Final = """
SELECT t.*, p.*, person.*, r.*, h.*, u.*
FROM (SELECT array_agg(id), string_agg(uuid_send(id), ''::bytea), array_agg(key), array_agg(title),
             array_agg(sort_key), array_agg(unit_id), array_agg(topic), array_agg(service_key),
             array_agg(coalesce(position_risk, 0)::int), array_agg(coalesce(criticality, 0)::int)
      FROM (SELECT * FROM workforce_task
            WHERE organisation_id = %(organisation)s AND (ended_on IS NULL OR ended_on > %(day)s)
            ORDER BY sort_key, id) task) t,
     (SELECT string_agg(uuid_send(id), ''::bytea) FROM workforce_position
      WHERE organisation_id = %(organisation)s AND (ended_on IS NULL OR ended_on > %(day)s)) p,
     (SELECT string_agg(uuid_send(id), ''::bytea) FROM workforce_person
      WHERE organisation_id = %(organisation)s AND (ended_on IS NULL OR ended_on > %(day)s)) person,
     (SELECT string_agg(uuid_send(task_id) || uuid_send(position_id)
                        || int4send(CASE WHEN kind = 'responsible' THEN %(responsible)s
                                         WHEN ready THEN %(deputy)s ELSE %(can_help)s END), ''::bytea)
      FROM workforce_responsibility WHERE organisation_id = %(organisation)s) r,
     (SELECT string_agg(uuid_send(position_id) || uuid_send(person_id) || int4send(exit_fixed::int)
                        || int4send(coalesce(exit_quarter, %(none)s)::int)
                        || int4send(array_position(%(bands)s::text[], exit_band::text)), ''::bytea)
      FROM workforce_holding
      WHERE organisation_id = %(organisation)s AND (starts_on IS NULL OR starts_on <= %(day)s)
        AND (ends_on IS NULL OR ends_on >= %(day)s)) h,
     (SELECT array_agg(id), array_agg(code), array_agg(name), array_agg(array_to_string(ancestor_ids, ' '))
      FROM (SELECT * FROM workforce_unit WHERE organisation_id = %(organisation)s ORDER BY sort_key, id) unit) u
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
    `units`; `persons`: the key of the person behind each number in `register.person`, 16 bytes each.
    """

    as_of: dt.date
    tasks: tuple[TaskRow, ...]
    units: tuple[UnitRow, ...]
    unit: IntArray
    persons: KeyArray
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

    def person_id(self, number: int) -> UUID:
        """The person behind a number in `register.person`."""
        return UUID(bytes=self.persons[number].ljust(16, b"\0"))

    @property
    def size(self) -> int:
        """Bytes held, estimated: arrays exactly, a task's texts and objects at 1 kB."""
        arrays = (self.register.offsets, self.register.person, self.register.role, self.register.horizon)
        return sum(array.nbytes for array in (*arrays, self.persons)) + 1000 * len(self.tasks)


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
    parameters: dict[str, Any] = {
        "organisation": context.current_organisation(),
        "day": as_of,
        "responsible": RESPONSIBLE,
        "deputy": READY_DEPUTY,
        "can_help": _CAN_HELP,
        "none": NO_QUARTER,
        "bands": list(_BANDS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_REGISTER, parameters)
        row = cursor.fetchone()
    task_ids, task_keys, *task_columns = row[:10]
    positions, persons = (np.sort(_read(column, np.dtype(_KEY))) for column in row[10:12])
    units, task_unit = _units(row[14:18], task_columns[3] or [])
    tasks = _tasks((task_ids, *task_columns), units, task_unit)
    return LoadedRegister(
        as_of=as_of,
        tasks=tasks,
        units=units,
        unit=task_unit,
        persons=persons,
        register=_register(
            _read(row[12], _RESPONSIBILITY),
            _read(row[13], _HOLDING),
            tasks=_read(task_keys, np.dtype(_KEY)),
            positions=positions,
            persons=persons,
            as_of=as_of,
        ),
        ratings=Ratings(
            position_risk=np.array(task_columns[6] or [], dtype=np.int64),
            criticality=np.array(task_columns[7] or [], dtype=np.int64),
            documentation=documentation([task.id for task in tasks]),
        ),
    )


def _read(column: bytes | memoryview | None, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    return np.frombuffer(column or b"", dtype=dtype)


def _units(
    columns: Sequence[list[object] | None], task_units: list[UUID]
) -> tuple[tuple[UnitRow, ...], IntArray]:
    units = tuple(
        UnitRow(id=key, code=code, name=name, ancestor_ids=tuple(UUID(each) for each in path.split()))
        for key, code, name, path in zip(*(column or [] for column in columns), strict=True)
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


def _register(
    responsibilities: npt.NDArray[Any],
    holdings: npt.NDArray[Any],
    *,
    tasks: KeyArray,
    positions: KeyArray,
    persons: KeyArray,
    as_of: dt.date,
) -> Register:
    """Join responsibilities and holdings through their positions: one row per task and holding."""
    order = np.argsort(tasks)
    task = _places(tasks[order], responsibilities["task"])
    at = _places(positions, responsibilities["position"])
    wanted = (task >= 0) & (at >= 0) & (responsibilities["role"] != _CAN_HELP)
    task, at, role = order[task[wanted]], at[wanted], responsibilities["role"][wanted].astype(np.int64)

    person = _places(persons, holdings["person"])
    held = _places(positions, holdings["position"])
    counted = np.flatnonzero((person >= 0) & (held >= 0))
    counted = counted[np.argsort(held[counted], kind="stable")]
    begins = np.searchsorted(held[counted], np.arange(len(positions) + 1))
    count = np.diff(begins)[at]
    # place of each row's holding: the first one of the position, then the next ones
    rank = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    holding = np.repeat(begins[:-1][at], count) + rank
    role = np.repeat(role, count)
    chosen = holdings[counted]
    return Register.from_rows(
        task_count=len(tasks),
        task=np.repeat(task, count),
        person=person[counted][holding],
        responsible=role == RESPONSIBLE,
        ready_deputy=role == READY_DEPUTY,
        holding=holding,
        horizons=Horizons.from_entries(
            as_of=Quarter.from_date(as_of),
            exit_quarter=chosen["exit_quarter"],
            # array_position counts from 1
            exit_band=np.array(_BANDS)[chosen["exit_band"] - 1],
            fixed=chosen["fixed"] > 0,
        ),
    )


def _places(keys: KeyArray, wanted: KeyArray) -> IntArray:
    """Place of each wanted key among the sorted keys, −1 where it is not among them."""
    if not len(keys):
        return np.full(len(wanted), -1)
    place = np.searchsorted(keys, wanted)
    place[place == len(keys)] = 0
    return np.where(keys[place] == wanted, place, -1)
