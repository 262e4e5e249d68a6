"""How many people leave in which year: the organisation's own holdings, without anybody to be found in the figures."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import numpy as np
from django.db.models import F, Q

from staffelstab.core import permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.foresight.domain.exits import NO_QUARTER, FloatArray, Horizons, Scenario
from staffelstab.foresight.domain.forecast import HoldingsForecast, forecast_holdings, last_year
from staffelstab.foresight.domain.forecast_groups import GroupedStaff, Staff, group_staff
from staffelstab.foresight.domain.forecast_periods import Period, in_periods
from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.selectors.register import UnitRow
from staffelstab.identity.enums import Role
from staffelstab.identity.models.organisations import LOWEST_THRESHOLD
from staffelstab.identity.selectors.thresholds import group_threshold
from staffelstab.workforce.models import Holding, Unit

VIEWERS: Final = (Role.KNOWLEDGE_MANAGER, Role.LINE_MANAGER, Role.PERSONNEL, Role.EXECUTIVE)
"""Roles that see forecasts: for their units, or for the whole organisation."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class UnitForecast:
    """A unit and those below it in one line: exits up to the end of `last_year`, all None where too few leave.

    `last_year` is at most about the end of the outlook; it is earlier where fewer than the threshold would stay.
    """

    unit: UnitRow
    holders: int
    last_year: int | None
    exits: Mapping[Scenario, float | None]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationForecast:
    """Exits of an organisation or of some of its units.

    `holders`: people with a holding on the day; `unknown` of them have no known exit or are too few to be shown by
    year, and are in no period. `periods`: years joined until no figure rests on fewer than `threshold` people, up
    to the one with `until`, so the last may end later; none where no exit is known or
    every figure would be too small. `suppressed`: too few people,
    nothing is shown and `holders` is 0. `estimated`: the figures are those of units, whose people are taken to
    leave within a few years like those of the whole house. `not_shown`: units asked for that are too small, and in
    no figure. `units`: the units directly below, or the highest ones, that may be shown. `choices`: all units that
    may be asked for.
    """

    as_of: dt.date
    until: int
    turnover: float
    threshold: int
    holders: int
    unknown: int
    suppressed: bool
    estimated: bool
    periods: tuple[Period, ...]
    covered: tuple[UnitRow, ...]
    not_shown: tuple[UnitRow, ...]
    units: tuple[UnitForecast, ...]
    choices: tuple[UnitRow, ...]

    @property
    def last(self) -> Period | None:
        """The period with the end of the outlook."""
        return self.periods[-1] if self.periods else None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _House:
    """Units in the order of their names, with the grouped people of the whole organisation."""

    quarter: Quarter
    threshold: int
    units: tuple[UnitRow, ...]
    staff: GroupedStaff

    @property
    def places(self) -> dict[UUID, int]:
        return {unit.id: place for place, unit in enumerate(self.units)}

    def forecast(self, weights: FloatArray, *, turnover: float) -> HoldingsForecast:
        return forecast_holdings(
            self.staff.horizons,
            as_of=self.quarter,
            until=last_year(self.quarter),
            turnover=turnover,
            persons=weights,
        )


def until_years(as_of: dt.date) -> range:
    """The years with which an outlook may end."""
    return range(as_of.year + 1, last_year(Quarter.from_date(as_of)) + 1)


def organisation_forecast(
    *,
    actor: Actor,
    as_of: dt.date,
    until: int,
    unit_ids: Iterable[UUID] | None = None,
    turnover: float = 0.0,
    threshold: int | None = None,
) -> OrganisationForecast:
    """Exits of the organisation, or of some units with all below them.

    `unit_ids` None: all the actor may see. A person counts once: in the unit of the largest share, with the latest
    exit of all holdings. `as_of`: screens give today; letting people choose it would let them compare two days.
    `threshold`: the organisation's, from a caller who knows it already (then it is not asked for); never below 5.
    Raises PermissionRefused; NotFound for a unit that is not there or not the actor's; ValueError for a year
    outside `until_years` or a turnover outside 0 … 1.
    """
    permissions.require(actor, "foresight.forecast.view")
    if until not in until_years(as_of):
        raise ValueError(f"the outlook does not end in {until}")
    house = _load(
        as_of, threshold=group_threshold() if threshold is None else max(threshold, LOWEST_THRESHOLD)
    )
    chosen = _chosen(actor, house, None if unit_ids is None else frozenset(unit_ids))
    places = house.places
    shown = [unit for unit in chosen or () if places[unit.id] in house.staff.units]
    weights = (
        house.staff.weights(None)
        if chosen is None
        else sum((house.staff.weights(places[unit.id]) for unit in shown), np.zeros(len(house.staff.columns)))
    )
    found = house.forecast(weights, turnover=turnover)
    bound = actor.unit_ids(*VIEWERS)
    return OrganisationForecast(
        as_of=as_of,
        until=until,
        turnover=turnover,
        threshold=house.threshold,
        holders=round(float(weights.sum())),
        unknown=round(found.unknown),
        suppressed=not weights.any(),
        estimated=chosen is not None,
        periods=_periods(house, found, until=until),
        covered=tuple(shown),
        not_shown=tuple(unit for unit in chosen or () if unit not in shown),
        units=_unit_lines(house, shown if chosen is not None else None, until=until, turnover=turnover),
        choices=tuple(
            unit
            for place, unit in enumerate(house.units)
            if place in house.staff.units and (bound is None or not bound.isdisjoint(unit.ancestor_ids))
        ),
    )


