"""Rows of the spine for tests. They work inside an active tenancy context (``with world.inside():``).

Codes, numbers and keys that nobody gave have a form no test writes itself (``F003``), so that a made row never takes
the code of a literal one; their counters begin anew with each test (``tests/conftest.py``).
"""

from __future__ import annotations

from typing import Any

import factory

from staffelstab.core.ids import new_id
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.workforce.domain import derived
from staffelstab.workforce.enums import ResponsibilityKind
from staffelstab.workforce.models import Holding, Person, Position, Responsibility, Task, Unit
from tests.world import NOW


class SpineFactory(factory.django.DjangoModelFactory[Any]):
    """What all rows share."""

    class Meta:
        abstract = True

    id = factory.LazyFunction(new_id)
    organisation_id = factory.LazyFunction(current_organisation)
    changed_at = NOW


class UnitFactory(SpineFactory):
    """A unit; ``parent=`` hangs it below another."""

    class Meta:
        model = Unit

    code = factory.Sequence(lambda n: f"F{n:03}")
    name = factory.Sequence(lambda n: f"Amt F{n:03}")
    parent = None
    sort_key = factory.LazyAttribute(lambda row: derived.unit_sort_key(code=row.code, name=row.name))
    ancestor_ids = factory.LazyAttribute(
        lambda row: [*(row.parent.ancestor_ids if row.parent else []), row.id]
    )


class PositionFactory(SpineFactory):
    """A position in a unit of its own, unless ``unit=`` is given."""

    class Meta:
        model = Position

    number = factory.Sequence(lambda n: f"F-{n:04}")
    title = "Sachbearbeitung"
    unit = factory.SubFactory(UnitFactory)
    sort_key = factory.LazyAttribute(
        lambda row: derived.position_sort_key(number=row.number, title=row.title)
    )


class PersonFactory(SpineFactory):
    """A person."""

    class Meta:
        model = Person

    personnel_number = factory.Sequence(lambda n: f"FP-{n:05}")
    last_name = factory.Sequence(lambda n: f"Muster{n}")
    first_name = "Kim"
    email = factory.LazyAttribute(lambda row: f"{row.personnel_number}@musterstadt.example".lower())
    sort_key = factory.LazyAttribute(
        lambda row: derived.person_sort_key(last_name=row.last_name, first_name=row.first_name)
    )


class HoldingFactory(SpineFactory):
    """A person on a position since ever, exit unknown."""

    class Meta:
        model = Holding

    position = factory.SubFactory(PositionFactory)
    person = factory.SubFactory(PersonFactory)


class TaskFactory(SpineFactory):
    """A task of a unit of its own, unless ``unit=`` is given."""

    class Meta:
        model = Task

    key = factory.Sequence(lambda n: f"FA-{n:05}")
    title = factory.Sequence(lambda n: f"Antrag {n} bescheiden")
    purpose = ""
    unit = factory.SubFactory(UnitFactory)
    sort_key = factory.LazyAttribute(lambda row: derived.task_sort_key(title=row.title))
    search = factory.LazyAttribute(
        lambda row: derived.task_search(title=row.title, key=row.key, purpose=row.purpose)
    )


class ResponsibilityFactory(SpineFactory):
    """A position responsible for a task."""

    class Meta:
        model = Responsibility

    task = factory.SubFactory(TaskFactory)
    position = factory.SubFactory(PositionFactory)
    kind = ResponsibilityKind.RESPONSIBLE
