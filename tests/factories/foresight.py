"""A small organisation whose risks are computed by hand in the tests, and measures."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import factory
from django.test.utils import CaptureQueriesContext

from staffelstab.core.ids import new_id
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.enums import MeasureKind, MeasureState
from staffelstab.foresight.models import Measure
from staffelstab.workforce.enums import ExitBand, ResponsibilityKind
from staffelstab.workforce.models import Holding, Person, Position, Task, Unit
from tests.factories.workforce import (
    HoldingFactory,
    PersonFactory,
    PositionFactory,
    ResponsibilityFactory,
    SpineFactory,
    TaskFactory,
    UnitFactory,
)
from tests.world import NOW

AS_OF = dt.date(2026, 11, 22)


class MeasureFactory(SpineFactory):
    """A planned measure on a task."""

    class Meta:
        model = Measure
        exclude = ()

    id = factory.LazyFunction(new_id)
    organisation_id = factory.LazyFunction(current_organisation)
    kind = MeasureKind.DEPUTY
    what = "Vertretung einarbeiten"
    due_on = dt.date(2027, 3, 31)
    state = MeasureState.PLANNED
    created_at = NOW
    created_by = "N. Kaya"
    changed_at = NOW


def own_statements(captured: CaptureQueriesContext) -> list[str]:
    """The statements of a request without those of its frame: session, account, seat, tenancy, transaction."""
    frame = ("SAVEPOINT", "set_config", "django_session", "identity_")
    return [each["sql"] for each in captured if not any(part in each["sql"] for part in frame)]


def holding(
    position: Position, person: Person | None = None, *, leaves: str = "", band: str = "", fixed: bool = False
) -> Holding:
    """Somebody on the position; `leaves` is an exit quarter as ``2028-Q2``."""
    return HoldingFactory(
        position=position,
        person=person or PersonFactory(),
        exit_quarter=Quarter.parse(leaves).index if leaves else None,
        exit_band=band,
        exit_fixed=fixed,
    )


def responsible(task: Task, *positions: Position) -> None:
    """The positions are responsible for the task."""
    for position in positions:
        ResponsibilityFactory(task=task, position=position)


def deputy(task: Task, *positions: Position, ready: bool = True) -> None:
    """The positions are deputies."""
    for position in positions:
        ResponsibilityFactory(task=task, position=position, kind=ResponsibilityKind.DEPUTY, ready=ready)


@dataclass(frozen=True)
class SmallHouse:
    """Two departments, one with a section; four tasks."""

    social: Unit
    housing: Unit
    finance: Unit
    benefit: Task
    accounts: Task
    cemetery: Task
    passport: Task
    leaver: Person


def small_house() -> SmallHouse:
    """Four tasks, one of each kind of trouble, on 22 November 2026 (quarter 0 is IV/2026)."""
    social = UnitFactory(code="50", name="Sozialamt")
    housing = UnitFactory(code="50.1", name="Wohngeldstelle", parent=social)
    finance = UnitFactory(code="20", name="Kämmerei")

    # Red when the only holder leaves: the deputy is not ready.
    benefit = TaskFactory(
        key="A-1", title="Wohngeldantrag bescheiden", unit=housing, position_risk=5,
        service_key="99107023017000", topic="family",
    )  # fmt: skip
    leaver = PersonFactory(first_name="Erika", last_name="Abendroth", sort_key="abendroth erika")
    desk, helper = (
        PositionFactory(number="50-03", unit=housing),
        PositionFactory(number="50-04", unit=housing),
    )
    holding(desk, leaver, leaves="2028-Q2")
    holding(helper)
    responsible(benefit, desk)
    deputy(benefit, helper, ready=False)

    # Never red: the ready deputy's exit is unknown.
    accounts = TaskFactory(
        key="A-2", title="Jahresabschluss erstellen", unit=finance, criticality=4, topic="taxes"
    )
    treasurer, second = (
        PositionFactory(number="20-01", unit=finance),
        PositionFactory(number="20-02", unit=finance),
    )
    holding(treasurer, band=ExitBand.FROM_1_TO_2)
    holding(second, band=ExitBand.UNKNOWN)
    responsible(accounts, treasurer)
    deputy(accounts, second)

    # Red today: the position is vacant.
    cemetery = TaskFactory(key="A-3", title="Friedhofsgebühren festsetzen", unit=finance)
    responsible(cemetery, PositionFactory(number="20-03", unit=finance))

    # Two on one position, both leave.
    passport = TaskFactory(key="A-4", title="Personalausweis ausstellen", unit=social, position_risk=1)
    counter = PositionFactory(number="50-01", unit=social)
    holding(counter, leaves="2027-Q4")
    holding(counter, leaves="2029-Q1", fixed=True)
    responsible(passport, counter)

    # Neither counts: an ended task, and a holding that is over.
    TaskFactory(key="A-5", title="Rundfunkgebühr einziehen", unit=social, ended_on=dt.date(2026, 11, 22))
    HoldingFactory(position=helper, ends_on=dt.date(2026, 11, 21))
    return SmallHouse(social, housing, finance, benefit, accounts, cemetery, passport, leaver)
