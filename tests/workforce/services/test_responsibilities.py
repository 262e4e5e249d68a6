"""Commands on who does what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from datetime import datetime

import pytest

from staffelstab.core import audit
from staffelstab.core.errors import NotFound, PermissionRefused
from staffelstab.identity.enums import Role
from staffelstab.workforce.enums import ResponsibilityKind as Kind
from staffelstab.workforce.models import Task
from staffelstab.workforce.services import errors
from staffelstab.workforce.services import responsibilities as service
from staffelstab.workforce.services.responsibilities import Part
from tests.factories.workforce import PositionFactory, ResponsibilityFactory, TaskFactory
from tests.world import NOW, World

LATER = NOW + dt.timedelta(hours=1)
TODAY = dt.date(2026, 11, 22)


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    with world.inside():
        yield


def parts(task: Task) -> dict[str, tuple[str, bool]]:
    rows = task.responsibilities.select_related("position")
    return {row.position.number: (row.kind, row.ready) for row in rows}


def test_set_responsibility_adds_and_changes(world: World) -> None:
    task, position = TaskFactory(), PositionFactory(number="1", title="A")
    actor = world.actor()
    service.set_responsibility(
        task=task, part=Part(position, Kind.CAN_HELP), seen=NOW, actor=actor, now=LATER
    )
    service.set_responsibility(
        task=task, part=Part(position, Kind.DEPUTY, True), seen=LATER, actor=actor, now=LATER
    )
    service.set_responsibility(
        task=task, part=Part(position, Kind.DEPUTY, True), seen=LATER, actor=actor, now=LATER
    )
    assert parts(task) == {"1": ("deputy", True)}
    assert [entry.changes for entry in audit.history(task)] == [
        {"1 A": ["can_help", "deputy_ready"]},
        {"1 A": [None, "can_help"]},
    ]


def test_set_responsibility_refusals(world: World, now: datetime) -> None:
    task, position = TaskFactory(), PositionFactory()
    actor = world.actor()
    with pytest.raises(errors.ReadyNeedsDeputy):
        service.set_responsibility(
            task=task, part=Part(position, Kind.RESPONSIBLE, True), seen=None, actor=actor, now=now
        )
    with pytest.raises(errors.PositionEnded):
        service.set_responsibility(
            task=task,
            part=Part(PositionFactory(ended_on=TODAY), Kind.DEPUTY),
            seen=None,
            actor=actor,
            now=now,
        )
    with pytest.raises(errors.ChangedMeanwhile):
        service.set_responsibility(
            task=task, part=Part(position, Kind.DEPUTY), seen=LATER, actor=actor, now=now
        )


def test_remove_responsibility(world: World, now: datetime) -> None:
    row = ResponsibilityFactory(position=PositionFactory(number="1", title="A"))
    service.remove_responsibility(
        task=row.task, position=row.position, seen=None, actor=world.actor(), now=now
    )
    assert parts(row.task) == {}
    assert audit.history(row.task)[0].changes == {"1 A": ["responsible", None]}
    with pytest.raises(NotFound):
        service.remove_responsibility(
            task=row.task, position=row.position, seen=None, actor=world.actor(), now=now
        )


def test_mark_ready(world: World, now: datetime) -> None:
    row = ResponsibilityFactory(kind=Kind.DEPUTY, position=PositionFactory(number="1"))
    actor = world.actor()
    service.mark_ready(task=row.task, position=row.position, ready=True, seen=None, actor=actor, now=now)
    assert parts(row.task) == {"1": ("deputy", True)}
    with pytest.raises(NotFound):
        service.mark_ready(
            task=row.task, position=PositionFactory(), ready=True, seen=None, actor=actor, now=now
        )
    responsible = ResponsibilityFactory()
    with pytest.raises(errors.ReadyNeedsDeputy):
        service.mark_ready(
            task=responsible.task,
            position=responsible.position,
            ready=True,
            seen=None,
            actor=actor,
            now=now,
        )


def test_replace_responsibilities_is_the_whole_truth(world: World, now: datetime) -> None:
    task = TaskFactory()
    stays, goes, changes = (PositionFactory(number=str(number), title="X") for number in (1, 2, 3))
    fresh = PositionFactory(number="4", title="X")
    ResponsibilityFactory(task=task, position=stays)
    ResponsibilityFactory(task=task, position=goes)
    ResponsibilityFactory(task=task, position=changes, kind=Kind.CAN_HELP)
    service.replace_responsibilities(
        task=task,
        parts=[Part(stays, Kind.RESPONSIBLE), Part(changes, Kind.DEPUTY), Part(fresh, Kind.DEPUTY, True)],
        seen=None,
        actor=world.actor(),
        now=now,
    )
    assert parts(task) == {"1": ("responsible", False), "3": ("deputy", False), "4": ("deputy", True)}
    assert audit.history(task).get().changes == {
        "2 X": ["responsible", None],
        "3 X": ["can_help", "deputy"],
        "4 X": [None, "deputy_ready"],
    }


def test_replace_responsibilities_keeps_an_ended_position_that_stays(world: World, now: datetime) -> None:
    row = ResponsibilityFactory(position=PositionFactory(number="1", ended_on=TODAY))
    kept = Part(row.position, Kind.RESPONSIBLE)
    service.replace_responsibilities(task=row.task, parts=[kept], seen=None, actor=world.actor(), now=now)
    assert audit.history(row.task).count() == 0
    with pytest.raises(errors.PositionTwice):
        service.replace_responsibilities(
            task=row.task, parts=[kept, kept], seen=None, actor=world.actor(), now=now
        )


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.PERSONNEL, Role.EXECUTIVE])
def test_responsibilities_are_not_changed_by_others(world: World, now: datetime, role: Role) -> None:
    row, actor = ResponsibilityFactory(kind=Kind.DEPUTY), world.actor(role)
    task, position = row.task, row.position
    with pytest.raises(PermissionRefused):
        service.set_responsibility(
            task=task, part=Part(position, Kind.DEPUTY), seen=None, actor=actor, now=now
        )
    with pytest.raises(PermissionRefused):
        service.remove_responsibility(task=task, position=position, seen=None, actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        service.mark_ready(task=task, position=position, ready=True, seen=None, actor=actor, now=now)
    with pytest.raises(PermissionRefused):
        service.replace_responsibilities(task=task, parts=[], seen=None, actor=actor, now=now)
