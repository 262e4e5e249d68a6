"""Exits of the organisation's own people, on houses small enough to count by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from staffelstab.core.actors import Actor, Grant
from staffelstab.core.errors import NotFound, PermissionRefused
from staffelstab.core.ids import new_id
from staffelstab.foresight.domain.exits import Scenario
from staffelstab.foresight.selectors.forecast import (
    OrganisationForecast,
    organisation_forecast,
    until_years,
)
from staffelstab.identity.models import Organisation
from staffelstab.workforce.models import Unit
from tests.factories.foresight import holding
from tests.factories.workforce import PersonFactory, PositionFactory, UnitFactory
from tests.world import World

AS_OF = dt.date(2026, 11, 22)
EARLY, REGULAR, LATE = Scenario


def staff(unit: Unit, number: int, **exit_: str | bool) -> None:
    for _each in range(number):
        holding(PositionFactory(unit=unit), **exit_)  # type: ignore[arg-type]


def table(found: OrganisationForecast, scenario: Scenario = REGULAR) -> dict[tuple[int, int], float]:
    return {
        (period.first_year, period.last_year): round(period.figures[scenario].exits, 6)
        for period in found.periods
    }


def manager(actor: Actor, *units: UUID) -> Actor:
    """The actor as a line manager of these units only."""
    return replace(actor, grants=tuple(Grant(role="line_manager", unit_id=unit) for unit in units))


@pytest.fixture
def actor(world: World) -> Actor:
    return world.actor("executive")


@pytest.fixture
def house(world: World) -> tuple[Unit, Unit, Unit, Unit]:
    """Two departments, one with a section: 40 people and 9, of whom nobody is known by name to the figures."""
    with world.inside():
        social = UnitFactory(code="50", name="Sozialamt")
        housing = UnitFactory(code="50.1", name="Wohngeldstelle", parent=social)
        finance = UnitFactory(code="20", name="Kämmerei")
        council = UnitFactory(code="10", name="Ratsbüro")
        staff(housing, 8, leaves="2028-Q2")
        staff(housing, 8, leaves="2030-Q1")
        staff(social, 10, leaves="2028-Q4")
        staff(social, 14, band="unknown")
        staff(finance, 9, leaves="2028-Q3")
        staff(council, 4, leaves="2030-Q3")
        return social, housing, finance, council


def test_forecast_of_the_house_counts_by_year(world: World, actor: Actor, house: tuple[Unit, ...]) -> None:
    with world.inside():
        found = organisation_forecast(actor=actor, as_of=AS_OF, until=2031)
    assert (found.holders, found.unknown, found.suppressed, found.estimated) == (53, 14, False, False)
    assert {key: value for key, value in table(found).items() if value} == {
        (2028, 2028): 27,
        (2030, 2030): 12,
    }
    assert found.last is not None
    assert found.last.figures[REGULAR].cumulative_share == pytest.approx(1.0)


def test_forecast_of_a_unit_includes_those_below_and_leaves_small_ones_out(
    world: World, actor: Actor, house: tuple[Unit, ...]
) -> None:
    social, housing, _finance, council = house
    with world.inside():
        whole = organisation_forecast(actor=actor, as_of=AS_OF, until=2031)
        found = organisation_forecast(actor=actor, as_of=AS_OF, until=2031, unit_ids={social.id, housing.id})
        small = organisation_forecast(actor=actor, as_of=AS_OF, until=2031, unit_ids={council.id})
    # The council's four people are too few to be shown, and with the treasury's nine they hide from subtraction.
    assert {unit.name for unit in whole.choices} == {"Sozialamt", "Wohngeldstelle"}
    assert [(line.unit.name, line.holders) for line in whole.units] == [("Sozialamt", 40)]
    assert (found.holders, [unit.name for unit in found.covered], found.estimated) == (
        40,
        ["Sozialamt"],
        True,
    )
    assert [(line.unit.name, line.holders) for line in found.units] == [("Wohngeldstelle", 16)]
    # 26 known exits, spread as those of the house: 27 and 12 of 39
    assert {key: value for key, value in table(found).items() if value} == {(2028, 2028): 18, (2030, 2030): 8}
    assert (small.holders, small.suppressed, small.periods, small.last) == (0, True, (), None)
    assert [unit.name for unit in small.not_shown] == ["Ratsbüro"]


def test_forecast_of_few_people_is_not_shown(world: World, actor: Actor) -> None:
    with world.inside():
        staff(UnitFactory(), 6, leaves="2028-Q2")
        few = organisation_forecast(actor=actor, as_of=AS_OF, until=2031)
        staff(UnitFactory(), 1, band="unknown")
        unknown = organisation_forecast(actor=actor, as_of=AS_OF, until=2031)
    assert (few.holders, few.suppressed, few.periods, few.choices) == (0, True, (), ())
    assert (unknown.holders, unknown.unknown, unknown.suppressed, unknown.periods) == (7, 7, False, ())


def test_forecast_keeps_to_a_threshold_that_is_known_and_never_below_five(world: World, actor: Actor) -> None:
    with world.inside():
        staff(UnitFactory(), 4, leaves="2028-Q2")
        found = organisation_forecast(actor=actor, as_of=AS_OF, until=2031, threshold=1)
        assert (found.threshold, found.holders) == (5, 0)
        staff(UnitFactory(), 1, leaves="2028-Q2")
        assert organisation_forecast(actor=actor, as_of=AS_OF, until=2031, threshold=5).holders == 5
        assert organisation_forecast(actor=actor, as_of=AS_OF, until=2031, threshold=6).holders == 0


def test_forecast_of_an_empty_house_is_not_shown(world: World, actor: Actor) -> None:
    with world.inside():
        found = organisation_forecast(actor=actor, as_of=AS_OF, until=2031)
    assert (found.holders, found.suppressed, found.units) == (0, True, ())


def test_forecast_counts_a_person_once_with_the_latest_exit(world: World, actor: Actor) -> None:
    with world.inside():
        social, finance = UnitFactory(code="50", name="Sozialamt"), UnitFactory(code="20", name="Kämmerei")
        for _each in range(7):
            person = PersonFactory()
            main = holding(PositionFactory(unit=social), person, leaves="2027-Q2")
            side = holding(PositionFactory(unit=finance), person, leaves="2029-Q2")
            main.share, side.share = Decimal("0.6"), Decimal("0.4")
            main.save()
            side.save()
        staff(finance, 7, leaves="2029-Q3")
        found = organisation_forecast(actor=actor, as_of=AS_OF, until=2031)
        one = organisation_forecast(actor=actor, as_of=AS_OF, until=2031, unit_ids={social.id})
    assert (found.holders, one.holders) == (14, 7)
    assert {key: value for key, value in table(found).items() if value} == {(2029, 2029): 14}


def test_forecast_leaves_out_what_does_not_count_on_the_day(world: World, actor: Actor) -> None:
    with world.inside():
        unit = UnitFactory()
        staff(unit, 8, leaves="2028-Q2")
        ended = PositionFactory(unit=unit, ended_on=AS_OF)
        holding(ended, leaves="2028-Q2")
        holding(PositionFactory(unit=unit), PersonFactory(ended_on=AS_OF), leaves="2028-Q2")
        for change in ({"ends_on": dt.date(2026, 11, 21)}, {"starts_on": dt.date(2026, 11, 23)}):
            row = holding(PositionFactory(unit=unit), leaves="2028-Q2")
            type(row).objects.filter(pk=row.pk).update(**change)
        found = organisation_forecast(actor=actor, as_of=AS_OF, until=2031)
    assert found.holders == 8


def test_forecast_with_turnover_and_until_cuts_between_the_same_periods(
    world: World, actor: Actor, house: tuple[Unit, ...]
) -> None:
    with world.inside():
        long = organisation_forecast(actor=actor, as_of=AS_OF, until=2040, turnover=0.04)
        short = organisation_forecast(actor=actor, as_of=AS_OF, until=2028, turnover=0.04)
    assert short.periods == long.periods[: len(short.periods)]
    assert long.turnover == 0.04


def test_forecast_of_a_line_manager_is_that_of_the_own_units(world: World, house: tuple[Unit, ...]) -> None:
    social, housing, finance, council = house
    bound = manager(world.actor("line_manager"), housing.id, council.id)
    with world.inside():
        found = organisation_forecast(actor=bound, as_of=AS_OF, until=2031)
        for elsewhere in (social.id, finance.id, new_id()):
            with pytest.raises(NotFound):
                organisation_forecast(actor=bound, as_of=AS_OF, until=2031, unit_ids={elsewhere})
    assert (found.holders, [unit.name for unit in found.covered]) == (16, ["Wohngeldstelle"])
    assert [unit.name for unit in found.not_shown] == ["Ratsbüro"]
    assert [unit.name for unit in found.choices] == ["Wohngeldstelle"]


def test_forecast_refuses_those_without_the_role_and_years_outside(world: World, actor: Actor) -> None:
    with world.inside():
        with pytest.raises(PermissionRefused):
            organisation_forecast(actor=world.actor("employee"), as_of=AS_OF, until=2031)
        for year in (2026, 2041):
            with pytest.raises(ValueError, match=f"does not end in {year}"):
                organisation_forecast(actor=actor, as_of=AS_OF, until=year)


def test_forecast_of_another_house_is_not_seen(world: World, house: tuple[Unit, ...]) -> None:
    with world.inside(organisation_id=world.neighbour_id):
        found = organisation_forecast(actor=world.actor("executive"), as_of=AS_OF, until=2031)
    assert found.suppressed


def test_forecast_keeps_to_the_threshold_of_the_house(world: World, actor: Actor) -> None:
    with world.inside():
        staff(UnitFactory(), 9, leaves="2028-Q2")
        assert organisation_forecast(actor=actor, as_of=AS_OF, until=2031).holders == 9
        Organisation.objects.filter(pk=world.organisation.pk).update(group_threshold=10)
        found = organisation_forecast(actor=actor, as_of=AS_OF, until=2031)
    assert (found.threshold, found.holders) == (10, 0)


def test_years() -> None:
    assert list(until_years(AS_OF)) == list(range(2027, 2041))


@pytest.mark.parametrize("people", [8, 40])
def test_forecast_needs_three_queries_for_any_number_of_people(
    people: int, world: World, actor: Actor, django_assert_num_queries: Any
) -> None:
    with world.inside():
        staff(UnitFactory(), people, leaves="2028-Q2")
        with django_assert_num_queries(3):
            organisation_forecast(actor=actor, as_of=AS_OF, until=2031)
