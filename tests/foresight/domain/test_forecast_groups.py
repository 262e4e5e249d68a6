"""Groups that no subtraction takes apart: by hand, by enumeration, and with Hypothesis as the attacker."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffelstab.foresight.domain.exits import BAND_QUARTERS, NEVER, Scenario
from staffelstab.foresight.domain.forecast import YearFigures, forecast_holdings, last_year
from staffelstab.foresight.domain.forecast_groups import (
    Group,
    GroupedStaff,
    Staff,
    UnitShare,
    block_starts,
    group_staff,
    merged,
)
from staffelstab.foresight.domain.forecast_periods import Period, in_periods
from staffelstab.foresight.domain.quarters import Quarter

AS_OF = Quarter(year=2026, quarter=4)
EARLY, REGULAR, LATE = Scenario
UNKNOWN = (NEVER, NEVER)
SPANS = [span for span in BAND_QUARTERS.values() if span != UNKNOWN]

type Person = tuple[tuple[int, int], bool, int]
"""First and last quarter, whether fixed, place of the unit."""


def staff(*people: Person, parents: tuple[int | None, ...] = (None,)) -> Staff:
    return Staff(
        as_of=AS_OF,
        first=np.array([span[0] for span, _fixed, _unit in people], dtype=np.int64),
        last=np.array([span[1] for span, _fixed, _unit in people], dtype=np.int64),
        fixed=np.array([fixed for _span, fixed, _unit in people], dtype=np.bool_),
        unit=np.array([unit for _span, _fixed, unit in people], dtype=np.int64),
        parents=parents,
    )


def people(
    number: int, first: int, last: int | None = None, *, fixed: bool = False, unit: int = 0
) -> list[Person]:
    return [((first, first if last is None else last), fixed, unit)] * number


def groups(found: GroupedStaff) -> list[tuple[int, int, bool, int]]:
    return [(group.first, group.last, group.fixed, group.persons) for group in found.groups]


def periods(
    found: GroupedStaff, unit: int | None = None, *, until: int = 2040, turnover: float = 0.0
) -> tuple[Period, ...]:
    forecast = forecast_holdings(
        found.horizons, as_of=AS_OF, until=last_year(AS_OF), turnover=turnover, persons=found.weights(unit)
    )
    return in_periods(forecast.forecast, total=forecast.known, threshold=7, until=until)


# --- by hand ------------------------------------------------------------------------------------------------


def test_groups_are_calendar_years() -> None:
    # quarters 1 … 4 are 2027, 5 … 8 are 2028; overdue people leave in what is left of 2026
    found = group_staff(staff(*people(7, 1), *people(3, 5), *people(5, 8), *people(8, -6)), threshold=7)
    assert groups(found) == [(0, 0, False, 8), (1, 4, False, 7), (5, 8, False, 8)]
    assert (found.persons, found.apart) == (23, 0)


def test_groups_do_not_part_the_quarters_of_a_year() -> None:
    found = group_staff(staff(*people(7, 1), *people(7, 2)), threshold=7)
    assert groups(found) == [(1, 4, False, 14)]


def test_groups_join_years_until_there_are_enough() -> None:
    found = group_staff(staff(*people(4, 1), *people(4, 9), *people(7, 13), *people(2, 40)), threshold=7)
    assert groups(found) == [(1, 12, False, 8), (13, 40, False, 9)]


def test_groups_keep_bands_as_they_are() -> None:
    found = group_staff(
        staff(*people(7, 0, 3), *people(4, 4, 7), *people(3, 12, 19), *people(9, 20, 59), *people(7, 2)),
        threshold=7,
    )
    assert groups(found) == [(0, 3, False, 7), (1, 4, False, 7), (4, 19, False, 7), (20, 59, False, 9)]


def test_groups_put_few_bands_to_the_years_and_few_years_to_the_bands() -> None:
    # the middle of 12 … 19 is 15: III/2030
    found = group_staff(staff(*people(7, 1), *people(7, 14), *people(3, 12, 19)), threshold=7)
    assert groups(found) == [(1, 4, False, 7), (13, 16, False, 10)]
    found = group_staff(
        staff(*people(3, -1), *people(7, 0, 3), *people(7, 20, 59), *people(2, 70)), threshold=7
    )
    assert groups(found) == [(0, 3, False, 10), (20, 59, False, 9)]


def test_groups_put_a_quarter_into_the_band_that_begins_with_it() -> None:
    found = group_staff(
        staff(*people(7, 0, 3), *people(2, 3), *people(7, 4, 7), *people(2, 4), *people(7, 8, 11)),
        threshold=7,
    )
    assert groups(found) == [(0, 3, False, 9), (4, 7, False, 9), (8, 11, False, 7)]


def test_groups_of_as_many_fixed_as_free_exits_are_free() -> None:
    found = group_staff(staff(*people(4, 9, fixed=True), *people(4, 9)), threshold=7)
    assert groups(found) == [(9, 12, False, 8)]


def test_groups_treat_few_fixed_exits_like_the_others() -> None:
    found = group_staff(staff(*people(20, 9), *people(3, 9, fixed=True)), threshold=7)
    assert groups(found) == [(9, 12, False, 23)]
    found = group_staff(staff(*people(20, 9, fixed=True), *people(3, 9)), threshold=7)
    assert groups(found) == [(9, 12, True, 23)]
    found = group_staff(staff(*people(7, 9, fixed=True), *people(7, 9)), threshold=7)
    assert groups(found) == [(9, 12, False, 7), (9, 12, True, 7)]


def test_two_scenarios_do_not_tell_how_many_exits_are_fixed() -> None:
    found = group_staff(staff(*people(20, 9), *people(3, 9, fixed=True)), threshold=7)
    exits = {
        scenario: {each.first_year: each.figures[scenario].exits for each in periods(found)}
        for scenario in Scenario
    }
    assert (exits[EARLY][2027], exits[REGULAR][2029], exits[LATE][2030]) == (23.0, 23.0, 23.0)


def test_groups_give_few_unknown_exits_company() -> None:
    found = group_staff(staff(*people(7, 1), *people(8, 9), *people(3, NEVER)), threshold=7)
    assert (groups(found), found.apart) == ([(1, 4, False, 7)], 11)
    found = group_staff(staff(*people(7, 1), *people(8, 9), *people(7, NEVER)), threshold=7)
    assert (groups(found), found.apart) == ([(1, 4, False, 7), (9, 12, False, 8)], 7)
    found = group_staff(staff(*people(7, 1), *people(8, 9), *people(1, NEVER)), threshold=7)
    assert (groups(found), found.apart) == ([(1, 4, False, 7)], 9)


def test_groups_of_just_enough_known_exits_are_one() -> None:
    found = group_staff(staff(*people(7, 1), *people(7, NEVER)), threshold=7)
    assert (groups(found), found.apart) == ([(1, 4, False, 7)], 7)


def test_groups_of_too_few_people_are_none() -> None:
    found = group_staff(staff(*people(6, 1)), threshold=7)
    assert (found.groups, found.apart, found.persons, found.units) == ((), 0, 0, {})
    found = group_staff(staff(*people(6, 1), *people(1, NEVER)), threshold=7)
    assert (found.groups, found.apart, found.units) == ((), 7, {})


def test_units_are_shown_when_they_and_the_rest_are_enough() -> None:
    # unit 0: 7 in 2027 and 8 in 2029; unit 1: 7 and 7
    both = [*people(7, 1), *people(8, 9), *people(7, 1, unit=1), *people(7, 9, unit=1)]
    found = group_staff(staff(*both, parents=(None, None)), threshold=7)
    assert {unit: (share.step, share.persons) for unit, share in found.units.items()} == {
        0: (0, (7, 8, 0)),
        1: (0, (7, 7, 0)),
    }
    assert [type(number) for number in found.units[0].persons] == [int, int, int]
    assert found.weights(0).tolist() == [7, 8, 0]
    # one person less in 2027: neither stands on the finest step, and both years together are all there is
    found = group_staff(staff(*both[1:], parents=(None, None)), threshold=7)
    assert found.units[0].persons == (14, 0)
    assert found.weights(0).tolist() == pytest.approx([13 * 14 / 28, 15 * 14 / 28, 0])


def test_units_are_not_shown_when_the_rest_is_too_small() -> None:
    three = [*people(20, 1), *people(20, 9), *people(5, 1, unit=1), *people(5, 17, unit=1), *people(20, 17)]
    found = group_staff(staff(*three, parents=(None, None)), threshold=7)
    assert [group.persons for group in found.groups] == [25, 20, 25]
    # step 0 and 1 leave five people in a block; a single block would tell nothing
    assert found.units == {}


def test_units_with_more_people_are_shown_first() -> None:
    # Both are large enough, but the three of unit 2 would stand alone: the smaller of them is not shown.
    small = [*people(7, 1, unit=0), *people(7, 9, unit=0)]
    large = [*people(9, 1, unit=1), *people(9, 9, unit=1)]
    few = [*people(3, 1, unit=2), *people(3, 9, unit=2)]
    found = group_staff(staff(*small, *large, *few, parents=(None, None, None)), threshold=7)
    assert {unit: (share.step, share.persons) for unit, share in found.units.items()} == {1: (0, (9, 9, 0))}


def test_weights_share_out_groups_down_to_a_single_person() -> None:
    found = GroupedStaff(
        groups=(
            Group(first=1, last=4, fixed=False, persons=1),
            Group(first=5, last=8, fixed=False, persons=2),
        ),
        apart=0,
        units={0: UnitShare(step=0, persons=(1, 1, 0)), 1: UnitShare(step=1, persons=(1, 0))},
    )
    assert found.weights(None).tolist() == [1.0, 2.0, 0.0]
    assert found.weights(0).tolist() == [1.0, 1.0, 0.0]
    assert found.weights(1).tolist() == pytest.approx([1 / 3, 2 / 3, 0.0])


@pytest.mark.parametrize(
    ("sizes", "ranges"),
    [
        ([], []),
        ([1], [(0, 0)]),
        ([2], [(0, 0)]),
        ([2, 2], [(0, 0), (1, 1)]),
        ([1, 1, 1], [(0, 2)]),
        ([2, 1, 1, 1, 0], [(0, 0), (1, 4)]),
        ([1, 0, 0], [(0, 2)]),
    ],
)
def test_neighbours_are_merged_until_there_are_two(sizes: list[int], ranges: list[tuple[int, int]]) -> None:
    assert merged(np.array(sizes), lambda size: bool(size >= 2)) == ranges


def test_neighbours_without_anybody_may_fit() -> None:
    assert merged(np.array([0, 3]), lambda _size: True) == [(0, 0), (1, 1)]


def test_units_below_one_that_is_shown_follow_the_same_rule() -> None:
    parents = (None, 0, 0)
    inside = [*people(9, 1, unit=1), *people(9, 9, unit=1), *people(9, 1, unit=2), *people(9, 9, unit=2)]
    found = group_staff(staff(*inside, parents=parents), threshold=7)
    assert sorted(found.units) == [0, 1, 2]
    # three people who belong to the unit itself would be left over
    found = group_staff(staff(*inside, *people(3, 1, unit=0), parents=parents), threshold=7)
    assert sorted(found.units) == [0, 1]


def test_units_without_people_are_not_shown() -> None:
    found = group_staff(staff(*people(20, 1), *people(20, 9), parents=(None, None)), threshold=7)
    assert sorted(found.units) == [0]
    with pytest.raises(KeyError):
        found.weights(1)


def test_periods_join_years_until_every_scenario_has_enough() -> None:
    found = GroupedStaff(groups=(Group(first=1, last=8, fixed=False, persons=9),), apart=0, units={})
    # early: all nine in 2026; regular: 4.5 a year in 2027 and 2028; late: a year later
    assert [(each.first_year, each.last_year, each.years) for each in periods(found)][:4] == [
        (2026, 2026, 1),
        (2027, 2029, 3),
        (2030, 2030, 1),
        (2031, 2031, 1),
    ]
    shown = [[figures.exits for figures in each.figures.values()] for each in periods(found)[:3]]
    assert shown == [[9, 0, 0], [0, 9, 9], [0, 0, 0]]


def test_periods_end_where_fewer_would_stay() -> None:
    found = GroupedStaff(
        groups=(
            Group(first=1, last=4, fixed=True, persons=9),
            Group(first=49, last=60, fixed=True, persons=15),
        ),
        apart=0,
        units={},
    )
    # 15 people over 2039 to 2041: five each year, hence ten in the outlook, and five who stay beyond it
    assert [(each.first_year, each.last_year) for each in periods(found)][-2:] == [(2037, 2037), (2038, 2038)]
    more = GroupedStaff(groups=(Group(first=49, last=60, fixed=True, persons=21),), apart=0, units={})
    assert [(each.first_year, each.last_year) for each in periods(more)][-2:] == [(2039, 2039), (2040, 2040)]
    few = GroupedStaff(groups=(Group(first=53, last=72, fixed=True, persons=20),), apart=0, units={})
    # four of twenty leave in 2040
    assert [each.last_year for each in periods(few)] == list(range(2026, 2040))


@pytest.mark.parametrize(
    ("exits", "shown"), [(0.9e-6, True), (1e-6, False), (7 - 1e-6, False), (7 - 0.9e-6, True)]
)
def test_periods_take_less_than_a_millionth_for_rounding(exits: float, shown: bool) -> None:  # noqa: FBT001 - a column
    year = YearFigures(year=2027, exits=exits, cumulative=exits, cumulative_share=1.0)
    found = in_periods(dict.fromkeys(Scenario, (year,)), total=exits, threshold=7, until=2027)
    assert [each.first_year for each in found] == ([2027] if shown else [])


def test_periods_are_none_where_every_one_would_be_too_small() -> None:
    few = GroupedStaff(groups=(Group(first=0, last=59, fixed=False, persons=8),), apart=0, units={})
    assert periods(few) == ()


# --- attacks ------------------------------------------------------------------------------------------------

exact_spans = st.one_of(st.integers(-4, 70).map(lambda quarter: (quarter, quarter)), st.just(UNKNOWN))
spans = st.one_of(exact_spans, st.sampled_from(SPANS))


@st.composite
def houses(draw: st.DrawFn, *, horizons: st.SearchStrategy[tuple[int, int]] = spans) -> Staff:
    """A house with up to five units in a tree, people in clumps of equal exits, as registers have them."""
    parents = [
        None,
        *(
            draw(st.one_of(st.none(), st.integers(0, place - 1)))
            for place in range(1, draw(st.integers(1, 5)))
        ),
    ]
    clump = st.tuples(horizons, st.booleans(), st.integers(0, len(parents) - 1), st.integers(1, 12))
    clumps = draw(st.lists(clump, max_size=8))
    everybody = [(span, fixed, unit) for span, fixed, unit, number in clumps for _each in range(number)]
    return staff(*everybody, parents=tuple(parents))


def blocks(persons: np.ndarray, step: int) -> list[int]:
    return [int(each) for each in np.add.reduceat(persons, block_starts(len(persons), step))]


def fine(persons: list[int], threshold: int) -> bool:
    return all(each == 0 or each >= threshold for each in persons)


def at(found: GroupedStaff, unit: int, step: int) -> np.ndarray:
    """People of a unit in the blocks of a step not finer than its own."""
    share = found.units[unit]
    joined = 2 ** (step - share.step)
    return np.array(
        [sum(share.persons[start : start + joined]) for start in range(0, len(share.persons), joined)]
    )


def below(staff_: Staff, unit: int, over: int | None) -> bool:
    while unit is not None and unit != over:
        unit = staff_.parents[unit]  # type: ignore[assignment]
    return unit == over


@settings(max_examples=120, deadline=None)
@given(house=houses(), threshold=st.sampled_from([3, 5, 7]))
def test_no_group_and_no_block_is_smaller_than_the_threshold(house: Staff, threshold: int) -> None:
    found = group_staff(house, threshold=threshold)
    assert found.persons in {0, len(house.first)}
    assert fine([group.persons for group in found.groups], threshold)
    assert fine([found.apart], threshold)
    for share in found.units.values():
        assert fine(list(share.persons), threshold)
    for unit in found.units:
        assert found.weights(unit).sum() == pytest.approx(sum(found.units[unit].persons))


def disjoint(house: Staff, units: tuple[int, ...]) -> bool:
    return not any(below(house, one, other) for one, other in itertools.permutations(units, 2))


@settings(max_examples=100, deadline=None)
@given(house=houses(), threshold=st.sampled_from([3, 5, 7]))
def test_no_subtraction_of_units_leaves_fewer_than_the_threshold(house: Staff, threshold: int) -> None:
    """House or unit, minus any set of units below that do not overlap, on the blocks that all of them have."""
    found = group_staff(house, threshold=threshold)
    for over in (None, *found.units):
        inner = [unit for unit in found.units if unit != over and below(house, unit, over)]
        for number in range(1, len(inner) + 1):
            for chosen in itertools.combinations(inner, number):
                if not disjoint(house, chosen):
                    continue
                step = max(found.units[unit].step for unit in chosen)
                whole = blocks(found.columns, step) if over is None else at(found, over, step)
                rest = np.array(whole) - sum(at(found, unit, step) for unit in chosen)
                assert fine(rest.tolist(), threshold), (over, chosen)


@settings(max_examples=80, deadline=None)
@given(house=houses(), turnover=st.sampled_from([0.0, 0.04]), data=st.data())
def test_no_subtraction_of_two_outlooks_leaves_fewer_than_the_threshold(
    house: Staff, turnover: float, data: st.DataObject
) -> None:
    """Two ends of the outlook, for the same people and scenario: their difference is whole periods."""
    found = group_staff(house, threshold=7)
    unit = data.draw(st.sampled_from([None, *found.units]))
    one, other = sorted(data.draw(st.tuples(st.integers(2027, 2040), st.integers(2027, 2040))))
    short, long = (periods(found, unit, until=until, turnover=turnover) for until in (one, other))
    assert long[: len(short)] == short
    everybody = float(found.weights(unit)[:-1].sum())
    for scenario in Scenario:
        sums = [0.0, *(each.figures[scenario].cumulative for each in long)]
        for earlier, later in itertools.combinations([*sums, everybody] if long else [], 2):
            assert later - earlier < 1e-5 or later - earlier > 7 - 1e-5


@settings(max_examples=80, deadline=None)
@given(house=houses(horizons=exact_spans), data=st.data())
def test_figures_do_not_tell_the_quarter_within_a_year(house: Staff, data: st.DataObject) -> None:
    """Somebody's exact exit moves within its calendar year: nothing published changes, in any evaluation."""
    exact = np.flatnonzero((house.first == house.last) & (house.first >= 1) & (house.first < NEVER))
    if not len(exact):
        return
    person = data.draw(st.sampled_from(exact.tolist()))
    year = (house.first[person] + AS_OF.index) // 4
    other = int(year) * 4 + data.draw(st.integers(0, 3)) - AS_OF.index
    moved = house.first.copy()
    moved[person] = other
    last = np.where(house.first == house.last, moved, house.last)
    changed = Staff(
        as_of=AS_OF, first=moved, last=last, fixed=house.fixed, unit=house.unit, parents=house.parents
    )
    assert group_staff(changed, threshold=7) == group_staff(house, threshold=7)


