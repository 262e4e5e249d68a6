"""Commands on positions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from datetime import datetime

import pytest

from staffelstab.core import audit
from staffelstab.core.errors import DomainError, PermissionRefused
from staffelstab.identity.enums import Role
from staffelstab.workforce.enums import ResponsibilityKind as Kind
from staffelstab.workforce.models import Holding, Position, Responsibility
from staffelstab.workforce.services import errors, positions
from tests.factories.workforce import (
    HoldingFactory,
    PositionFactory,
    ResponsibilityFactory,
    TaskFactory,
    UnitFactory,
)
from tests.world import NOW, World

LATER = NOW + dt.timedelta(hours=1)
TODAY = dt.date(2026, 11, 22)


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    with world.inside():
        yield


def test_create_position_makes_a_vacant_one(world: World, now: datetime) -> None:
    unit = UnitFactory(code="50", name="Sozialamt")
    position = positions.create_position(
        number="50-03", title="Wohngeld", unit=unit, is_lead=False, actor=world.actor(), now=now
    )
    assert Position.objects.get(pk=position.pk).sort_key == "000050 000003 wohngeld"
    assert audit.history(position)[0].changes == {
        "number": [None, "50-03"],
        "title": [None, "Wohngeld"],
        "unit": [None, "50 Sozialamt"],
        "is_lead": [None, False],
    }


def test_create_position_refuses_a_taken_number_and_an_ended_unit(world: World, now: datetime) -> None:
    unit, gone = UnitFactory(), UnitFactory(ended_on=TODAY)
    PositionFactory(number="50-03")
    actor = world.actor()
    with pytest.raises(errors.PositionNumberTaken):
        positions.create_position(number="50-03", title="X", unit=unit, is_lead=False, actor=actor, now=now)
    with pytest.raises(errors.UnitEnded):
        positions.create_position(number="X", title="X", unit=gone, is_lead=False, actor=actor, now=now)


@pytest.mark.parametrize("role", [Role.KNOWLEDGE_MANAGER, Role.PERSONNEL])
def test_create_position_within_the_own_area_only(world: World, now: datetime, role: Role) -> None:
    mine = UnitFactory()
    below = UnitFactory(parent=mine)
    actor = world.actor(role, unit_id=mine.pk)
    positions.create_position(number="1", title="X", unit=below, is_lead=False, actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        positions.create_position(
            number="2", title="X", unit=UnitFactory(), is_lead=False, actor=actor, now=now
        )


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.LINE_MANAGER, Role.EXECUTIVE, Role.ADMINISTRATOR])
def test_positions_are_not_changed_by_others(world: World, now: datetime, role: Role) -> None:
    position, actor = PositionFactory(), world.actor(role)
    with pytest.raises(PermissionRefused):
        positions.create_position(
            number="X", title="X", unit=position.unit, is_lead=False, actor=actor, now=now
        )
    with pytest.raises(PermissionRefused):
        positions.edit_position(
            position=position,
            number="X",
            title="X",
            unit=position.unit,
            is_lead=False,
            seen=None,
            actor=actor,
            now=now,
        )
    with pytest.raises(PermissionRefused):
        positions.end_position(
            position=position, last_day=TODAY, successor=None, seen=None, actor=actor, now=now
        )


def edited(position: Position, world: World, **values: object) -> Position:
    given = {"number": position.number, "title": position.title, "unit": position.unit, "is_lead": False}
    return positions.edit_position(
        position=position, seen=NOW, actor=world.actor(), now=LATER, **{**given, **values}
    )


def test_edit_position_moves_it_with_its_holders(world: World) -> None:
    position, unit = PositionFactory(), UnitFactory(code="51", name="Jugendamt")
    holding = HoldingFactory(position=position)
    edited(position, world, unit=unit, title="Vormundschaft")
    assert Position.objects.get(pk=position.pk).unit_id == unit.pk
    assert Holding.objects.get(pk=holding.pk).position_id == position.pk
    assert audit.history(position)[0].action == "workforce.position.moved"


def test_edit_position_in_place(world: World) -> None:
    position = PositionFactory(title="Alt")
    edited(position, world, title="Neu")
    entry = audit.history(position)[0]
    assert (entry.action, entry.changes) == ("workforce.position.edited", {"title": ["Alt", "Neu"]})


def test_edit_position_without_a_difference_writes_nothing(world: World) -> None:
    position = PositionFactory()
    edited(position, world)
    assert audit.history(position).count() == 0


def test_edit_position_refusals(world: World, now: datetime) -> None:
    position = PositionFactory()
    PositionFactory(number="T")
    with pytest.raises(errors.PositionNumberTaken):
        edited(position, world, number="T")
    with pytest.raises(errors.UnitEnded):
        edited(position, world, unit=UnitFactory(ended_on=TODAY))
    edited(position, world, title="Zuerst")
    with pytest.raises(errors.ChangedMeanwhile):
        edited(position, world, title="Danach")
    with pytest.raises(PermissionRefused):
        positions.edit_position(
            position=position,
            number="N",
            title="X",
            unit=UnitFactory(),
            is_lead=False,
            seen=None,
            actor=world.actor(unit_id=position.unit_id),
            now=now,
        )


def end(position: Position, world: World, **values: object) -> Position:
    given = {"last_day": TODAY, "successor": None, "seen": None, "actor": world.actor(), "now": NOW}
    return positions.end_position(position=position, **{**given, **values})


def test_end_position_ends_its_holdings_and_keeps_the_responsibilities(world: World) -> None:
    position = PositionFactory()
    holding = HoldingFactory(position=position)
    past = HoldingFactory(position=position, ends_on=dt.date(2025, 1, 1))
    row = ResponsibilityFactory(position=position)
    end(position, world)
    assert Position.objects.get(pk=position.pk).ended_on == TODAY
    assert Holding.objects.get(pk=holding.pk).ends_on == TODAY
    assert Holding.objects.get(pk=past.pk).ends_on == dt.date(2025, 1, 1)
    assert Responsibility.objects.get(pk=row.pk).position_id == position.pk


def test_end_position_hands_the_tasks_to_the_successor(world: World) -> None:
    position, successor = PositionFactory(number="1", title="A"), PositionFactory(number="2", title="B")
    plain = ResponsibilityFactory(position=position)
    deputy = ResponsibilityFactory(position=position, kind=Kind.DEPUTY, ready=True)
    upgraded, kept = TaskFactory(), TaskFactory()
    ResponsibilityFactory(task=upgraded, position=position)
    ResponsibilityFactory(task=upgraded, position=successor, kind=Kind.DEPUTY, ready=True)
    ResponsibilityFactory(task=kept, position=position, kind=Kind.CAN_HELP)
    ResponsibilityFactory(task=kept, position=successor)
    end(position, world, successor=successor)
    rows = Responsibility.objects.filter(position=successor)
    assert {row.task_id: (row.kind, row.ready) for row in rows} == {
        plain.task_id: ("responsible", False),
        deputy.task_id: ("deputy", False),
        upgraded.pk: ("responsible", False),
        kept.pk: ("responsible", False),
    }
    assert Responsibility.objects.filter(position=position).count() == 0
    assert audit.history(plain.task)[0].changes == {
        "1 A": ["responsible", None],
        "2 B": [None, "responsible"],
    }


def test_end_position_refusals(world: World) -> None:
    position = PositionFactory()
    with pytest.raises(errors.LiesAhead):
        end(position, world, last_day=dt.date(2026, 11, 23))
    with pytest.raises(errors.SamePosition):
        end(position, world, successor=position)
    with pytest.raises(errors.PositionEnded):
        end(position, world, successor=PositionFactory(ended_on=TODAY))
    with pytest.raises(errors.ChangedMeanwhile):
        end(position, world, seen=LATER)
    end(position, world)
    with pytest.raises(errors.AlreadyEnded):
        end(position, world)


@pytest.mark.parametrize(
    ("last_day", "refusal"),
    [(dt.date(1926, 11, 22), errors.DayOutOfBounds), (dt.date(2020, 4, 30), errors.HoldingBeganLater)],
)
def test_end_position_with_a_mistyped_day_deletes_no_holding(
    world: World, last_day: dt.date, refusal: type[DomainError]
) -> None:
    holding = HoldingFactory(starts_on=dt.date(2020, 5, 1), exit_quarter=8114)
    with pytest.raises(refusal):
        end(holding.position, world, last_day=last_day)
    assert list(Holding.objects.values_list("pk", "ends_on", "exit_quarter")) == [(holding.pk, None, 8114)]
    assert Position.objects.get(pk=holding.position_id).ended_on is None


def test_end_position_moves_no_task_of_another_area(world: World) -> None:
    position = PositionFactory()
    ResponsibilityFactory(position=position, task=TaskFactory())
    actor = world.actor(unit_id=position.unit_id)
    with pytest.raises(PermissionRefused):
        end(position, world, successor=PositionFactory(unit=position.unit), actor=actor)
    assert Position.objects.get(pk=position.pk).ended_on is None
