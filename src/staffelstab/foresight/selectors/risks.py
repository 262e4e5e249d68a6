"""Risks: computed from the register when asked, kept in the process under the register's revision."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import Final
from uuid import UUID

import numpy as np
from django.db import connection

from staffelstab.core import permissions
from staffelstab.core.actors import Actor
from staffelstab.core.tenancy import context
from staffelstab.foresight.domain.exits import BoolArray, Scenario
from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.domain.risk import NOT_RED, Assessment, assess
from staffelstab.foresight.models import RiskRecord
from staffelstab.foresight.selectors import register
from staffelstab.foresight.selectors.assumptions import Assumptions
from staffelstab.foresight.selectors.register import LoadedRegister
from staffelstab.identity.enums import Role

VIEWERS: Final = (Role.KNOWLEDGE_MANAGER, Role.LINE_MANAGER, Role.PERSONNEL, Role.EXECUTIVE)
"""Roles that see risks: for their units, or for the whole organisation."""

CACHE_BYTES: Final = 192 * 1024 * 1024
"""Upper limit of what one process keeps; about 90,000 tasks with one scenario each."""

SOON: Final = 8
"""Quarters that count as *within two years*."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The risks of one organisation on one day in one scenario."""

    loaded: LoadedRegister
    assessment: Assessment
    reason: str

    @property
    def quarter(self) -> Quarter:
        """The as-of quarter."""
        return self.loaded.quarter

    def named(self, quarter: int) -> Quarter | None:
        """The calendar quarter of a relative one; None for *not red*."""
        return None if quarter == NOT_RED else self.quarter.shifted(quarter)

    def red_until(self, quarter: int) -> BoolArray:
        """Which tasks are red at a relative quarter or before."""
        red = self.assessment.red_quarter
        return np.asarray((red != NOT_RED) & (red <= quarter), dtype=np.bool_)


class _Kept:
    """The most recently used results, up to a number of bytes. Safe for threads; two may compute the same once."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()
        self._bytes = 0

    def get[T](self, key: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """The value kept under the key, else a new one; a value larger than the limit is not kept."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key][0]  # type: ignore[return-value]
        value = make()
        with self._lock:
            if key not in self._values:
                self._values[key] = (value, size(value))
                self._bytes += self._values[key][1]
            while self._bytes > self._limit:
                _old, (_value, freed) = self._values.popitem(last=False)
                self._bytes -= freed
        return value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._bytes = 0


kept = _Kept(CACHE_BYTES)


# The revision is read before the register, so what is kept is never older than its key; a transaction that has
# written (an assigned number) may see what is rolled back later, and keeps nothing.
_GROUND: Final = """
SELECT coalesce((SELECT value FROM core_revision WHERE organisation_id = %(organisation)s AND topic = 'workforce'), 0),
       s.turnover, s.lead_quarters, s.reason, pg_current_xact_id_if_assigned() IS NOT NULL
FROM (SELECT) one LEFT JOIN foresight_risksettings s ON s.organisation_id = %(organisation)s
"""


def assessment(*, actor: Actor, as_of: dt.date, scenario: Scenario = Scenario.REGULAR) -> Picture:
    """The risks of the actor's organisation. Raises PermissionRefused.

    Kept in the process under organisation, revision of the register, day, scenario and assumptions.
    """
    permissions.require(actor, "foresight.risk.view")
    organisation_id = context.current_organisation()
    with connection.cursor() as cursor:
        cursor.execute(_GROUND, {"organisation": organisation_id})
        revision, turnover, lead, reason, has_written = cursor.fetchone()
    assumed = Assumptions() if turnover is None else Assumptions(float(turnover), lead, reason)
    if has_written:
        return _compute(register.load(as_of=as_of), assumed, scenario)
    ground = (organisation_id, revision, as_of)
    loaded = kept.get(ground, lambda: register.load(as_of=as_of), lambda value: value.size)
    return kept.get(
        (*ground, scenario, assumed),
        lambda: _compute(loaded, assumed, scenario),
        lambda value: value.assessment.p_none.nbytes * 2 + 64 * len(value.loaded.tasks),
    )


def _compute(loaded: LoadedRegister, assumed: Assumptions, scenario: Scenario) -> Picture:
    result = assess(
        loaded.register, loaded.ratings, turnover=assumed.turnover, scenario=scenario, lead=assumed.lead
    )
    return Picture(loaded=loaded, assessment=result, reason=assumed.reason)


