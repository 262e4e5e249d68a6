"""The risk kernel: when a task loses its knowledge, and how badly.

Every figure is computed with the formulas that the screen shows; NumPy does the loops, over tasks in blocks
that stay in the processor's cache.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from staffelstab.foresight.domain.exits import DEFAULT_TURNOVER, QUARTERS, FloatArray, IntArray, Scenario
from staffelstab.foresight.domain.register import READY_DEPUTY, Ratings, Register

RED_FROM: Final = 0.5
"""P_none from which on a task is red."""

DEFAULT_LEAD: Final = 7
"""Quarters before the red one in which to act: a handover takes 18 to 24 months."""

NOT_RED: Final = -1
"""Stands for "no such quarter" in `red_quarter` and `act_by`."""

LARGE_QUARTERS: Final = (4, 8, 12, 20)
"""Quarters reported at country size: in one, two, three and five years."""

EXIT_RISK_LIMITS: Final = (4, 8, 16, 24)
"""Earliest exit up to this quarter → exit risk 5, 4, 3, 2; later or unknown: 1."""

DOCUMENTATION_WEIGHT: Final = 0.5
DEPUTY_WEIGHT: Final = 0.3

_BLOCK: Final = 1 << 14  # tasks; the arrays of a block stay in the processor's second-level cache


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How each task's knowledge fades.

    `quarters`: the k quarters reported, ascending; `p_none`, `expected`: shape (tasks, k), probability that
    no holder is left and expected number of holders at the end of the quarter; `red_quarter`: first quarter
    of 0 … 59 with p_none ≥ 0.5, `act_by`: the quarter by which to act, both of shape (tasks,) and `NOT_RED`
    where the task is not red by quarter 59. `turnover`, `scenario`, `lead`: what it was computed with.
    """

    turnover: float
    scenario: Scenario
    lead: int
    quarters: tuple[int, ...]
    p_none: FloatArray
    expected: FloatArray
    red_quarter: IntArray
    act_by: IntArray


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Assessment(Outlook):
    """The outlook for all 60 quarters with the scores, each of shape (tasks,).

    `position_risk`, `exit_risk`: 1 … 5; `deputy_depth`: 0, 0.5 or 1; `rest_risk`: 1 … 25.
    """

    position_risk: IntArray
    exit_risk: IntArray
    deputy_depth: FloatArray
    rest_risk: FloatArray


def assess(
    register: Register,
    ratings: Ratings,
    *,
    turnover: float = DEFAULT_TURNOVER,
    scenario: Scenario = Scenario.REGULAR,
    lead: int = DEFAULT_LEAD,
) -> Assessment:
    """Everything about each task of an organisation, in about 1 kB per task; beyond that see `assess_large`."""
    if len(ratings.position_risk) != register.task_count:
        raise ValueError(
            f"there are ratings of {len(ratings.position_risk)} tasks, but {register.task_count} tasks"
        )
    outlook = assess_large(
        register, turnover=turnover, scenario=scenario, lead=lead, quarters=range(QUARTERS)
    )
    position_risk = ratings.effective_position_risk()
    exit_risk = _exit_risk(register, scenario)
    deputy_depth = _deputy_depth(register)
    damping = 1 - DOCUMENTATION_WEIGHT * ratings.documentation - DEPUTY_WEIGHT * deputy_depth
    return Assessment(
        turnover=turnover,
        scenario=scenario,
        lead=lead,
        quarters=outlook.quarters,
        p_none=outlook.p_none,
        expected=outlook.expected,
        red_quarter=outlook.red_quarter,
        act_by=outlook.act_by,
        position_risk=position_risk,
        exit_risk=exit_risk,
        deputy_depth=deputy_depth,
        rest_risk=np.maximum(1.0, position_risk * exit_risk * damping),
    )


