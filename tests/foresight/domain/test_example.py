"""The example on the page of formulas, with the figures computed by hand."""

from __future__ import annotations

import pytest

from staffelstab.foresight.domain.example import Case, worked_example


def test_example_equals_the_formula() -> None:
    found = worked_example(turnover=0.04, lead=7)
    # In the sixth quarter half of the band lies behind: 1 − 0.96^1.5 × 0.5; a quarter earlier a fourth of it.
    assert (found.first, found.last, found.quarter) == (4, 7, 5)
    assert found.before == pytest.approx(1 - 0.96**1.25 * 0.75)
    assert found.at == pytest.approx(1 - 0.96**1.5 * 0.5)
    # with a deputy of whom only turnover is known
    assert found.at_with_deputy == pytest.approx((1 - 0.96**1.5 * 0.5) * (1 - 0.96**1.5))
    assert found.alone == Case(red=5, act_by=0, exit_risk=5, rest_risk=20.0)
    assert found.with_deputy == Case(red=None, act_by=None, exit_risk=5, rest_risk=17.0)


def test_example_follows_the_assumptions() -> None:
    found = worked_example(turnover=0.1, lead=2)
    assert found.alone == Case(red=5, act_by=3, exit_risk=5, rest_risk=20.0)
    # 0.9^(27 / 4) = 0.491: the deputy alone is gone with more than one half in the 27th quarter
    assert found.with_deputy == Case(red=26, act_by=24, exit_risk=5, rest_risk=17.0)


def test_example_of_a_house_that_changes_its_staff_at_once() -> None:
    found = worked_example(turnover=0.95, lead=0)
    assert (found.quarter, found.before) == (0, None)
    assert found.at == pytest.approx(1 - 0.05**0.25)
