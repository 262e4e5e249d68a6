"""How the sheets of the format meet the tables of the register: columns, types, derived values, defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from staffelstab.workforce.domain import derived
from staffelstab.workforce.domain.import_sheets import SHEET_BY_KEY

type Rows = Sequence[tuple[Any, ...]]

TYPES: Final[Mapping[str, str]] = {
    "is_lead": "boolean",
    "share": "numeric(4,3)",
    "starts_on": "date",
    "ends_on": "date",
    "exit_quarter": "smallint",
    "exit_fixed": "boolean",
    "criticality": "smallint",
    "position_risk": "smallint",
    "minimum_holders": "smallint",
    "ready": "boolean",
}
"""SQL types of staged fields; all others are text."""


@dataclass(frozen=True, slots=True)
class Value:
    """A column of the register that the import writes.

    ``new`` is SQL over the staged row ``s`` (and the references joined to it), ``default`` the value of a new row
    when the file has none of ``columns`` (keys of the format); what is stored then stays. ``code`` is the
    table a reference leads to. Derived columns follow from others and do not count as a change of their own.
    """

    name: str
    new: str
    columns: tuple[str, ...] = ()
    default: str = "''"
    code: str = ""
    derived: bool = False

    def planned(self, present: frozenset[str]) -> str:
        """SQL of the value after the import, over ``s`` and the stored row ``t``."""
        if self.columns and present.isdisjoint(self.columns):
            return f"coalesce(t.{self.name}, {self.default})"
        return self.new


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A sheet's table. ``references``: (alias, sheet, staged field) of each key that leads to another sheet."""

    sheet: str
    table: str
    key: tuple[str, ...]
    label: str
    values: tuple[Value, ...]
    references: tuple[tuple[str, str, str], ...] = ()
    derive: Callable[[Rows], Iterable[tuple[str, ...]]] | None = None
    derived: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)

    @property
    def stage(self) -> str:
        return f"import_stage_{self.sheet}"

    @property
    def plan(self) -> str:
        return f"import_plan_{self.sheet}"

    @property
    def known(self) -> str:
        return f"import_known_{self.sheet}"

    @property
    def fields(self) -> tuple[str, ...]:
        """Staged fields: those of the sheet, then the derived ones."""
        return (*SHEET_BY_KEY[self.sheet].fields, *self.derived)

    @property
    def compared(self) -> tuple[Value, ...]:
        """Values whose difference makes a row changed."""
        return tuple(value for value in self.values if not value.derived)


def _units(rows: Rows) -> Iterator[tuple[str]]:
    return ((derived.unit_sort_key(code=row[0], name=row[1]),) for row in rows)


def _positions(rows: Rows) -> Iterator[tuple[str]]:
    return ((derived.position_sort_key(number=row[0], title=row[1]),) for row in rows)


def _persons(rows: Rows) -> Iterator[tuple[str]]:
    return ((derived.person_sort_key(last_name=row[1], first_name=row[2]),) for row in rows)


def _tasks(rows: Rows) -> Iterator[tuple[str, str]]:
    return (
        (derived.task_sort_key(title=row[1]), derived.task_search(title=row[1], key=row[0], purpose=row[3]))
        for row in rows
    )


def _plain(name: str, *, default: str = "''") -> Value:
    return Value(name, f"s.{name}", (name,), default)


_SORT_KEY: Final = Value("sort_key", "s.sort_key", derived=True)
_UNIT: Final = Value("unit_id", "u.id", ("unit",), "NULL", "units")

UNITS: Final = Target(
    "units",
    "workforce_unit",
    ("code",),
    "name",
    (_plain("name"), _SORT_KEY, Value("parent_id", "u.id", ("parent",), "NULL", "units")),
    references=(("u", "units", "parent"),),
    derive=_units,
    derived=("sort_key",),
    constants={"ancestor_ids": "'{}'::uuid[]"},
)
POSITIONS: Final = Target(
    "positions",
    "workforce_position",
    ("number",),
    "title",
    (_plain("title"), _SORT_KEY, _UNIT, _plain("is_lead", default="false")),
    references=(("u", "units", "unit"),),
    derive=_positions,
    derived=("sort_key",),
)
PERSONS: Final = Target(
    "persons",
    "workforce_person",
    ("personnel_number",),
    "last_name",
    (_plain("last_name"), _plain("first_name"), _plain("email"), _SORT_KEY),
    derive=_persons,
    derived=("sort_key",),
)
_EXIT: Final = ("exit_quarter", "exit_band", "exit")
HOLDINGS: Final = Target(
    "holdings",
    "workforce_holding",
    ("position", "person"),
    "",
    (
        _plain("share", default="1"),
        _plain("starts_on", default="NULL"),
        _plain("ends_on", default="NULL"),
        Value("exit_quarter", "s.exit_quarter", _EXIT, "NULL"),
        Value("exit_band", "s.exit_band", _EXIT),
        _plain("exit_fixed", default="false"),
    ),
    references=(("p", "positions", "position"), ("q", "persons", "person")),
)
TASKS: Final = Target(
    "tasks",
    "workforce_task",
    ("key",),
    "title",
    (
        _plain("title"),
        _SORT_KEY,
        Value("search", "s.search", derived=True),
        _UNIT,
        _plain("purpose"),
        _plain("service_key"),
        _plain("product"),
        _plain("criticality", default="NULL"),
        _plain("position_risk", default="NULL"),
        _plain("frequency"),
        _plain("deadline"),
        _plain("minimum_holders", default="NULL"),
    ),
    references=(("u", "units", "unit"),),
    derive=_tasks,
    derived=("sort_key", "search"),
    constants={"topic": "''", "audience": "''"},
)
RESPONSIBILITIES: Final = Target(
    "responsibilities",
    "workforce_responsibility",
    ("task", "position"),
    "kind",
    (_plain("kind"), _plain("ready", default="false")),
    references=(("a", "tasks", "task"), ("p", "positions", "position")),
)

TARGETS: Final = (UNITS, POSITIONS, PERSONS, HOLDINGS, TASKS, RESPONSIBILITIES)
TARGET: Final[Mapping[str, Target]] = {target.sheet: target for target in TARGETS}
KEYED: Final = (UNITS, POSITIONS, PERSONS, TASKS)
"""Targets with a key of their own, in the order in which references need them."""