def tables(columns: list[int], units: int) -> np.ndarray:
    """Every way to spread the people of each column over the units: shape (ways, units, columns)."""
    ways = [
        np.array([way for way in itertools.product(range(size + 1), repeat=units) if sum(way) == size])
        for size in columns
    ]
    places = np.indices([len(each) for each in ways]).reshape(len(ways), -1)
    return np.stack([each[place] for each, place in zip(ways, places, strict=True)], axis=2)


@settings(max_examples=60, deadline=None)
@given(
    counts=st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=2, max_size=3),
    parents=st.sampled_from([(None, None, None), (None, None, 1), (None, 0, 0)]),
)
def test_nothing_published_pins_a_small_cell(
    counts: list[list[int]], parents: tuple[int | None, ...]
) -> None:
    """Among all houses that would publish the same, nobody's unit and group is a small cell of one known size."""
    everybody = [
        ((1 + 4 * column, 1 + 4 * column), False, unit)
        for column, row in enumerate(counts)
        for unit, number in enumerate(row)
        for _each in range(number)
    ]
    house = staff(*everybody, parents=parents)
    found = group_staff(house, threshold=3)
    possible = tables(found.columns.tolist(), len(parents))
    for unit, share in found.units.items():
        inside = [each for each in range(len(parents)) if below(house, each, unit)]
        starts = block_starts(possible.shape[2], share.step)
        sums = np.add.reduceat(possible[:, inside].sum(axis=1), starts, axis=1)
        possible = possible[(sums == share.persons).all(axis=1)]
    lowest, highest = possible.min(axis=0), possible.max(axis=0)
    assert fine(lowest[lowest == highest].tolist(), 3), (found, lowest)
