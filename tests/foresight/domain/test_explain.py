"""The inputs behind the figure of a task."""

import numpy as np
import pytest

from staffelstab.foresight.domain.exits import NEVER, Horizons, Scenario
from staffelstab.foresight.domain.explain import Explanation, HolderOutlook, RatingSource, Stay, explain
from staffelstab.foresight.domain.register import Ratings, Register
from staffelstab.foresight.domain.risk import assess

RATINGS = Ratings(
    position_risk=np.array([5, 0, 0]),
    criticality=np.array([1, 4, 0]),
    documentation=np.array([0.5, 0.0, 0.0]),
)


def register() -> Register:
    """Task 0: person 30 until quarter 8, deputy 31 in the band 4 … 11; task 1: person 32, unknown; task 2: nobody."""
    return Register.from_rows(
        task_count=3,
        task=[0, 0, 1],
        person=[30, 31, 32],
        responsible=[True, False, True],
        ready_deputy=[False, True, False],
        holding=[0, 1, 2],
        horizons=Horizons(
            first=np.array([8, 4, NEVER]), last=np.array([8, 11, NEVER]), fixed=np.array([True, False, False])
        ),
    )


def explained(task: int, quarter: int | None = None, scenario: Scenario = Scenario.REGULAR) -> Explanation:
    built = register()
    assessment = assess(built, RATINGS, turnover=0.0, scenario=scenario)
    return explain(built, RATINGS, assessment, task=task, quarter=quarter)


def test_explanation_speaks_of_the_red_quarter() -> None:
    # At the end of quarter 8 person 30 is gone; of the band 4 … 11 five of eight quarters are over: 3/8 = 0.375.
    assert explained(0) == Explanation(
        task=0,
        quarter=8,
        p_none=0.625,
        expected=0.375,
        red_quarter=8,
        act_by=1,
        holders=(
            HolderOutlook(
                person=30, responsible=True, ready_deputy=False, first=8, last=8, stay=Stay.GONE, presence=0.0
            ),
            HolderOutlook(
                person=31,
                responsible=False,
                ready_deputy=True,
                first=4,
                last=11,
                stay=Stay.LEAVING,
                presence=0.375,
            ),
        ),
        position_risk=5,
        position_risk_source=RatingSource.ENTERED,
        exit_risk=4,
        documentation=0.5,
        deputy_depth=0.5,
        # 5 · 4 · (1 − 0.25 − 0.15)
        rest_risk=pytest.approx(12.0),
    )
    assert explained(0).is_red


def test_explanation_of_another_quarter_counts_who_stays() -> None:
    explanation = explained(0, quarter=7)
    assert [holder.stay for holder in explanation.holders] == [Stay.STAYING, Stay.LEAVING]
    assert [explanation.count(stay) for stay in (Stay.GONE, Stay.LEAVING, Stay.STAYING)] == [0, 1, 1]
    assert not explanation.is_red
    assert explained(0, quarter=3).count(Stay.STAYING) == 2
    assert explained(0, quarter=10).count(Stay.LEAVING) == 1
    assert explained(0, quarter=11).count(Stay.GONE) == 2


def test_explanation_follows_the_scenario() -> None:
    holders = explained(0, quarter=0, scenario=Scenario.EARLY).holders
    assert [(holder.first, holder.last) for holder in holders] == [(8, 8), (0, 3)]


def test_explanation_of_a_task_that_is_not_red_speaks_of_the_end() -> None:
    explanation = explained(1)
    assert (explanation.quarter, explanation.red_quarter, explanation.act_by) == (59, None, None)
    assert (explanation.holders[0].first, explanation.holders[0].last) == (None, None)
    assert explanation.count(Stay.STAYING) == 1
    assert explanation.position_risk_source == RatingSource.CRITICALITY
    assert not explanation.is_red


def test_explanation_of_a_task_without_holders_has_none() -> None:
    explanation = explained(2)
    assert (explanation.quarter, explanation.p_none, explanation.holders) == (0, 1.0, ())
    assert (explanation.position_risk, explanation.position_risk_source) == (3, RatingSource.DEFAULT)


def test_explanation_takes_the_lowest_rating_for_entered() -> None:
    built = register()
    ratings = Ratings(
        position_risk=np.array([1, 0, 0]), criticality=np.array([5, 1, 0]), documentation=np.zeros(3)
    )
    assessment = assess(built, ratings)
    found = [explain(built, ratings, assessment, task=task) for task in range(3)]
    assert [(each.position_risk, each.position_risk_source) for each in found] == [
        (1, RatingSource.ENTERED),
        (1, RatingSource.CRITICALITY),
        (3, RatingSource.DEFAULT),
    ]


@pytest.mark.parametrize(("task", "quarter"), [(-1, None), (3, None), (0, -1), (0, 60)])
def test_explanation_of_what_does_not_exist_is_refused(task: int, quarter: int | None) -> None:
    with pytest.raises(IndexError, match="there is no"):
        explained(task, quarter)
