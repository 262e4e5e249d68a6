"""A house large enough for exits, and reports on it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from staffelstab.core.ids import new_id
from staffelstab.foresight.domain.exits import Scenario
from staffelstab.foresight.enums import MeasureState, ReportSubject
from staffelstab.foresight.models import Report
from staffelstab.foresight.selectors.report_exits import Exits, ExitSpan
from staffelstab.foresight.selectors.report_figures import (
    Coverage,
    Figures,
    ListedRisk,
    MeasureCounts,
    OfficeCoverage,
)
from staffelstab.foresight.selectors.report_words import Frame
from staffelstab.foresight.selectors.reports import Subject
from staffelstab.foresight.services import reports
from staffelstab.workforce.models import Task, Unit
from tests.factories.foresight import AS_OF, MeasureFactory, deputy, holding, responsible
from tests.factories.workforce import PositionFactory, TaskFactory, UnitFactory
from tests.world import NOW, World


@dataclass(frozen=True)
class LargeHouse:
    """Three departments: 40 people, 30 people, 3 people."""

    city: Unit
    social: Unit
    finance: Unit
    archive: Unit
    tasks: tuple[Task, ...]


def large_house() -> LargeHouse:
    """A city with 73 people: each has a task of their own, every third has a ready deputy."""
    city = UnitFactory(code="0", name="Stadtverwaltung")
    social, finance, archive = (
        UnitFactory(code=code, name=name, parent=city)
        for code, name in (("50", "Sozialamt"), ("20", "Kämmerei"), ("47", "Stadtarchiv"))
    )
    tasks: list[Task] = []
    for unit, count in ((social, 40), (finance, 30), (archive, 3)):
        before = None
        for number in range(count):
            position = PositionFactory(number=f"{unit.code}-{number:02}", unit=unit)
            # Exits of twelve years, every ninth unknown.
            leaves = "" if number % 9 == 8 else f"{2027 + number % 12}-Q{1 + number % 4}"
            holding(position, leaves=leaves)
            task = TaskFactory(
                key=f"{unit.code}-A{number:02}",
                title=f"Aufgabe {number:02} im {unit.name} erledigen",
                unit=unit,
                position_risk=1 + number % 5,
            )
            responsible(task, position)
            if before is not None and number % 3 == 0:
                deputy(task, before)
            before = position
            tasks.append(task)
    vacant = TaskFactory(key="50-V", title="Vakante Aufgabe erledigen", unit=social, position_risk=5)
    responsible(vacant, PositionFactory(number="50-V", unit=social))
    tasks.append(vacant)
    MeasureFactory(task=vacant, state=MeasureState.RUNNING)
    MeasureFactory(task=vacant, state=MeasureState.PLANNED, due_on=dt.date(2026, 10, 1))
    MeasureFactory(task=tasks[0], state=MeasureState.DONE)
    return LargeHouse(city, social, finance, archive, tuple(tasks))


def house_subject(world: World) -> Subject:
    """The whole of the first house."""
    return Subject(ReportSubject.ORGANISATION, world.organisation.pk, world.organisation.name)


def unit_subject(unit: Unit) -> Subject:
    """A unit of it."""
    return Subject(ReportSubject.UNIT, unit.pk, str(unit), tuple(unit.ancestor_ids))


def requested(subject: Subject, world: World, **changes: Any) -> Report:
    """A report that was asked for. Inside a tenancy context."""
    values = {
        "report_id": new_id(),
        "subject": subject,
        "as_of": AS_OF,
        "language": "de",
        "actor": world.actor("executive"),
        "now": NOW,
    }
    return reports.request_report(**(values | changes))


def made(subject: Subject, world: World, **changes: Any) -> Report:
    """A report that is ready. Inside a tenancy context."""
    report = requested(subject, world, **changes)
    reports.make(organisation_id=report.organisation_id, report_id=report.pk, now=NOW)
    report.refresh_from_db()
    return report


PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5E"
    "rkJggg=="
)
FRAME = Frame(
    language="de",
    house="Stadt Musterstadt",
    colour="#8d1f3d",
    logo=PIXEL,
    subject="50 Sozialamt",
    unit=True,
    made_on=dt.date(2026, 11, 22),
    revision=7,
    version="1.0",
    before=(dt.date(2025, 11, 22), {"tasks": 70, "soon": 20}),
)


def span(year: int, early: int, regular: int, late: int, total: int) -> ExitSpan:
    """One year; the sum is the same in all scenarios."""
    exits = dict(zip(Scenario, (early, regular, late), strict=True))
    return ExitSpan(first=year, last=year, exits=exits, total=dict.fromkeys(Scenario, total))


FIGURES = Figures(
    as_of=dt.date(2026, 11, 22),
    turnover=0.04,
    lead=7,
    reason="Mittel der letzten Jahre",
    units=4,
    coverage=Coverage(tasks=74, nobody=1, one=51, several=22),
    offices=(
        OfficeCoverage(name="Sozialamt", coverage=Coverage(tasks=41, nobody=1, one=27, several=13)),
        OfficeCoverage(name="Wohngeldstelle", coverage=Coverage(tasks=33, nobody=0, one=24, several=9)),
    ),
    outlook=(0, 5, 10, 20, 30),
    risks=(
        ListedRisk(
            title="Wohngeld bescheiden", office="Wohngeldstelle", holders=1, planned=1, running=0, done=2
        ),
        ListedRisk(title="Gebühren festsetzen", office="Sozialamt", holders=0, planned=0, running=0, done=0),
    ),
    measures=MeasureCounts(planned=2, running=1, done=3, dropped=0, overdue=1),
    exits=Exits(
        spans=(span(2027, 10, 5, 0, 5), span(2028, 15, 10, 5, 15)), known=35, unknown=5, estimated=True
    ),
    threshold=7,
)
