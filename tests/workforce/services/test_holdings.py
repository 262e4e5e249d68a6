"""Commands on holdings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import pytest

from staffelstab.core import audit
from staffelstab.core.errors import PermissionRefused
from staffelstab.identity.enums import Role
from staffelstab.workforce.enums import ExitBand
from staffelstab.workforce.models import Holding, Person, Position
from staffelstab.workforce.services import errors, holdings, persons
from tests.factories.workforce import HoldingFactory, PersonFactory, PositionFactory
from tests.world import NOW, World

LATER = NOW + dt.timedelta(hours=1)
TODAY = dt.date(2026, 11, 22)
LAST = dt.date(2021, 12, 31)


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    with world.inside():
        yield


def create(world: World, position: Position, person: Person, **values: object) -> Holding:
    given = {"share": Decimal("0.5"), "starts_on": TODAY, "ends_on": None, "actor": world.actor(), "now": NOW}
    return holdings.create_holding(position=position, person=person, **{**given, **values})


def test_create_holding_puts_a_person_on_a_position(world: World) -> None:
    position = PositionFactory(number="50-03", title="Wohngeld")
    holding = create(world, position, PersonFactory())
    assert Holding.objects.get(pk=holding.pk).share == Decimal("0.500")
    assert audit.history(holding)[0].changes == {
        "position": [None, "50-03 Wohngeld"],
        "share": [None, "0.5"],
        "starts_on": [None, "2026-11-22"],
        "ends_on": [None, None],
    }


def test_create_holding_refusals(world: World) -> None:
    position, person = PositionFactory(), PersonFactory()
    create(world, position, person)
    with pytest.raises(errors.HoldingTwice):
        create(world, position, person)
    with pytest.raises(errors.ShareOutOfRange):
        create(world, position, PersonFactory(), share=Decimal("1.5"))
    with pytest.raises(errors.EndsBeforeStart):
        create(world, position, PersonFactory(), ends_on=dt.date(2026, 11, 21))
    with pytest.raises(errors.PositionEnded):
        create(world, PositionFactory(ended_on=TODAY), person)
    with pytest.raises(errors.AlreadyEnded):
        create(world, position, PersonFactory(ended_on=TODAY))


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.LINE_MANAGER, Role.EXECUTIVE])
def test_holdings_are_not_changed_by_others(world: World, now: datetime, role: Role) -> None:
    holding, actor = HoldingFactory(), world.actor(role)
    with pytest.raises(PermissionRefused):
        create(world, holding.position, PersonFactory(), actor=actor)
    with pytest.raises(PermissionRefused):
        holdings.end_holding(holding=holding, last_day=TODAY, seen=None, actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        holdings.edit_holding(
            holding=holding,
            share=Decimal(1),
            starts_on=None,
            ends_on=None,
            seen=None,
            actor=actor,
            now=now,
        )


def test_edit_holding_changes_share_and_period(world: World) -> None:
    holding = HoldingFactory()

    def edit(seen: datetime) -> Holding:
        return holdings.edit_holding(
            holding=holding,
            share=Decimal("0.75"),
            starts_on=TODAY,
            ends_on=None,
            seen=seen,
            actor=world.actor(),
            now=LATER,
        )

    edit(NOW)
    assert Holding.objects.get(pk=holding.pk).share == Decimal("0.750")
    edit(LATER)
    assert audit.history(holding).count() == 1
    with pytest.raises(errors.ChangedMeanwhile):
        edit(NOW)


@pytest.mark.parametrize(
    ("quarter", "band", "stored"),
    [(8114, None, (8114, "")), (None, ExitBand.FROM_1_TO_2, (None, "from_1_to_2")), (None, None, (None, ""))],
)
def test_set_exit_takes_a_quarter_a_band_or_nothing(
    world: World, now: datetime, quarter: int | None, band: ExitBand | None, stored: tuple[object, object]
) -> None:
    holding = HoldingFactory(exit_quarter=8000)
    holdings.set_exit(
        holding=holding,
        quarter=quarter,
        band=band,
        fixed=True,
        seen=None,
        actor=world.actor(Role.PERSONNEL),
        now=now,
    )
    fresh = Holding.objects.get(pk=holding.pk)
    assert ((fresh.exit_quarter, fresh.exit_band), fresh.exit_fixed) == (stored, True)


def test_set_exit_without_a_difference_writes_nothing(world: World, now: datetime) -> None:
    holding = HoldingFactory()
    actor = world.actor(Role.PERSONNEL)
    holdings.set_exit(holding=holding, quarter=None, band=None, fixed=False, seen=None, actor=actor, now=now)
    assert audit.history(holding).count() == 0


def test_set_exit_takes_one_of_both_only(world: World, now: datetime) -> None:
    with pytest.raises(errors.QuarterAndBand):
        holdings.set_exit(
            holding=HoldingFactory(),
            quarter=8114,
            band=ExitBand.OVER_5,
            fixed=False,
            seen=None,
            actor=world.actor(Role.PERSONNEL),
            now=now,
        )


@pytest.mark.parametrize("role", [Role.KNOWLEDGE_MANAGER, Role.LINE_MANAGER, Role.EMPLOYEE])
def test_set_exit_is_for_personnel_only(world: World, now: datetime, role: Role) -> None:
    with pytest.raises(PermissionRefused):
        holdings.set_exit(
            holding=HoldingFactory(),
            quarter=8114,
            band=None,
            fixed=False,
            seen=None,
            actor=world.actor(role),
            now=now,
        )


def test_set_exit_of_another_area_is_refused(world: World, now: datetime) -> None:
    mine, other = HoldingFactory(), HoldingFactory()
    actor = world.actor(Role.PERSONNEL, unit_id=mine.position.unit_id)
    with pytest.raises(PermissionRefused):
        holdings.set_exit(
            holding=other, quarter=8114, band=None, fixed=False, seen=None, actor=actor, now=now
        )


def test_end_holding_makes_the_position_vacant(world: World, now: datetime) -> None:
    holding = HoldingFactory(starts_on=dt.date(2020, 1, 1))
    actor = world.actor(Role.PERSONNEL)
    with pytest.raises(errors.EndsBeforeStart):
        holdings.end_holding(holding=holding, last_day=dt.date(2019, 12, 31), seen=None, actor=actor, now=now)
    holdings.end_holding(holding=holding, last_day=TODAY, seen=NOW, actor=actor, now=LATER)
    assert Holding.objects.get(pk=holding.pk).ends_on == TODAY
    with pytest.raises(errors.ChangedMeanwhile):
        holdings.end_holding(holding=holding, last_day=TODAY, seen=NOW, actor=actor, now=LATER)


FAR_AWAY = [dt.date(1, 1, 1), dt.date(1926, 11, 22), dt.date(1949, 12, 31), dt.date(2087, 1, 1), dt.date.max]


@pytest.mark.parametrize("day", FAR_AWAY)
def test_days_nobody_can_mean_are_refused(world: World, now: datetime, day: dt.date) -> None:
    holding = HoldingFactory(starts_on=dt.date(2020, 1, 1))
    for given in ({"starts_on": day}, {"starts_on": None, "ends_on": day}):
        with pytest.raises(errors.DayOutOfBounds) as refused:
            create(world, PositionFactory(), PersonFactory(), **given)
        assert "01.01.1950" in refused.value.message
        assert "31.12.2086" in refused.value.message
    share, actor = Decimal(1), world.actor()
    with pytest.raises(errors.DayOutOfBounds):
        holdings.edit_holding(
            holding=holding, share=share, starts_on=day, ends_on=None, seen=None, actor=actor, now=now
        )
    with pytest.raises(errors.DayOutOfBounds):
        holdings.end_holding(holding=holding, last_day=day, seen=None, actor=actor, now=now)
    fresh = Holding.objects.get(pk=holding.pk)
    assert (fresh.starts_on, fresh.ends_on) == (dt.date(2020, 1, 1), None)


def test_edit_holding_leaves_a_far_day_that_stays_as_it_is(world: World, now: datetime) -> None:
    holding = HoldingFactory(ends_on=dt.date(2150, 12, 31))  # from a file
    holdings.edit_holding(
        holding=holding,
        share=Decimal("0.5"),
        starts_on=None,
        ends_on=dt.date(2150, 12, 31),
        seen=None,
        actor=world.actor(),
        now=now,
    )
    assert Holding.objects.get(pk=holding.pk).share == Decimal("0.500")


def test_end_holding_does_not_take_up_one_that_is_over(world: World, now: datetime) -> None:
    over = HoldingFactory(ends_on=TODAY - dt.timedelta(days=1))
    with pytest.raises(errors.HoldingEnded) as refused:
        holdings.end_holding(
            holding=over, last_day=dt.date(2080, 1, 1), seen=None, actor=world.actor(), now=now
        )
    assert "21.11.2026" in refused.value.message
    assert Holding.objects.get(pk=over.pk).ends_on == TODAY - dt.timedelta(days=1)
    running = HoldingFactory(ends_on=TODAY)
    holdings.end_holding(
        holding=running, last_day=dt.date(2027, 1, 31), seen=None, actor=world.actor(), now=now
    )
    assert Holding.objects.get(pk=running.pk).ends_on == dt.date(2027, 1, 31)


def test_a_role_of_a_unit_places_nobody_from_elsewhere(world: World) -> None:
    position, elsewhere = PositionFactory(), HoldingFactory().person
    unplaced = PersonFactory()
    actor = world.actor(Role.PERSONNEL, unit_id=position.unit_id)
    for person in (elsewhere, unplaced):
        with pytest.raises(PermissionRefused):
            create(world, position, person, actor=actor)
    assert Holding.objects.filter(position=position).count() == 0
    create(world, position, elsewhere)  # the whole house may


def test_a_role_of_a_unit_places_its_own_people_and_whom_it_added(world: World, now: datetime) -> None:
    own = HoldingFactory()
    second = PositionFactory(unit=own.position.unit)
    actor = world.actor(Role.PERSONNEL, unit_id=own.position.unit_id)
    create(world, second, own.person, actor=actor)
    values = persons.PersonValues(personnel_number="4711", last_name="Kaya")
    added = persons.create_person(values=values, actor=actor, now=now)
    create(world, second, added, actor=actor)
    assert Holding.objects.filter(position=second).count() == 2


@pytest.mark.parametrize(
    ("starts_on", "ends_on"), [(None, None), (None, dt.date(2026, 12, 31)), (dt.date(2019, 1, 1), LAST)]
)
def test_a_role_of_a_unit_takes_up_no_holding_of_somebody_who_went_elsewhere(
    world: World, now: datetime, starts_on: dt.date | None, ends_on: dt.date | None
) -> None:
    over = HoldingFactory(starts_on=dt.date(2020, 1, 1), ends_on=LAST)
    HoldingFactory(person=over.person)
    actor = world.actor(Role.PERSONNEL, unit_id=over.position.unit_id)

    def edit(starts_on: dt.date | None, ends_on: dt.date | None) -> Holding:
        return holdings.edit_holding(
            holding=over,
            share=Decimal(1),
            starts_on=starts_on,
            ends_on=ends_on,
            seen=None,
            actor=actor,
            now=now,
        )

    with pytest.raises(PermissionRefused):
        edit(starts_on, ends_on)
    # It may be put right to the shorter side: that brings nobody here.
    edit(dt.date(2020, 1, 2), dt.date(2021, 12, 30))
    assert Holding.objects.get(pk=over.pk).ends_on == dt.date(2021, 12, 30)


def test_a_role_of_a_unit_prolongs_a_running_holding_of_somebody_who_works_elsewhere_too(
    world: World, now: datetime
) -> None:
    running = HoldingFactory(ends_on=dt.date(2080, 12, 31))
    HoldingFactory(person=running.person)
    holdings.edit_holding(
        holding=running,
        share=Decimal(1),
        starts_on=None,
        ends_on=None,
        seen=None,
        actor=world.actor(Role.PERSONNEL, unit_id=running.position.unit_id),
        now=now,
    )
    assert Holding.objects.get(pk=running.pk).ends_on is None