def in_scope(actor: Actor, picture: Picture) -> BoolArray:
    """Which tasks the actor may see: those of the units the actor's roles are bound to, or all."""
    return picture.loaded.within(actor.unit_ids(*VIEWERS))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TaskBadge:
    """The risk of one task for lists and task pages; `red` None when it is not red within 60 quarters."""

    task_id: UUID
    rest_risk: float
    tone: str
    red: Quarter | None
    act_by: Quarter | None
    act_now: bool


def tone(rest_risk: float) -> str:
    """Tone of a rest risk 1 … 25 for badges: the same limits as the colours of the matrix."""
    limits = ((16, "critical"), (10, "high"), (5, "warn"))
    return next((name for limit, name in limits if rest_risk >= limit), "ok")


def task_badge(*, actor: Actor, task_ids: Iterable[UUID], as_of: dt.date) -> dict[UUID, TaskBadge]:
    """Rest risk and red quarter of the tasks the actor may see; empty for an actor without the permission."""
    if not actor.may("foresight.risk.view"):
        return {}
    picture = assessment(actor=actor, as_of=as_of)
    wanted, seen, result = frozenset(task_ids), in_scope(actor, picture), picture.assessment
    return {
        task.id: TaskBadge(
            task_id=task.id,
            rest_risk=float(result.rest_risk[task.number]),
            tone=tone(float(result.rest_risk[task.number])),
            red=picture.named(int(result.red_quarter[task.number])),
            act_by=picture.named(int(result.act_by[task.number])),
            act_now=int(result.act_by[task.number]) == 0,
        )
        for task in picture.loaded.tasks
        if task.id in wanted and seen[task.number]
    }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HeadFigures:
    """The head figures: tasks, of these red today, red within two years, without and with exactly one holder."""

    tasks: int
    red_now: int
    red_two_years: int
    without_holder: int
    one_holder: int


def head_figures(picture: Picture, among: BoolArray | None = None) -> HeadFigures:
    """Head figures of all tasks, or of those marked in `among`."""
    chosen = np.ones(len(picture.loaded.tasks), dtype=np.bool_) if among is None else among
    holders = picture.loaded.holders
    return HeadFigures(
        tasks=int(chosen.sum()),
        red_now=int((picture.red_until(0) & chosen).sum()),
        red_two_years=int((picture.red_until(SOON) & chosen).sum()),
        without_holder=int(((holders == 0) & chosen).sum()),
        one_holder=int(((holders == 1) & chosen).sum()),
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFigures:
    """Head figures as they were recorded last in a quarter."""

    quarter: Quarter
    figures: HeadFigures


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Head figures now, and those of the quarter before (None when nothing was recorded)."""

    now: HeadFigures
    before: RecordedFigures | None

    @property
    def red_change(self) -> int | None:
        """By how many tasks *red within two years* has grown since (negative: shrunk)."""
        return None if self.before is None else self.now.red_two_years - self.before.figures.red_two_years


def summary(*, actor: Actor, as_of: dt.date) -> HeadFigures:
    """Head figures of the tasks the actor may see. Raises PermissionRefused."""
    picture = assessment(actor=actor, as_of=as_of)
    return head_figures(picture, in_scope(actor, picture))


def recorded_before(picture: Picture) -> RecordedFigures | None:
    """What was recorded for the whole organisation in the quarter before the picture's."""
    quarter = picture.quarter.shifted(-1)
    row = RiskRecord.objects.filter(quarter=quarter.index).first()
    if row is None:
        return None
    figures = HeadFigures(
        tasks=row.tasks,
        red_now=row.red_now,
        red_two_years=row.red_two_years,
        without_holder=row.without_holder,
        one_holder=row.one_holder,
    )
    return RecordedFigures(quarter=quarter, figures=figures)


def trend(*, actor: Actor, as_of: dt.date, picture: Picture | None = None) -> Trend | None:
    """How the organisation's figures moved since the quarter before; None for actors who see only some units.

    Raises PermissionRefused.
    """
    picture = picture or assessment(actor=actor, as_of=as_of)
    if actor.unit_ids(*VIEWERS) is not None:
        return None
    return Trend(now=head_figures(picture), before=recorded_before(picture))
