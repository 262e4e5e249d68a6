"""What a report says about numbers of people: rounded sums.

A report leaves the house and is made again and again, while people come and go. The forecast sees to it that on one
day no figure rests on fewer people than the threshold, whatever is subtracted (``forecast_groups``). Whoever subtracts
the reports of two days would still find the exit of the one person who has come or gone between them. Therefore exits
are cumulated from the first year on and each sum is rounded to a multiple of ``BASE``; the exits of a single year are
differences of these sums. So every sum and difference of published figures, also of two days, is itself 0 or a multiple
of ``BASE``: never the few people who differ.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Final

BASE: Final = 5
"""Official statistics in Germany round counts of persons to multiples of five for the same reason."""


def rounded(value: float) -> int:
    """The nearest multiple of `BASE`; halves go up. `value` ≥ 0."""
    return BASE * math.floor(value / BASE + 0.5)


def rounded_steps(cumulative: Sequence[float]) -> tuple[tuple[int, int], ...]:
    """For each sum since the beginning: (increase since the one before, sum), both multiples of `BASE`.

    ValueError where the sums fall: they count people who have left.
    """
    sums = [rounded(value) for value in cumulative]
    if any(later < earlier for earlier, later in itertools.pairwise(cumulative)):
        raise ValueError("sums of exits do not fall")
    return tuple((now - before, now) for before, now in itertools.pairwise([0, *sums]))
