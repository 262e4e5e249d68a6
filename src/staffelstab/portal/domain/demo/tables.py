"""The hand-written tables in ``portal/demo_data``, read as typed rows.

They are constants that ship with the program; reading them is the only contact with the outside here.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, kw_only=True)
class UnitRow:
    """One unit; ``parent`` is the code of the unit above or ``""``."""

    organisation: str
    code: str
    name: str
    parent: str


@dataclass(frozen=True, kw_only=True)
class PositionRow:
    """``count`` equal positions of a unit.

    ``task_weight`` says how many tasks such a position carries compared with a clerk (0: only those that name
    its title); ``desk`` whether the holder has an e-mail address; ``part_time_percent`` how many of them work
    part-time.
    """

    organisation: str
    unit: str
    title: str
    count: int
    lead: bool
    task_weight: float
    desk: bool
    part_time_percent: int


@dataclass(frozen=True, kw_only=True)
class TaskRow:
    """One task of the catalogue.

    ``team`` is how many positions are responsible, ``holder`` a part of their title (empty: anyone in the
    unit). ``small_unit`` is the unit that owns the same task in the small municipality (empty: it has no such
    task).
    """

    organisation: str
    unit: str
    area: str
    title: str
    purpose: str
    service: str
    product: str
    criticality: int
    position_risk: int
    frequency: str
    deadline: str
    minimum: int
    team: int
    holder: str
    small_unit: str
    small_holder: str


@dataclass(frozen=True, kw_only=True)
class NameRow:
    """A given or family name (``kind``) with a two-letter tag of its origin."""

    kind: str
    origin: str
    name: str


@dataclass(frozen=True, kw_only=True)
class ServiceRow:
    """A public service: 14-digit key, short name, everyday words separated by commas."""

    key: str
    name: str
    terms: str


def read_units() -> tuple[UnitRow, ...]:
    """Return the units of all organisations, parents before children."""
    return tuple(UnitRow(**row) for row in _rows("units.csv"))


def read_positions() -> tuple[PositionRow, ...]:
    """Return the positions of all organisations in the order of their numbers."""
    return tuple(
        PositionRow(
            organisation=row["organisation"],
            unit=row["unit"],
            title=row["title"],
            count=int(row["count"]),
            lead=row["lead"] == "1",
            task_weight=float(row["task_weight"]),
            desk=row["desk"] == "1",
            part_time_percent=int(row["part_time_percent"]),
        )
        for row in _rows("positions.csv")
    )


def read_tasks() -> tuple[TaskRow, ...]:
    """Return the catalogue of tasks."""
    return tuple(
        TaskRow(
            organisation=row["organisation"],
            unit=row["unit"],
            area=row["area"],
            title=row["title"],
            purpose=row["purpose"],
            service=row["service"],
            product=row["product"],
            criticality=int(row["criticality"]),
            position_risk=int(row["position_risk"]),
            frequency=row["frequency"],
            deadline=row["deadline"],
            minimum=int(row["minimum"]),
            team=int(row["team"]),
            holder=row["holder"],
            small_unit=row["small_unit"],
            small_holder=row["small_holder"],
        )
        for row in _rows("tasks.csv")
    )


def read_names() -> tuple[NameRow, ...]:
    """Return the given and family names."""
    return tuple(NameRow(**row) for row in _rows("names.csv"))


def read_services() -> tuple[ServiceRow, ...]:
    """Return the catalogue of public services with their real keys."""
    return tuple(ServiceRow(**row) for row in _rows("services.csv"))


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("staffelstab.portal").joinpath("demo_data", name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines(), delimiter=";")
