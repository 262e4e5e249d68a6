"""Who holds which task, as arrays: the input of the risk kernel."""

import dataclasses
from typing import Final

import numpy as np
import numpy.typing as npt

from staffelstab.foresight.domain.exits import FloatArray, Horizons, IntArray

RESPONSIBLE: Final = 1
READY_DEPUTY: Final = 2

DEFAULT_POSITION_RISK: Final = 3


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The holders of each task: distinct persons who are responsible or a ready deputy today.

    `offsets`: shape (tasks + 1,); the holders of task t are the rows `offsets[t]` … `offsets[t + 1] − 1` of
    the other arrays. `person`: the number the caller gave; `role`: `RESPONSIBLE`, `READY_DEPUTY` or both
    added; `horizon`: number in `horizons`, which holds each horizon once.

    `answer_offsets`, `answer_horizon`: the same for the holdings of responsible positions, each by itself: a person
    who stays through another position ends the answer of this one all the same.
    """

    horizons: Horizons
    offsets: IntArray
    person: IntArray
    role: IntArray
    horizon: IntArray
    answer_offsets: IntArray
    answer_horizon: IntArray

    @property
    def task_count(self) -> int:
        return len(self.offsets) - 1

    @classmethod
    def from_rows(
        cls,
        *,
        task_count: int,
        task: npt.ArrayLike,
        person: npt.ArrayLike,
        responsible: npt.ArrayLike,
        ready_deputy: npt.ArrayLike,
        holding: npt.ArrayLike,
        horizons: Horizons,
    ) -> "Register":
        """Build from one row per task and current holding of a position, in any order.

        `task`: 0 … `task_count` − 1; `person`: any numbers ≥ 0, equal for the same person; `responsible`,
        `ready_deputy`: what the position is for the task, rows with neither are left out; `holding`: the
        row's place in `horizons`, which may repeat itself. Vacant positions and ended holdings give no row.

        A person who reaches a task through several rows is one holder with all roles of these rows, present
        while any of the holdings lasts: the later exit counts. ValueError when arrays differ in length or
        numbers are out of range.
        """
        tasks, persons, holdings = (np.asarray(values, dtype=np.int64) for values in (task, person, holding))
        deputies = np.asarray(ready_deputy, dtype=np.bool_)
        roles = np.asarray(responsible, dtype=np.bool_) * np.uint8(RESPONSIBLE)
        if not len(tasks) == len(persons) == len(holdings) == len(deputies) == len(roles):
            raise ValueError("the columns differ in length")
        roles = roles + deputies * np.uint8(READY_DEPUTY)
        _check_range("task", tasks, task_count)
        _check_range("holding", holdings, len(horizons.first))
        _check_range("person", persons, np.iinfo(np.int32).max)
        distinct, number = horizons.distinct()

        holds = roles > 0
        if not holds.all():
            tasks, persons, holdings, roles = tasks[holds], persons[holds], holdings[holds], roles[holds]
        pair = (tasks << 31) | persons
        if np.any(pair[1:] < pair[:-1]):
            order = np.argsort(pair)
            pair, holdings, roles = pair[order], holdings[order], roles[order]
        row_horizon = number[holdings]
        tasks_begin = np.arange(task_count + 1, dtype=np.int64) << 31
        answers = (roles & RESPONSIBLE) != 0
        answer_offsets, answer_horizon = np.searchsorted(pair[answers], tasks_begin), row_horizon[answers]
        begins = np.flatnonzero(np.r_[True, pair[1:] != pair[:-1]][: len(pair)])
        if len(begins) < len(pair):
            roles = np.bitwise_or.reduceat(roles, begins)
            distinct, row_horizon = _latest(distinct, row_horizon, begins)
            pair = pair[begins]
        return cls(
            horizons=distinct,
            offsets=np.searchsorted(pair, tasks_begin),
            person=(pair & (2**31 - 1)).astype(np.int32),
            role=roles,
            horizon=row_horizon,
            answer_offsets=answer_offsets,
            answer_horizon=answer_horizon,
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """What people entered about each task; all of shape (tasks,).

    `position_risk`, `criticality`: 1 … 5, 0 where nothing is entered; `documentation`: share 0 … 1 of the
    task page that is filled in and valid.
    """

    position_risk: IntArray
    criticality: IntArray
    documentation: FloatArray

    def __post_init__(self) -> None:
        if not len(self.position_risk) == len(self.criticality) == len(self.documentation):
            raise ValueError("position risk, criticality and documentation differ in length")
        for name, values in (("position risk", self.position_risk), ("criticality", self.criticality)):
            if np.any((values < 0) | (values > 5)):
                raise ValueError(f"a {name} is 1 to 5, or 0 where none is entered")
        if not np.all((self.documentation >= 0) & (self.documentation <= 1)):
            raise ValueError("a documentation is a share between 0 and 1")

    def effective_position_risk(self) -> IntArray:
        """As entered, else the criticality, else 3."""
        fallback = np.where(self.criticality > 0, self.criticality, DEFAULT_POSITION_RISK)
        return np.where(self.position_risk > 0, self.position_risk, fallback)


def _check_range(name: str, values: IntArray, end: int) -> None:
    if len(values) and not (values.min() >= 0 and values.max() < end):
        raise ValueError(f"a {name} number lies outside 0 to {end - 1}")


def _latest(horizons: Horizons, row_horizon: IntArray, begins: IntArray) -> tuple[Horizons, IntArray]:
    """Join the horizons of each group of rows into the latest one, appending compounds where they differ.

    The loop runs over the rank of a row in its group: as often as the busiest person has holdings for one
    task.
    """
    sizes = np.diff(np.r_[begins, len(row_horizon)])
    joined = row_horizon[begins]
    rounds: list[IntArray] = []
    count = len(horizons)
    for rank in range(1, int(sizes.max())):
        groups = np.flatnonzero(sizes > rank)
        other = row_horizon[begins[groups] + rank]
        groups, other = groups[joined[groups] != other], other[joined[groups] != other]
        pairs, pair_of_group = np.unique(joined[groups].astype(np.int64) * count + other, return_inverse=True)
        if len(pairs):
            rounds.append(np.stack([pairs // count, pairs % count], axis=1))
            joined[groups] = count + pair_of_group
            count += len(pairs)
    return dataclasses.replace(horizons, latest=tuple(rounds)), joined
