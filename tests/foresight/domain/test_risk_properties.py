"""The kernel against a naive loop over people, on random organisations."""

import dataclasses

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from staffelstab.foresight.domain.exits import NO_QUARTER, Horizons, Scenario
from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.domain.register import Ratings, Register
from staffelstab.foresight.domain.risk import Assessment, assess, assess_large

AS_OF = Quarter(year=2026, quarter=4)
BANDS = {
    "within_1": (0, 3),
    "from_1_to_2": (4, 7),
    "from_2_to_3": (8, 11),
    "from_3_to_5": (12, 19),
    "over_5": (20, 59),
}
SHIFTS = {Scenario.EARLY: -8, Scenario.REGULAR: 0, Scenario.LATE: 4}


@dataclasses.dataclass(frozen=True)
class Holding:
    """An exit as entered: a quarter relative to the as-of quarter, or a band, or neither."""

    quarter: int | None
    band: str
    fixed: bool


@dataclasses.dataclass(frozen=True)
class Row:
    task: int
    person: int
    holding: int
    responsible: bool
    ready_deputy: bool


@dataclasses.dataclass(frozen=True)
class Organisation:
    task_count: int
    holdings: list[Holding]
    rows: list[Row]
    position_risk: list[int]
    criticality: list[int]
    documentation: list[float]
    turnover: float
    scenario: Scenario
    lead: int

    def register(self) -> Register:
        return Register.from_rows(
            task_count=self.task_count,
            task=[row.task for row in self.rows],
            person=[row.person for row in self.rows],
            responsible=[row.responsible for row in self.rows],
            ready_deputy=[row.ready_deputy for row in self.rows],
            holding=[row.holding for row in self.rows],
            horizons=Horizons.from_entries(
                as_of=AS_OF,
                exit_quarter=[
                    NO_QUARTER if holding.quarter is None else AS_OF.index + holding.quarter
                    for holding in self.holdings
                ],
                exit_band=[holding.band for holding in self.holdings],
                fixed=[holding.fixed for holding in self.holdings],
            ),
        )

    def assess(self) -> Assessment:
        ratings = Ratings(
            position_risk=np.array(self.position_risk, dtype=np.int64),
            criticality=np.array(self.criticality, dtype=np.int64),
            documentation=np.array(self.documentation, dtype=np.float64),
        )
        return assess(
            self.register(), ratings, turnover=self.turnover, scenario=self.scenario, lead=self.lead
        )


KNOWN = st.builds(Holding, quarter=st.integers(-10, 80), band=st.just(""), fixed=st.booleans())
BANDED = st.builds(
    Holding, quarter=st.none(), band=st.sampled_from([*BANDS, "unknown", ""]), fixed=st.booleans()
)


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    task_count = draw(st.integers(0, 6))
    holdings = draw(st.lists(KNOWN | BANDED, min_size=1, max_size=8))
    row = st.builds(
        Row,
        task=st.integers(0, max(task_count - 1, 0)),
        person=st.integers(0, 4),
        holding=st.integers(0, len(holdings) - 1),
        responsible=st.booleans(),
        ready_deputy=st.booleans(),
    )
    per_task = {"min_size": task_count, "max_size": task_count}
    return Organisation(
        task_count=task_count,
        holdings=holdings,
        rows=draw(st.lists(row, max_size=24 if task_count else 0)),
        position_risk=draw(st.lists(st.integers(0, 5), **per_task)),
        criticality=draw(st.lists(st.integers(0, 5), **per_task)),
        documentation=draw(st.lists(st.floats(0, 1), **per_task)),
        turnover=draw(st.sampled_from([0.0, 0.04, 0.19, 1.0]) | st.floats(0, 1)),
        scenario=draw(st.sampled_from(list(Scenario))),
        lead=draw(st.integers(0, 12)),
    )


def naive_presence(holding: Holding, quarter: int, turnover: float, scenario: Scenario) -> float:
    still_employed = (1 - turnover) ** ((quarter + 1) / 4)
    shift = 0 if holding.fixed else SHIFTS[scenario]
    if holding.quarter is not None:
        return still_employed if quarter < max(holding.quarter + shift, 0) else 0.0
    if holding.band not in BANDS:
        return still_employed
    first, last = BANDS[holding.band]
    gone = (quarter - first - shift + 1) / (last - first + 1)
    return still_employed * (1 - min(max(gone, 0.0), 1.0))


def naive_first_quarter(holding: Holding, scenario: Scenario) -> int | None:
    shift = 0 if holding.fixed else SHIFTS[scenario]
    if holding.quarter is not None:
        return max(holding.quarter + shift, 0)
    return max(BANDS[holding.band][0] + shift, 0) if holding.band in BANDS else None


def naive_exit_risk(first_quarters: list[int | None]) -> int:
    if not first_quarters:
        return 5
    known = [quarter for quarter in first_quarters if quarter is not None]
    if not known:
        return 1
    earliest = min(known)
    if earliest <= 4:
        return 5
    if earliest <= 8:
        return 4
    if earliest <= 16:
        return 3
    return 2 if earliest <= 24 else 1


