"""Exit horizons of a house, made coarse so that no figure rests on fewer people than the group threshold.

People are put into groups once, for the whole house: the same group for every year, scenario and turnover. All
figures are computed from the sizes and spans of the groups, never from a person, so nothing finer than a group can
be won from any number of them. A group is a span of calendar years (for exact quarters) or of exit bands, with or
without exits that no scenario moves. `docs/architecture/forecast.md` has the argument.

Units get shares of groups on a ladder of coarser and coarser *blocks* of neighbouring groups. A unit stands on the
finest step on which it, and what remains of the unit above it without all units on the same or a finer step, has
nobody or at least the threshold in every block. Steps are nested, hence subtracting units from each other or from
the house leaves nobody or at least the threshold as well.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from staffelstab.foresight.domain.exits import BAND_QUARTERS, NEVER, BoolArray, FloatArray, Horizons, IntArray
from staffelstab.foresight.domain.quarters import Quarter

type Counts = npt.NDArray[np.int64]

_BANDS: Final = sorted({span for span in BAND_QUARTERS.values() if span[0] != NEVER})
_LATER_BANDS: Final = np.array([first for first, _last in _BANDS[1:]])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The people of a house on a day, one entry each: exit horizon as in `Horizons`, and `unit`, the unit's place.

    `parents`: for each unit the place of the one above it, None at the top.
    """

    as_of: Quarter
    first: IntArray
    last: IntArray
    fixed: BoolArray
    unit: IntArray
    parents: tuple[int | None, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People whose exits count as even from quarter `first` to `last` relative to the as-of quarter."""

    first: int
    last: int
    fixed: bool
    persons: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class UnitShare:
    """What is known of a unit: the number of its people in each block, and the step of the ladder."""

    step: int
    persons: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GroupedStaff:
    """All that figures may be computed from.

    `groups` in the order of time; `apart`: people whose exit is unknown or whose group would have been too small;
    `units`: place of the unit → share, only for units that may be shown. Without groups and nobody apart, the house
    as a whole is too small.
    """

    groups: tuple[Group, ...]
    apart: int
    units: Mapping[int, UnitShare]

    @property
    def persons(self) -> int:
        """Everybody counted."""
        return sum(group.persons for group in self.groups) + self.apart

    @property
    def horizons(self) -> Horizons:
        """One horizon per group, and as the last one the unknown exit of those apart."""
        return Horizons(
            first=np.array([*(group.first for group in self.groups), NEVER], dtype=np.int64),
            last=np.array([*(group.last for group in self.groups), NEVER], dtype=np.int64),
            fixed=np.array([*(group.fixed for group in self.groups), False], dtype=np.bool_),
        )

    @property
    def columns(self) -> Counts:
        """People of the house behind each of the `horizons`."""
        return np.array([*(group.persons for group in self.groups), self.apart], dtype=np.int64)

    def weights(self, unit: int | None) -> FloatArray:
        """Expected people of a unit behind each of the `horizons`; of the house for None. KeyError if not shown.

        Within a block a unit's people are taken to be spread over the groups as those of the whole house.
        """
        columns = self.columns.astype(np.float64)
        if unit is None:
            return columns
        share = self.units[unit]
        starts = block_starts(len(columns), share.step)
        sums = np.add.reduceat(columns, starts)
        sizes = np.diff([*starts, len(columns)])
        # in a block without anybody the unit has nobody either
        part = share.persons / np.maximum(sums, 1)
        weights: FloatArray = columns * np.repeat(part, sizes)
        return weights


def group_staff(staff: Staff, *, threshold: int) -> GroupedStaff:
    """Put the people of a house into groups of at least `threshold`, and its units onto the ladder."""
    if len(staff.first) < threshold:
        return GroupedStaff(groups=(), apart=0, units={})
    label = np.full(len(staff.first), -1)
    groups: list[Group] = []
    known = staff.last != NEVER
    if known.sum() >= threshold:
        for stratum in _strata(staff, known, threshold):
            for group, members in stratum.groups(staff.as_of, threshold):
                label[members] = len(groups)
                groups.append(group)
    order = sorted(
        range(len(groups)), key=lambda place: (groups[place].first, groups[place].last, groups[place].fixed)
    )
    apart = int((label < 0).sum())
    if 0 < apart < threshold:
        # The people without a known exit would stand alone: those who leave last keep them company.
        apart += groups[order.pop()].persons
    column = np.full(len(groups) + 1, len(order))
    column[order] = np.arange(len(order))
    counts = np.zeros((len(staff.parents), len(order) + 1), dtype=np.int64)
    np.add.at(counts, (staff.unit, column[label]), 1)
    return GroupedStaff(
        groups=tuple(groups[place] for place in order),
        apart=apart,
        units=_units(counts, staff.parents, threshold),
    )


# --- groups -------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Stratum:
    """People, by their places, whose horizons can be merged: all exact or all bands, all fixed or all free.

    `period`: calendar year, or place in `_BANDS`; `span`: first and last quarter of a range of periods.
    """

    members: IntArray
    period: IntArray
    fixed: bool
    exact: bool

    def groups(self, as_of: Quarter, threshold: int) -> list[tuple[Group, IntArray]]:
        """Neighbouring periods merged until each group has `threshold` people. There are at least so many."""
        periods, sizes = np.unique(self.period, return_counts=True)
        found = []
        for first, last in merged(sizes, lambda size: bool(size >= threshold)):
            inside = (self.period >= periods[first]) & (self.period <= periods[last])
            span = self._span(int(periods[first]), int(periods[last]), as_of)
            group = Group(first=span[0], last=span[1], fixed=self.fixed, persons=int(inside.sum()))
            found.append((group, self.members[inside]))
        return found

    def _span(self, first: int, last: int, as_of: Quarter) -> tuple[int, int]:
        if self.exact:
            return max(first * 4 - as_of.index, 0), last * 4 + 3 - as_of.index
        return _BANDS[first][0], _BANDS[last][1]


def _strata(staff: Staff, known: BoolArray, threshold: int) -> list[_Stratum]:
    """Fixed and free, exact and banded people apart; a part that is too small follows the other one."""
    fixed = _joined(staff.fixed, known, threshold)
    exact = staff.first == staff.last
    found = []
    for is_fixed in (False, True):
        inside = known & (fixed == is_fixed)
        if not inside.any():
            continue
        kind = _joined(exact, inside, threshold)
        for is_exact in (True, False):
            members = np.flatnonzero(inside & (kind == is_exact))
            if len(members):
                # a band that counts as exact stands in its middle
                middle = (staff.first[members] + staff.last[members]) // 2
                year = np.maximum(middle + staff.as_of.index, staff.as_of.index) // 4
                band = np.searchsorted(_LATER_BANDS, middle, side="right")
                found.append(
                    _Stratum(
                        members=members, period=year if is_exact else band, fixed=is_fixed, exact=is_exact
                    )
                )
    return found


def _joined(flag: BoolArray, among: BoolArray, threshold: int) -> BoolArray:
    """The flag, where the smaller side takes the value of the larger one if it has fewer than `threshold`."""
    yes = int((flag & among).sum())
    no = int(among.sum()) - yes
    if min(yes, no) >= threshold:
        return flag
    return np.full(len(flag), yes > no)


def merged[T: np.generic](
    sizes: npt.NDArray[T], fits: Callable[[npt.NDArray[T]], bool]
) -> list[tuple[int, int]]:
    """Neighbours joined, from the first on, until their sum fits: first and last place of each range.

    `sizes`: shape (n,) or (n, m). What is left at the end joins the ranges before it until it fits; if nothing
    fits, the whole is one range that does not.
    """
    ranges: list[tuple[int, int]] = []
    start = 0
    for place in range(len(sizes)):
        if fits(sizes[start : place + 1].sum(axis=0)):
            ranges.append((start, place))
            start = place + 1
    if start < len(sizes):
        ranges.append((start, len(sizes) - 1))
    while len(ranges) > 1 and not fits(sizes[ranges[-1][0] :].sum(axis=0)):
        last, before = ranges.pop(), ranges.pop()
        ranges.append((before[0], last[1]))
    return ranges


# --- units --------------------------------------------------------------------------------------------------


def block_starts(columns: int, step: int) -> IntArray:
    """First column of each block on a step of the ladder: blocks of 1, 2, 4, … neighbouring columns."""
    return np.arange(0, columns, 2**step)


def _units(counts: Counts, parents: Sequence[int | None], threshold: int) -> dict[int, UnitShare]:
    """Which units may be shown, and on which step; from the top downwards, below a unit that is shown only."""
    children: dict[int | None, list[int]] = {}
    for unit, parent in enumerate(parents):
        children.setdefault(parent, []).append(unit)
    totals = _with_descendants(counts, children)
    shown: dict[int, UnitShare] = {}
    waiting: list[tuple[int | None, int, Counts]] = [(None, 0, counts.sum(axis=0))]
    while waiting:
        parent, step, whole = waiting.pop()
        below = {unit: totals[unit] for unit in children.get(parent, ())}
        for unit, its_step in _placed(below, whole, step, threshold).items():
            starts = block_starts(counts.shape[1], its_step)
            shown[unit] = UnitShare(
                step=its_step, persons=tuple(np.add.reduceat(totals[unit], starts).tolist())
            )
            waiting.append((unit, its_step, totals[unit]))
    return shown


def _with_descendants(counts: Counts, children: Mapping[int | None, Sequence[int]]) -> Counts:
    """People of each unit and all units below it, per column."""
    order = list(children[None])
    for unit in order:
        order.extend(children.get(unit, ()))
    totals = counts.copy()
    for unit in reversed(order):
        for child in children.get(unit, ()):
            totals[unit] += totals[child]
    return totals


def _placed(below: Mapping[int, Counts], whole: Counts, step: int, threshold: int) -> dict[int, int]:
    """The units directly below one that stands on `step` and has `whole` people: unit → its own step.

    A step with a single block tells nothing about exits and is not used.
    """
    placed: dict[int, int] = {}
    rest = whole.copy()
    current = step
    while len(starts := block_starts(len(whole), current)) > 1:

        def fits(persons: Counts, starts: IntArray = starts) -> bool:
            """Nobody or enough people in every block."""
            blocks = np.add.reduceat(persons, starts)
            return bool(np.all((blocks == 0) | (blocks >= threshold)))

        candidates = [
            unit for unit in below if unit not in placed and below[unit].any() and fits(below[unit])
        ]
        candidates.sort(key=lambda unit: (-int(below[unit].sum()), unit))
        while candidates and not fits(rest - sum(below[unit] for unit in candidates)):
            candidates.pop()
        for unit in candidates:
            placed[unit] = current
            rest = rest - below[unit]
        current += 1
    return placed
