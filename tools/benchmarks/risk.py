"""Knowledge risk at country size, measured against one NumPy pass over the same arrays in the same run.

The register is random but has the size of the German public service: 5.3 million people, 10.6 million
responsibilities, 5 million tasks, with known exit quarters, bands and unknown exits. Prints one JSON object:
seconds, ratio, peak memory in MiB (of the whole process, inputs included), and the largest difference from
the naive formula on a sample.
"""

import argparse
import json
import math
import resource
import sys
import time
from collections.abc import Callable

import numpy as np

from staffelstab.foresight.domain.exits import (
    BAND_QUARTERS,
    DEFAULT_TURNOVER,
    NO_QUARTER,
    QUARTERS,
    FloatArray,
    Horizons,
    Scenario,
)
from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.domain.register import Register
from staffelstab.foresight.domain.risk import LARGE_QUARTERS, NOT_RED, RED_FROM, Outlook, assess_large

AS_OF = Quarter(year=2026, quarter=4)


def timed[T](work: Callable[[], T]) -> tuple[float, T]:
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def random_horizons(holders: int, rng: np.random.Generator) -> Horizons:
    """45 % known quarters, 30 % bands, 25 % unknown; every tenth exit fixed."""
    names = np.array([*BAND_QUARTERS][:5])
    kind = rng.random(holders)
    band = np.where(kind < 0.75, names[rng.integers(0, 5, holders)], "unknown")
    return Horizons.from_entries(
        as_of=AS_OF,
        exit_quarter=np.where(kind < 0.45, AS_OF.index + rng.integers(0, 140, holders), NO_QUARTER),
        exit_band=np.where(kind < 0.45, "", band),
        fixed=rng.random(holders) < 0.1,
    )


def random_register(*, tasks: int, rows: int, holders: int, rng: np.random.Generator) -> Register:
    """Responsibilities spread over the tasks at random: some tasks have none, most one to three."""
    return Register.from_rows(
        task_count=tasks,
        task=np.sort(rng.integers(0, tasks, rows, dtype=np.int32)),
        person=rng.integers(0, holders, rows, dtype=np.int32),
        responsible=rng.random(rows) < 0.6,
        ready_deputy=np.ones(rows, dtype=np.bool_),
        holding=rng.integers(0, holders, rows, dtype=np.int32),
        horizons=random_horizons(holders, rng),
    )


def one_pass(register: Register, table: FloatArray, starts: np.ndarray, quarter: int) -> FloatArray:
    """The yardstick: look up one value per responsibility and add them up per task."""
    return np.add.reduceat(table[:, quarter][register.horizon], starts)


def largest_difference(register: Register, outlook: Outlook, table: FloatArray, sample: np.ndarray) -> float:
    """Against the formula in plain Python; infinite where a red quarter differs."""
    worst = 0.0
    for task in sample.tolist():
        horizons = register.horizon[register.offsets[task] : register.offsets[task + 1]]
        presence = [table[number].tolist() for number in horizons.tolist()]
        p_none = [math.prod(1 - curve[quarter] for curve in presence) for quarter in range(QUARTERS)]
        red = next((quarter for quarter, value in enumerate(p_none) if value >= RED_FROM), NOT_RED)
        if red != outlook.red_quarter[task]:
            return math.inf
        for column, quarter in enumerate(outlook.quarters):
            expected = math.fsum(curve[quarter] for curve in presence)
            worst = max(
                worst,
                abs(p_none[quarter] - float(outlook.p_none[task, column])),
                abs(expected - float(outlook.expected[task, column])),
            )
    return worst


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=5_000_000)
    parser.add_argument("--rows", type=int, default=10_600_000)
    parser.add_argument("--holders", type=int, default=5_300_000)
    parser.add_argument("--repeat", type=int, default=3, help="the fastest run counts")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(options.seed)

    build_seconds, register = timed(
        lambda: random_register(tasks=options.tasks, rows=options.rows, holders=options.holders, rng=rng)
    )
    table = register.horizons.presence(turnover=DEFAULT_TURNOVER, scenario=Scenario.REGULAR)
    starts = register.offsets[:-1][np.diff(register.offsets) > 0]
    pass_seconds, work_seconds = math.inf, math.inf
    for _ in range(options.repeat):
        seconds, _ = timed(lambda: one_pass(register, table, starts, 20))
        pass_seconds = min(pass_seconds, seconds)
        seconds, outlook = timed(lambda: assess_large(register, quarters=LARGE_QUARTERS))
        work_seconds = min(work_seconds, seconds)
    sample = rng.integers(0, options.tasks, 2_000)
    figures = {
        "tasks": options.tasks,
        "holders_of_tasks": len(register.horizon),
        "horizons": len(register.horizons),
        "red_within_outlook": int((outlook.red_quarter != NOT_RED).sum()),
        "build_seconds": round(build_seconds, 3),
        "pass_seconds": round(pass_seconds, 4),
        "work_seconds": round(work_seconds, 3),
        "ratio": round(work_seconds / pass_seconds, 1),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "largest_difference": largest_difference(register, outlook, table, sample),
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