@settings(deadline=None)
@given(organisation=organisations())
def test_kernel_equals_the_naive_loop(organisation: Organisation) -> None:
    assessment = organisation.assess()
    for task in range(organisation.task_count):
        rows = [
            row for row in organisation.rows if row.task == task and (row.responsible or row.ready_deputy)
        ]
        persons = {row.person for row in rows}
        for quarter in range(60):
            p_none, expected = 1.0, 0.0
            for person in persons:
                present = max(
                    naive_presence(
                        organisation.holdings[row.holding],
                        quarter,
                        organisation.turnover,
                        organisation.scenario,
                    )
                    for row in rows
                    if row.person == person
                )
                p_none *= 1 - present
                expected += present
            assert abs(assessment.p_none[task, quarter] - p_none) <= 1e-12
            assert abs(assessment.expected[task, quarter] - expected) <= 1e-12

        exit_risk = naive_exit_risk(
            [
                naive_first_quarter(organisation.holdings[row.holding], organisation.scenario)
                for row in rows
                if row.responsible
            ]
        )
        position_risk = organisation.position_risk[task] or organisation.criticality[task] or 3
        deputies = {0: 0.0, 1: 0.5}.get(len({row.person for row in rows if row.ready_deputy}), 1.0)
        rest = position_risk * exit_risk * (1 - 0.5 * organisation.documentation[task] - 0.3 * deputies)
        assert assessment.exit_risk[task] == exit_risk
        assert assessment.position_risk[task] == position_risk
        assert abs(assessment.rest_risk[task] - max(1.0, rest)) <= 1e-12


@settings(deadline=None)
@given(organisation=organisations())
def test_red_quarter_is_the_first_of_at_least_one_half(organisation: Organisation) -> None:
    assessment = organisation.assess()
    for task, p_none in enumerate(assessment.p_none.tolist()):
        red = next((quarter for quarter, value in enumerate(p_none) if value >= 0.5), -1)
        assert assessment.red_quarter[task] == red
        assert assessment.act_by[task] == (-1 if red == -1 else max(red - organisation.lead, 0))


@settings(deadline=None)
@given(organisation=organisations())
def test_knowledge_only_fades(organisation: Organisation) -> None:
    assessment = organisation.assess()
    assert np.all(np.diff(assessment.p_none, axis=1) >= 0)
    assert np.all(np.diff(assessment.expected, axis=1) <= 0)
    assert np.all((assessment.p_none >= 0) & (assessment.p_none <= 1))


@settings(deadline=None)
@given(
    organisation=organisations(),
    quarters=st.sets(st.integers(0, 59), min_size=1, max_size=5).map(sorted),
    block=st.integers(1, 7),
)
def test_large_assessment_finds_the_same_at_any_quarters(
    organisation: Organisation, quarters: list[int], block: int
) -> None:
    small = organisation.assess()
    large = assess_large(
        organisation.register(),
        turnover=organisation.turnover,
        scenario=organisation.scenario,
        lead=organisation.lead,
        quarters=quarters,
        block=block,
    )
    assert np.array_equal(large.p_none, small.p_none[:, quarters])
    assert np.array_equal(large.expected, small.expected[:, quarters])
    assert np.array_equal(large.red_quarter, small.red_quarter)
    assert np.array_equal(large.act_by, small.act_by)


@settings(deadline=None)
@given(organisation=organisations())
def test_a_later_scenario_never_makes_a_task_worse(organisation: Organisation) -> None:
    early, regular, late = (
        dataclasses.replace(organisation, scenario=scenario).assess().p_none for scenario in Scenario
    )
    assert np.all(early >= regular)
    assert np.all(regular >= late)


@settings(deadline=None)
@given(organisation=organisations(), data=st.data())
def test_order_of_rows_does_not_matter(organisation: Organisation, data: st.DataObject) -> None:
    shuffled = dataclasses.replace(organisation, rows=data.draw(st.permutations(organisation.rows)))
    one, other = organisation.assess(), shuffled.assess()
    assert np.array_equal(one.p_none, other.p_none)
    assert np.array_equal(one.rest_risk, other.rest_risk)


@settings(deadline=None)
@given(organisation=organisations(), holding=KNOWN | BANDED)
def test_one_more_holder_never_makes_a_task_worse(organisation: Organisation, holding: Holding) -> None:
    joined = dataclasses.replace(
        organisation,
        holdings=[*organisation.holdings, holding],
        rows=[
            *organisation.rows,
            *[
                Row(
                    task=task,
                    person=99,
                    holding=len(organisation.holdings),
                    responsible=False,
                    ready_deputy=True,
                )
                for task in range(organisation.task_count)
            ],
        ],
    )
    before, after = organisation.assess(), joined.assess()
    assert np.all(after.p_none <= before.p_none)
    assert np.all(after.rest_risk <= before.rest_risk)