# --- what is asked for --------------------------------------------------------------------------------------


def _chosen(actor: Actor, house: _House, unit_ids: frozenset[UUID] | None) -> tuple[UnitRow, ...] | None:
    """The units asked for, without those below another one of them; None for the whole house."""
    bound = actor.unit_ids(*VIEWERS)
    if unit_ids is None:
        if bound is None:
            return None
        unit_ids = bound & frozenset(house.places)
    by_id = {unit.id: unit for unit in house.units}
    for unit_id in unit_ids:
        unit = by_id.get(unit_id)
        if unit is None or (bound is not None and bound.isdisjoint(unit.ancestor_ids)):
            raise NotFound
    return tuple(
        unit for unit in house.units if unit.id in unit_ids and unit_ids.isdisjoint(unit.ancestor_ids[:-1])
    )


def _unit_lines(
    house: _House, within: Sequence[UnitRow] | None, *, until: int, turnover: float
) -> tuple[UnitForecast, ...]:
    """The units directly below those given, or the highest ones, as far as they may be shown."""
    parents = {None} if within is None else {unit.id for unit in within}
    lines = []
    for place, unit in enumerate(house.units):
        parent = unit.ancestor_ids[-2] if len(unit.ancestor_ids) > 1 else None
        if parent in parents and place in house.staff.units:
            weights = house.staff.weights(place)
            found = house.forecast(weights, turnover=turnover)
            periods = _periods(house, found, until=until)
            last = (
                periods[-1]
                if periods and any(each.cumulative for each in periods[-1].figures.values())
                else None
            )
            lines.append(
                UnitForecast(
                    unit=unit,
                    holders=round(float(weights.sum())),
                    last_year=last.last_year if last else None,
                    exits={
                        scenario: last.figures[scenario].cumulative if last else None for scenario in Scenario
                    },
                )
            )
    return tuple(lines)


def _periods(house: _House, found: HoldingsForecast, *, until: int) -> tuple[Period, ...]:
    if not found.known:
        return ()
    return in_periods(found.forecast, total=found.known, threshold=house.threshold, until=until)


# --- reading ------------------------------------------------------------------------------------------------


def _load(as_of: dt.date, *, threshold: int) -> _House:
    """Units and people of the active organisation on a day. Two queries."""
    units = tuple(
        UnitRow(id=key, code=code, name=name, ancestor_ids=tuple(path))
        for key, code, name, path in Unit.objects.order_by("sort_key", "id").values_list(
            "id", "code", "name", "ancestor_ids"
        )
    )
    places = {unit.id: place for place, unit in enumerate(units)}
    quarter = Quarter.from_date(as_of)
    return _House(
        quarter=quarter,
        threshold=threshold,
        units=units,
        staff=group_staff(_staff(as_of, quarter, units, places), threshold=threshold),
    )


def _staff(as_of: dt.date, quarter: Quarter, units: Sequence[UnitRow], places: dict[UUID, int]) -> Staff:
    """One entry per person: of several holdings the largest names the unit, the latest exit counts."""
    rows = list(
        Holding.objects.filter(
            Q(starts_on=None) | Q(starts_on__lte=as_of),
            Q(ends_on=None) | Q(ends_on__gte=as_of),
            Q(position__ended_on=None) | Q(position__ended_on__gt=as_of),
            Q(person__ended_on=None) | Q(person__ended_on__gt=as_of),
        )
        .order_by("person_id", F("share").desc(), "position__sort_key", "id")
        .values_list("person_id", "position__unit_id", "exit_quarter", "exit_band", "exit_fixed")
    )
    horizons = Horizons.from_entries(
        as_of=quarter,
        exit_quarter=[NO_QUARTER if row[2] is None else row[2] for row in rows],
        exit_band=[row[3] for row in rows],
        fixed=[row[4] for row in rows],
    )
    person = np.array([row[0].int % (1 << 63) for row in rows], dtype=np.int64)
    starts = (
        np.flatnonzero(np.concatenate([[True], person[1:] != person[:-1]])) if rows else np.array([], int)
    )
    # Largest last quarter, then first quarter; a fixed exit before one that is not.
    rank = np.lexsort((horizons.fixed, horizons.first, horizons.last))
    ordinal = np.empty(len(rows), dtype=np.int64)
    ordinal[rank] = np.arange(len(rows))
    latest = rank[np.maximum.reduceat(ordinal, starts)] if rows else starts
    return Staff(
        as_of=quarter,
        first=horizons.first[latest],
        last=horizons.last[latest],
        fixed=horizons.fixed[latest],
        unit=np.array([places[rows[start][1]] for start in starts.tolist()], dtype=np.int64),
        parents=tuple(
            places[unit.ancestor_ids[-2]] if len(unit.ancestor_ids) > 1 else None for unit in units
        ),
    )