def assess_large(
    register: Register,
    *,
    turnover: float = DEFAULT_TURNOVER,
    scenario: Scenario = Scenario.REGULAR,
    lead: int = DEFAULT_LEAD,
    quarters: Sequence[int] = LARGE_QUARTERS,
    block: int = _BLOCK,
) -> Outlook:
    """The outlook at some quarters (ascending, 0 … 59) for any number of tasks, `block` tasks at a time."""
    chosen = tuple(quarters)
    if not chosen or list(chosen) != sorted(set(chosen)) or chosen[0] < 0 or chosen[-1] >= QUARTERS:
        raise ValueError(f"quarters are ascending numbers within 0 to {QUARTERS - 1}, not {chosen}")
    if lead < 0:
        raise ValueError(f"the lead is a number of quarters from 0 on, not {lead}")
    if block < 1:
        raise ValueError(f"a block has at least one task, not {block}")
    # One row per quarter, so that the values a pass looks up lie side by side.
    present = np.ascontiguousarray(register.horizons.presence(turnover=turnover, scenario=scenario).T)
    absent = 1 - present
    shape = (len(chosen), register.task_count)
    p_none, expected = np.ones(shape), np.zeros(shape)
    red_quarter = np.zeros(register.task_count, dtype=np.int16)
    # The last quarter is always looked at: it settles the many tasks that are never red without a search.
    probed = tuple(sorted({*chosen, QUARTERS - 1}))
    for tasks, horizon, starts in _blocks(register, block):
        levels = np.empty((len(probed), len(tasks)))
        for row, quarter in enumerate(probed):
            levels[row] = np.multiply.reduceat(absent[quarter].take(horizon), starts)
        for row, quarter in enumerate(chosen):
            p_none[row, tasks] = levels[row]
            expected[row, tasks] = np.add.reduceat(present[quarter].take(horizon), starts)
        red_quarter[tasks] = _first_red(levels, probed, absent, horizon, starts)
    red_quarter[red_quarter == QUARTERS] = NOT_RED
    act_by = np.where(red_quarter == NOT_RED, NOT_RED, np.maximum(red_quarter - lead, 0)).astype(np.int16)
    return Outlook(
        turnover=turnover,
        scenario=scenario,
        lead=lead,
        quarters=chosen,
        p_none=p_none.T,
        expected=expected.T,
        red_quarter=red_quarter,
        act_by=act_by,
    )


def _blocks(register: Register, size: int) -> Iterator[tuple[IntArray, IntArray, IntArray]]:
    """Tasks that have holders, the horizons of these, and where each task's begin among them; block by block.

    A task without holders appears in none: `reduceat` has no empty groups.
    """
    for begin in range(0, register.task_count, size):
        offsets = register.offsets[begin : begin + size + 1]
        tasks = np.flatnonzero(np.diff(offsets))
        if len(tasks):
            horizon = register.horizon[offsets[0] : offsets[-1]].astype(np.intp)
            yield begin + tasks, horizon, offsets[tasks] - offsets[0]


def _first_red(
    levels: FloatArray, quarters: tuple[int, ...], absent: FloatArray, horizon: IntArray, starts: IntArray
) -> IntArray:
    """First red quarter of each task of a block, `QUARTERS` for none.

    P_none never falls, so the levels already known enclose the quarter and bisection finds it: a task is not
    red at `low` and red at `high`.
    """
    not_red_at = (levels < RED_FROM).sum(axis=0)
    low = np.array([-1, *quarters])[not_red_at]
    high = np.array([*quarters, QUARTERS])[not_red_at]
    searched = high - low > 1
    open_ = np.flatnonzero(searched)
    if not len(open_):
        return high
    sizes = np.diff(np.r_[starts, len(horizon)])
    horizon = horizon[np.repeat(searched, sizes)]
    sizes = sizes[open_]
    task_of_row = np.repeat(np.arange(len(open_)), sizes)
    starts = np.cumsum(sizes) - sizes
    lower, upper = low[open_], high[open_]
    flat = absent.ravel()
    horizon_count = absent.shape[1]
    while np.any(upper - lower > 1):
        # An enclosed task keeps its bounds: its middle is `lower`, or 0 where it is red at once.
        middle = np.maximum((lower + upper) // 2, 0)
        p_none = np.multiply.reduceat(flat.take((middle * horizon_count)[task_of_row] + horizon), starts)
        red = p_none >= RED_FROM
        upper = np.where(red, middle, upper)
        lower = np.where(red, lower, middle)
    high[open_] = upper
    return high


def _exit_risk(register: Register, scenario: Scenario) -> IntArray:
    """1 … 5 from the earliest exit among the responsible holders (a band: its first quarter); 5 without any.

    Exits belong to holdings: of a person on two responsible positions the earlier counts, and a deputy's later exit
    does not put it off.
    """
    first, _ = register.horizons.span(scenario)
    risk_of_holding = 5 - np.searchsorted(EXIT_RISK_LIMITS, first[register.answer_horizon])
    risk = np.full(register.task_count, 5)
    filled = np.flatnonzero(np.diff(register.answer_offsets))
    if len(filled):
        risk[filled] = np.maximum.reduceat(risk_of_holding, register.answer_offsets[filled])
    return risk


def _deputy_depth(register: Register) -> FloatArray:
    """0, 0.5, 1 for no, one, two or more persons who are ready deputies."""
    counted = np.r_[0, np.cumsum((register.role & READY_DEPUTY) != 0)]
    deputies: IntArray = np.diff(counted[register.offsets])
    depth: FloatArray = np.minimum(deputies, 2) / 2
    return depth
