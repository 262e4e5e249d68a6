"""The inputs behind the figure of one task. Sentences are composed from them where the language is known."""

import dataclasses
import enum

from staffelstab.foresight.domain.exits import NEVER, QUARTERS
from staffelstab.foresight.domain.register import READY_DEPUTY, RESPONSIBLE, Ratings, Register
from staffelstab.foresight.domain.risk import NOT_RED, Assessment


class RatingSource(enum.StrEnum):
    """Where a position risk comes from."""

    ENTERED = "entered"
    CRITICALITY = "criticality"
    DEFAULT = "default"


class Stay(enum.StrEnum):
    """What the exit horizon of a holder says about a quarter; turnover comes on top."""

    GONE = "gone"
    LEAVING = "leaving"  # within the span of the band
    STAYING = "staying"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HolderOutlook:
    """One holder at the quarter explained.

    `first`, `last`: the exit in the scenario, None when unknown; equal for a known quarter. `presence`:
    probability to be present at the end of the quarter.
    """

    person: int
    responsible: bool
    ready_deputy: bool
    first: int | None
    last: int | None
    stay: Stay
    presence: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a task has its figure: what holds at `quarter`, and the factors of the score.

    `quarter`, `red_quarter`, `act_by`: quarters from the as-of quarter, the last two None when the task is
    not red. Without damping the score is `position_risk` × `exit_risk`.
    """

    task: int
    quarter: int
    p_none: float
    expected: float
    red_quarter: int | None
    act_by: int | None
    holders: tuple[HolderOutlook, ...]
    position_risk: int
    position_risk_source: RatingSource
    exit_risk: int
    documentation: float
    deputy_depth: float
    rest_risk: float

    @property
    def is_red(self) -> bool:
        """Whether the task is red at the quarter explained."""
        return self.red_quarter is not None and self.red_quarter <= self.quarter

    def count(self, stay: Stay) -> int:
        """Holders of whom this is true."""
        return sum(holder.stay == stay for holder in self.holders)


def explain(
    register: Register, ratings: Ratings, assessment: Assessment, *, task: int, quarter: int | None = None
) -> Explanation:
    """Explain a task at a quarter; by default at the one it turns red, or at the last one when it does not.

    `assessment` is that of the same register and ratings. IndexError when there is no such task or quarter.
    """
    if not 0 <= task < register.task_count:
        raise IndexError(f"there is no task {task}")
    red_quarter = _quarter_or_none(int(assessment.red_quarter[task]))
    if quarter is None:
        quarter = QUARTERS - 1 if red_quarter is None else red_quarter
    if not 0 <= quarter < QUARTERS:
        raise IndexError(f"there is no quarter {quarter}")
    return Explanation(
        task=task,
        quarter=quarter,
        p_none=float(assessment.p_none[task, quarter]),
        expected=float(assessment.expected[task, quarter]),
        red_quarter=red_quarter,
        act_by=_quarter_or_none(int(assessment.act_by[task])),
        holders=_holders(register, assessment, task, quarter),
        position_risk=int(assessment.position_risk[task]),
        position_risk_source=_source(ratings, task),
        exit_risk=int(assessment.exit_risk[task]),
        documentation=float(ratings.documentation[task]),
        deputy_depth=float(assessment.deputy_depth[task]),
        rest_risk=float(assessment.rest_risk[task]),
    )


def _holders(
    register: Register, assessment: Assessment, task: int, quarter: int
) -> tuple[HolderOutlook, ...]:
    rows = slice(int(register.offsets[task]), int(register.offsets[task + 1]))
    first, last = register.horizons.span(assessment.scenario)
    presence = register.horizons.presence(turnover=assessment.turnover, scenario=assessment.scenario)[
        :, quarter
    ]
    horizon = register.horizon[rows]
    columns = (register.person[rows], register.role[rows], first[horizon], last[horizon], presence[horizon])
    return tuple(
        HolderOutlook(
            person=person,
            responsible=bool(role & RESPONSIBLE),
            ready_deputy=bool(role & READY_DEPUTY),
            first=None if begin == NEVER else begin,
            last=None if end == NEVER else end,
            stay=Stay.STAYING if quarter < begin else Stay.LEAVING if quarter < end else Stay.GONE,
            presence=probability,
        )
        for person, role, begin, end, probability in zip(
            *(column.tolist() for column in columns), strict=True
        )
    )


def _source(ratings: Ratings, task: int) -> RatingSource:
    if ratings.position_risk[task] > 0:
        return RatingSource.ENTERED
    return RatingSource.CRITICALITY if ratings.criticality[task] > 0 else RatingSource.DEFAULT


def _quarter_or_none(quarter: int) -> int | None:
    return None if quarter == NOT_RED else quarter
