"""The figures of a report, computed by hand for a small and a large house."""

from __future__ import annotations

import datetime as dt

from staffelstab.foresight.domain.exits import Scenario
from staffelstab.foresight.enums import MeasureState
from staffelstab.foresight.selectors.report_exits import exits
from staffelstab.foresight.selectors.report_figures import (
    Coverage,
    ListedRisk,
    MeasureCounts,
    OfficeCoverage,
    figures,
)
from tests.factories.foresight import AS_OF, MeasureFactory, small_house
from tests.factories.reports import large_house
from tests.factories.workforce import TaskFactory, UnitFactory
from tests.world import World

EARLY, REGULAR, LATE = Scenario


def test_coverage_counts_tasks_by_their_holders(world: World) -> None:
    with world.inside():
        house = small_house()
        assert figures(actor=world.system, as_of=AS_OF).coverage == Coverage(
            tasks=4, nobody=1, one=1, several=2
        )
        finance = figures(actor=world.system, as_of=AS_OF, unit_id=house.finance.pk)
        assert finance.coverage == Coverage(tasks=2, nobody=1, one=0, several=1)
        assert finance.units == 1


def test_offices_are_the_units_below_the_subject(world: World) -> None:
    with world.inside():
        house = small_house()
        assert figures(actor=world.system, as_of=AS_OF).offices == (
            OfficeCoverage(name="Kämmerei", coverage=Coverage(tasks=2, nobody=1, one=0, several=1)),
            OfficeCoverage(name="Sozialamt", coverage=Coverage(tasks=2, nobody=0, one=1, several=1)),
        )
        # of a unit, its own tasks come first
        assert figures(actor=world.system, as_of=AS_OF, unit_id=house.social.pk).offices == (
            OfficeCoverage(name="Sozialamt", coverage=Coverage(tasks=1, nobody=0, one=0, several=1)),
            OfficeCoverage(name="Wohngeldstelle", coverage=Coverage(tasks=1, nobody=0, one=1, several=0)),
        )


def test_offices_of_a_house_under_one_roof_are_its_departments(world: World) -> None:
    with world.inside():
        house = large_house()
        TaskFactory(unit=house.city, key="0-1")
        found = figures(actor=world.system, as_of=AS_OF).offices
        assert [(each.name, each.coverage.tasks) for each in found] == [
            ("Kämmerei", 30),
            ("Sozialamt", 41),
            ("Stadtarchiv", 3),
            ("Stadtverwaltung", 1),
        ]


def test_unit_without_tasks_has_no_figures(world: World) -> None:
    with world.inside():
        small_house()
        unit = UnitFactory()
        found = figures(actor=world.system, as_of=AS_OF, unit_id=unit.pk)
        assert (found.coverage.tasks, found.offices, found.risks) == (0, (), ())


def test_small_group_gets_no_figure_that_rests_on_exits(world: World) -> None:
    with world.inside():
        small_house()
        found = figures(actor=world.system, as_of=AS_OF)
        assert (found.exits, found.outlook) == (None, None)
        # ordered without exits, and only what hangs on one person or on nobody
        assert [(risk.title, risk.office, risk.holders) for risk in found.risks] == [
            ("Wohngeldantrag bescheiden", "Wohngeldstelle", 1),
            ("Friedhofsgebühren festsetzen", "Kämmerei", 0),
        ]


def test_large_house_has_ten_risks_and_an_outlook(world: World) -> None:
    with world.inside():
        large_house()
        found = figures(actor=world.system, as_of=AS_OF)
        assert found.outlook == (1, 4, 12, 18, 29)
        assert len(found.risks) == 10
        assert found.risks[0] == ListedRisk(
            title="Vakante Aufgabe erledigen", office="Sozialamt", holders=0, planned=1, running=1, done=0
        )
        assert found.measures == MeasureCounts(planned=1, running=1, done=1, dropped=0, overdue=1)
        assert found.measures.open == 2


def test_unit_has_rounded_outlook_and_its_own_measures(world: World) -> None:
    with world.inside():
        house = large_house()
        MeasureFactory(task=house.tasks[45], state=MeasureState.DROPPED)
        social = figures(actor=world.system, as_of=AS_OF, unit_id=house.social.pk)
        assert social.outlook is not None
        assert [count % 5 for count in social.outlook] == [0, 0, 0, 0, 0]
        assert social.measures == MeasureCounts(planned=1, running=1, done=1, dropped=0, overdue=1)
        finance = figures(actor=world.system, as_of=AS_OF, unit_id=house.finance.pk)
        assert finance.measures == MeasureCounts(planned=0, running=0, done=0, dropped=1, overdue=0)


def test_measures_of_ended_tasks_do_not_count(world: World) -> None:
    with world.inside():
        MeasureFactory(task=TaskFactory(ended_on=dt.date(2026, 11, 22)))
        assert figures(actor=world.system, as_of=AS_OF).measures.open == 0


def test_exits_of_the_house_are_rounded_and_add_up(world: World) -> None:
    with world.inside():
        large_house()
        found = exits(actor=world.system, as_of=AS_OF)
        assert found is not None
        assert (found.known, found.unknown, found.estimated, found.last_year) == (65, 5, False, 2036)
        assert [(span.label, span.exits[REGULAR], span.total[REGULAR]) for span in found.spans] == [
            ("2026", 0, 0),
            ("2027–2028", 15, 15),
            ("2029–2030", 15, 30),
            ("2031–2032", 10, 40),
            ("2033–2034", 10, 50),
            ("2035–2036", 5, 55),
        ]
        assert [found.total(each) for each in (EARLY, REGULAR, LATE)] == [65, 55, 55]
        assert found.share(REGULAR) == 0.85


def test_exits_of_a_unit_need_enough_people_in_it_and_outside(world: World) -> None:
    with world.inside():
        house = large_house()
        social = exits(actor=world.system, as_of=AS_OF, unit_id=house.social.pk)
        assert social is not None
        assert (social.known, social.estimated) == (35, True)
        assert exits(actor=world.system, as_of=AS_OF, unit_id=house.archive.pk) is None


def test_exits_of_nobody_are_none(world: World) -> None:
    with world.inside():
        assert exits(actor=world.system, as_of=AS_OF) is None
