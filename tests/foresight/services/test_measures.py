"""What the screens of measures cannot reach: refusals of the services themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError

from staffelstab.core.errors import NotFound, PermissionRefused, Stale
from staffelstab.core.ids import new_id
from staffelstab.foresight.models import Measure
from staffelstab.foresight.services.measures import AlreadyRecorded, change_measure, record_measure
from tests.factories.foresight import MeasureFactory
from tests.factories.workforce import TaskFactory
from tests.world import NOW, World

WHAT = {"kind": "page", "what": "Beschreiben", "position": None, "due_on": dt.date(2027, 1, 31)}


def test_record_measure_is_refused_to_executives(world: World) -> None:
    with world.inside():
        task = TaskFactory()
        with pytest.raises(PermissionRefused):
            record_measure(measure_id=new_id(), task=task, actor=world.actor("executive"), now=NOW, **WHAT)


def test_record_measure_refuses_the_key_of_another_measure(world: World) -> None:
    with world.inside(organisation_id=world.neighbour_id):
        taken = MeasureFactory(task=TaskFactory())
    with world.inside():
        task = TaskFactory()
        with pytest.raises(AlreadyRecorded):
            record_measure(measure_id=taken.pk, task=task, actor=world.system, now=NOW, **WHAT)
        assert Measure.objects.count() == 0


def test_record_measure_checks_its_values(world: World) -> None:
    with world.inside():
        task = TaskFactory()
        with pytest.raises(ValidationError):
            record_measure(
                measure_id=new_id(), task=task, actor=world.system, now=NOW, **(WHAT | {"kind": "magic"})
            )


@pytest.mark.parametrize(
    ("prepare", "error"),
    [
        (lambda measure: measure.delete(), NotFound),
        (
            lambda measure: Measure.objects.filter(pk=measure.pk).update(
                changed_at=NOW + dt.timedelta(hours=1)
            ),
            Stale,
        ),
    ],
)
def test_change_measure_refuses_what_has_changed(
    world: World, prepare: Callable[[Measure], object], error: type[Exception]
) -> None:
    with world.inside():
        measure = MeasureFactory(task=TaskFactory())
        seen = Measure.objects.select_related("task__unit").get(pk=measure.pk)
        prepare(measure)
        with pytest.raises(error):
            change_measure(measure=seen, seen_at=NOW, state="done", actor=world.system, now=NOW, **WHAT)


def test_change_measure_is_refused_outside_the_unit(world: World) -> None:
    with world.inside():
        measure = MeasureFactory(task=TaskFactory())
        actor = world.actor("line_manager", unit_id=TaskFactory().unit_id)
        with pytest.raises(PermissionRefused):
            change_measure(measure=measure, seen_at=NOW, state="done", actor=actor, now=NOW, **WHAT)
