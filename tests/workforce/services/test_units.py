"""Commands on units: tree, reorganisation, end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import pytest

from staffelstab.core import audit, revisions
from staffelstab.core.errors import PermissionRefused
from staffelstab.identity.enums import Role
from staffelstab.identity.models import RoleGrant
from staffelstab.workforce.models import Position, Task, Unit
from staffelstab.workforce.services import errors, units
from tests.factories.workforce import PositionFactory, ResponsibilityFactory, TaskFactory, UnitFactory
from tests.world import NOW, World

LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    with world.inside():
        yield


def revision(world: World) -> int:
    return revisions.value(world.organisation.pk, "workforce")


def path(unit: Unit) -> list[UUID]:
    return list(Unit.objects.get(pk=unit.pk).ancestor_ids)


def test_create_unit_hangs_it_below_its_parent_and_says_so(world: World, now: datetime) -> None:
    top = UnitFactory(code="5", name="Soziales")
    before = revision(world)
    unit = units.create_unit(code="50", name="Ämter & Co", parent=top, actor=world.actor(), now=now)
    assert path(unit) == [top.pk, unit.pk]
    assert Unit.objects.get(pk=unit.pk).sort_key == "000050 amter co"
    assert revision(world) == before + 1
    [entry] = audit.history(unit)
    assert (entry.action, entry.changes) == (
        "workforce.unit.created",
        {"code": [None, "50"], "name": [None, "Ämter & Co"], "parent": [None, "5 Soziales"]},
    )


def test_create_unit_with_a_taken_code_is_refused(world: World, now: datetime) -> None:
    UnitFactory(code="50")
    with pytest.raises(errors.UnitCodeTaken) as refused:
        units.create_unit(code="50", name="Noch eins", parent=None, actor=world.actor(), now=now)
    assert refused.value.data == {"code": "50"}
    assert Unit.objects.filter(name="Noch eins").count() == 0


def test_create_unit_below_an_ended_one_is_refused(world: World, now: datetime) -> None:
    gone = UnitFactory(ended_on=dt.date(2026, 1, 1))
    with pytest.raises(errors.UnitEnded):
        units.create_unit(code="X", name="X", parent=gone, actor=world.actor(), now=now)


def test_create_unit_at_the_top_needs_a_role_for_the_whole_house(world: World, now: datetime) -> None:
    mine = UnitFactory()
    bound = world.actor(unit_id=mine.pk)
    with pytest.raises(PermissionRefused):
        units.create_unit(code="X", name="X", parent=None, actor=bound, now=now)
    made = units.create_unit(code="X", name="X", parent=mine, actor=bound, now=now)
    assert path(made) == [mine.pk, made.pk]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.KNOWLEDGE_MANAGER])
def test_units_are_changed_by_knowledge_managers_only(world: World, now: datetime, role: Role) -> None:
    unit, actor = UnitFactory(), world.actor(role)
    with pytest.raises(PermissionRefused):
        units.edit_unit(unit=unit, code="X", name="X", seen=None, actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        units.move_unit(unit=unit, parent=None, seen=None, actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        units.end_unit(unit=unit, seen=None, actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        units.merge_units(source=unit, target=UnitFactory(), seen=None, actor=actor, now=now)


def test_edit_unit_renames_it(world: World) -> None:
    unit = UnitFactory(code="50", name="Sozialamt")
    units.edit_unit(unit=unit, code="50", name="Amt für Teilhabe", seen=NOW, actor=world.actor(), now=LATER)
    fresh = Unit.objects.get(pk=unit.pk)
    assert (fresh.name, fresh.sort_key, fresh.changed_at) == (
        "Amt für Teilhabe",
        "000050 amt fur teilhabe",
        LATER,
    )
    assert audit.history(unit)[0].changes == {"name": ["Sozialamt", "Amt für Teilhabe"]}


def test_edit_unit_without_a_difference_writes_nothing(world: World) -> None:
    unit = UnitFactory(code="50", name="Sozialamt")
    before = revision(world)
    units.edit_unit(unit=unit, code="50", name="Sozialamt", seen=NOW, actor=world.actor(), now=LATER)
    assert (revision(world), audit.history(unit).count()) == (before, 0)


def test_edit_unit_to_a_taken_code_is_refused(world: World, now: datetime) -> None:
    UnitFactory(code="51")
    unit = UnitFactory(code="50")
    with pytest.raises(errors.UnitCodeTaken):
        units.edit_unit(unit=unit, code="51", name="X", seen=None, actor=world.actor(), now=now)


def test_edit_unit_after_somebody_else_did_is_stale(world: World) -> None:
    unit = UnitFactory()
    units.edit_unit(unit=unit, code="A", name="A", seen=NOW, actor=world.actor(), now=LATER)
    with pytest.raises(errors.ChangedMeanwhile):
        units.edit_unit(unit=unit, code="B", name="B", seen=NOW, actor=world.actor(), now=LATER)
    assert Unit.objects.get(pk=unit.pk).name == "A"


def test_move_unit_takes_everything_below_it_along(world: World, now: datetime) -> None:
    old, new = UnitFactory(code="1"), UnitFactory(code="2")
    unit = UnitFactory(parent=old)
    leaf = UnitFactory(parent=unit)
    task = TaskFactory(unit=leaf)
    units.move_unit(unit=unit, parent=new, seen=None, actor=world.actor(), now=now)
    assert path(unit) == [new.pk, unit.pk]
    assert path(leaf) == [new.pk, unit.pk, leaf.pk]
    assert list(Task.objects.filter(unit__ancestor_ids__contains=[new.pk])) == [task]
    assert audit.history(unit)[0].action == "workforce.unit.moved"


def test_move_unit_to_the_top(world: World, now: datetime) -> None:
    unit = UnitFactory(parent=UnitFactory())
    leaf = UnitFactory(parent=unit)
    units.move_unit(unit=unit, parent=None, seen=None, actor=world.actor(), now=now)
    assert (path(unit), path(leaf)) == ([unit.pk], [unit.pk, leaf.pk])


def test_move_unit_to_where_it_is_writes_nothing(world: World, now: datetime) -> None:
    unit = UnitFactory()
    units.move_unit(unit=unit, parent=None, seen=None, actor=world.actor(), now=now)
    assert audit.history(unit).count() == 0


def test_move_unit_below_itself_is_refused(world: World, now: datetime) -> None:
    unit = UnitFactory()
    leaf = UnitFactory(parent=unit)
    for parent in (unit, leaf):
        with pytest.raises(errors.UnitCycle):
            units.move_unit(unit=unit, parent=parent, seen=None, actor=world.actor(), now=now)
    assert path(leaf) == [unit.pk, leaf.pk]


def test_move_unit_below_an_ended_one_is_refused(world: World, now: datetime) -> None:
    gone = UnitFactory(ended_on=dt.date(2026, 1, 1))
    with pytest.raises(errors.UnitEnded):
        units.move_unit(unit=UnitFactory(), parent=gone, seen=None, actor=world.actor(), now=now)


def test_move_unit_out_of_the_own_area_is_refused(world: World, now: datetime) -> None:
    mine, other = UnitFactory(), UnitFactory()
    unit = UnitFactory(parent=mine)
    bound = world.actor(unit_id=mine.pk)
    for parent in (other, None):
        with pytest.raises(PermissionRefused):
            units.move_unit(unit=unit, parent=parent, seen=None, actor=bound, now=now)


def test_merge_units_keeps_everything(world: World, now: datetime) -> None:
    source, target = UnitFactory(code="50", name="Alt"), UnitFactory(code="51", name="Neu")
    child = UnitFactory(parent=source)
    leaf = UnitFactory(parent=child)
    position, task = PositionFactory(unit=source), TaskFactory(unit=source)
    responsibility = ResponsibilityFactory(task=task, position=position)
    below = TaskFactory(unit=leaf)
    units.merge_units(source=source, target=target, seen=None, actor=world.actor(), now=now)
    assert Position.objects.get(pk=position.pk).unit_id == target.pk
    assert Task.objects.get(pk=task.pk).unit_id == target.pk
    assert task.responsibilities.get() == responsibility
    assert (path(child), path(leaf)) == ([target.pk, child.pk], [target.pk, child.pk, leaf.pk])
    assert Task.objects.get(pk=below.pk).unit_id == leaf.pk
    ended = Unit.objects.get(pk=source.pk)
    assert (ended.ended_on, ended.ancestor_ids) == (dt.date(2026, 11, 22), [source.pk])
    assert audit.history(task)[0].changes == {"unit": ["50 Alt", "51 Neu"]}
    assert audit.history(position)[0].action == "workforce.position.moved"
    assert audit.history(source)[0].changes == {
        "merged_into": [None, "51 Neu"],
        "ended_on": [None, "2026-11-22"],
        "positions": [None, 1],
        "tasks": [None, 1],
        "units": [None, 1],
    }
    assert audit.history(target)[0].action == "workforce.unit.enlarged"


def test_merge_units_moves_roles_and_does_not_double_them(world: World, now: datetime) -> None:
    source, target = UnitFactory(), UnitFactory()
    first, second = world.accounts[Role.LINE_MANAGER], world.accounts[Role.PERSONNEL]
    house = world.organisation.pk
    for account, unit in ((first, source), (first, target), (second, source)):
        RoleGrant.objects.create(
            organisation_id=house, account=account, role=Role.LINE_MANAGER, unit_id=unit.pk
        )
    units.merge_units(source=source, target=target, seen=None, actor=world.actor(), now=now)
    assert RoleGrant.objects.filter(unit_id=source.pk).count() == 0
    held = RoleGrant.objects.filter(unit_id=target.pk).values_list("account_id", flat=True)
    assert set(held) == {first.pk, second.pk}
    assert len(held) == 2


def test_merge_units_refuses_what_makes_no_sense(world: World, now: datetime) -> None:
    source = UnitFactory()
    child, gone = UnitFactory(parent=source), UnitFactory(ended_on=dt.date(2026, 1, 1))
    actor = world.actor()
    with pytest.raises(errors.SameUnit):
        units.merge_units(source=source, target=source, seen=None, actor=actor, now=now)
    with pytest.raises(errors.UnitCycle):
        units.merge_units(source=source, target=child, seen=None, actor=actor, now=now)
    with pytest.raises(errors.UnitEnded):
        units.merge_units(source=source, target=gone, seen=None, actor=actor, now=now)
    with pytest.raises(errors.AlreadyEnded):
        units.merge_units(source=gone, target=source, seen=None, actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        units.merge_units(
            source=child, target=UnitFactory(), seen=None, actor=world.actor(unit_id=source.pk), now=now
        )


def test_end_unit_ends_an_empty_one(world: World, now: datetime) -> None:
    unit = UnitFactory()
    units.end_unit(unit=unit, seen=None, actor=world.actor(), now=now)
    assert Unit.objects.get(pk=unit.pk).ended_on == dt.date(2026, 11, 22)
    with pytest.raises(errors.AlreadyEnded):
        units.end_unit(unit=unit, seen=None, actor=world.actor(), now=now)


def test_end_unit_that_holds_something_is_refused(world: World, now: datetime) -> None:
    unit = UnitFactory()
    UnitFactory(parent=unit)
    PositionFactory.create_batch(2, unit=unit)
    TaskFactory.create_batch(3, unit=unit)
    TaskFactory(unit=unit, ended_on=dt.date(2026, 1, 1))
    with pytest.raises(errors.UnitInUse) as refused:
        units.end_unit(unit=unit, seen=None, actor=world.actor(), now=now)
    assert refused.value.data == {"units": 1, "positions": 2, "tasks": 3}
