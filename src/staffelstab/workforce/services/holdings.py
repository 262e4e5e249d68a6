"""Commands on holdings: who is on which position, and until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from staffelstab.core import audit, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.days import day_of
from staffelstab.core.errors import DomainError, on_violation
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.workforce.enums import ExitBand
from staffelstab.workforce.models import Holding, Person, Position
from staffelstab.workforce.services import trail
from staffelstab.workforce.services.errors import (
    AlreadyEnded,
    EndsBeforeStart,
    HoldingBeganLater,
    HoldingEnded,
    HoldingTwice,
    PositionEnded,
    QuarterAndBand,
    ShareOutOfRange,
)
from staffelstab.workforce.services.plausible import check_days, shown

EDIT = "workforce.holding.edit"
EXIT_EDIT = "workforce.exit.edit"
PLACE = "workforce.person.edit"
"""What it takes, besides the position, to bring a person to it: one day there must not hand over the person."""


def _constraints() -> dict[str, DomainError]:
    return {
        "holding_once": HoldingTwice(),
        "holding_share": ShareOutOfRange(),
        "holding_ends_after_start": EndsBeforeStart(),
        "holding_quarter_or_band": QuarterAndBand(),
    }


def _relocked(holding: Holding, seen: dt.datetime | None) -> Holding:
    return trail.lock(holding, seen=seen, related=("position__unit", "person"))


def _runs(holding: Holding, day: dt.date) -> bool:
    begun = holding.starts_on is None or holding.starts_on <= day
    return begun and (holding.ends_on is None or holding.ends_on >= day)


def _is_wider(holding: Holding, starts_on: dt.date | None, ends_on: dt.date | None) -> bool:
    """Whether the period given contains days the holding does not."""
    before = holding.starts_on is not None and (starts_on is None or starts_on < holding.starts_on)
    after = holding.ends_on is not None and (ends_on is None or ends_on > holding.ends_on)
    return before or after


@transaction.atomic
def create_holding(
    *,
    position: Position,
    person: Person,
    share: Decimal,
    starts_on: dt.date | None,
    ends_on: dt.date | None,
    actor: Actor,
    now: dt.datetime,
) -> Holding:
    """Put a person on a position, with a share of 0 < share ≤ 1; ``ends_on`` is the last day.

    Raises PermissionRefused (the position or the person), PositionEnded, AlreadyEnded (the person), HoldingTwice,
    ShareOutOfRange, EndsBeforeStart, DayOutOfBounds.
    """
    check_days(starts_on, ends_on, now=now)
    holding = Holding(
        organisation_id=current_organisation(),
        position=position,
        person=person,
        share=share,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    permissions.require(actor, EDIT, holding)
    permissions.require(actor, PLACE, person)
    if position.ended_on is not None:
        raise PositionEnded(position=position)
    if person.ended_on is not None:
        raise AlreadyEnded(name=person)
    with on_violation(_constraints()):
        trail.save(holding, now=now)
    changes: dict[str, tuple[object, object]] = {
        "position": (None, position),
        "share": (None, share),
        "starts_on": (None, starts_on),
        "ends_on": (None, ends_on),
    }
    audit.record(actor, "workforce.holding.created", holding, at=now, changes=changes)
    trail.moved()
    return holding


@transaction.atomic
def edit_holding(
    *,
    holding: Holding,
    share: Decimal,
    starts_on: dt.date | None,
    ends_on: dt.date | None,
    seen: dt.datetime | None,
    actor: Actor,
    now: dt.datetime,
) -> Holding:
    """Change share or period. Raises PermissionRefused, ChangedMeanwhile and what ``create_holding`` raises.

    To let a holding that does not run today last longer is to place the person once more.
    """
    permissions.require(actor, EDIT, holding)
    holding = _relocked(holding, seen)
    if not _runs(holding, day_of(now)) and _is_wider(holding, starts_on, ends_on):
        permissions.require(actor, PLACE, holding.person)
    changes = trail.assign(holding, {"share": share, "starts_on": starts_on, "ends_on": ends_on})
    if not changes:
        return holding
    # A far day from a file may stay; nobody types a new one.
    check_days(
        starts_on if "starts_on" in changes else None, ends_on if "ends_on" in changes else None, now=now
    )
    with on_violation(_constraints()):
        trail.save(holding, now=now)
    audit.record(actor, "workforce.holding.edited", holding, at=now, changes=changes)
    trail.moved()
    return holding


@transaction.atomic
def set_exit(
    *,
    holding: Holding,
    quarter: int | None,
    band: ExitBand | None,
    fixed: bool,
    seen: dt.datetime | None,
    actor: Actor,
    now: dt.datetime,
) -> Holding:
    """Enter the exit horizon: a quarter (4 × year + quarter − 1), a band, or neither (unknown). Personnel only.

    ``fixed`` says that no scenario may shift it. Raises PermissionRefused, ChangedMeanwhile, QuarterAndBand.
    """
    permissions.require(actor, EXIT_EDIT, holding)
    if quarter is not None and band is not None:
        raise QuarterAndBand
    holding = _relocked(holding, seen)
    values = {"exit_quarter": quarter, "exit_band": band.value if band else "", "exit_fixed": fixed}
    changes = trail.assign(holding, values)
    if not changes:
        return holding
    with on_violation(_constraints()):
        trail.save(holding, now=now)
    audit.record(actor, "workforce.holding.exit_set", holding, at=now, changes=changes)
    trail.moved()
    return holding


@transaction.atomic
def end_holding(
    *, holding: Holding, last_day: dt.date, seen: dt.datetime | None, actor: Actor, now: dt.datetime
) -> Holding:
    """The person leaves the position; ``last_day`` is the last one there.

    Raises PermissionRefused, ChangedMeanwhile, EndsBeforeStart, DayOutOfBounds, and HoldingEnded when the last day is
    over already: ending once more would take up a holding of the past again.
    """
    permissions.require(actor, EDIT, holding)
    check_days(last_day, now=now)
    holding = _relocked(holding, seen)
    if holding.ends_on is not None and holding.ends_on < day_of(now):
        raise HoldingEnded(day=shown(holding.ends_on))
    _end(holding, last_day=last_day, actor=actor, now=now)
    trail.moved()
    return holding


def end_holdings(*, rows: Sequence[Holding], last_day: dt.date, actor: Actor, now: dt.datetime) -> int:
    """End those holdings that would last longer than ``last_day``; returns how many. Part of a larger command.

    One that has not begun by today, and would only begin after ``last_day``, is withdrawn. One that has begun is never
    deleted: a last day before its first one is a mistake. The rows carry ``position__unit``. Raises PermissionRefused,
    DayOutOfBounds, HoldingBeganLater; then nothing has been written.
    """
    check_days(last_day, now=now)
    lasting = [row for row in rows if row.ends_on is None or row.ends_on > last_day]
    for row in lasting:
        permissions.require(actor, EDIT, row)
    for row in lasting:
        if row.starts_on is not None and last_day < row.starts_on <= day_of(now):
            raise HoldingBeganLater(position=row.position, day=shown(row.starts_on))
    for row in lasting:
        if row.starts_on is not None and row.starts_on > last_day:
            changes = {"starts_on": (row.starts_on, None)}
            audit.record(actor, "workforce.holding.withdrawn", row, at=now, changes=changes)
            row.delete()
        else:
            _end(row, last_day=last_day, actor=actor, now=now)
    return len(lasting)


def _end(holding: Holding, *, last_day: dt.date, actor: Actor, now: dt.datetime) -> None:
    changes = trail.assign(holding, {"ends_on": last_day})
    with on_violation(_constraints()):
        trail.save(holding, now=now)
    audit.record(actor, "workforce.holding.ended", holding, at=now, changes=changes)
