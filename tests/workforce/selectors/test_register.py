"""Reads of the spine that no screen test reaches."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from staffelstab.core import searching
from staffelstab.core.errors import NotFound, PermissionRefused
from staffelstab.core.ids import new_id
from staffelstab.identity.enums import Role
from staffelstab.workforce.models import Task
from staffelstab.workforce.selectors import (
    history,
    holdings,
    persons,
    positions,
    scopes,
    tasks,
    units,
)
from staffelstab.workforce.selectors.tasks import TaskFilter
from staffelstab.workforce.services import responsibilities
from staffelstab.workforce.services.responsibilities import Part
from tests.factories.workforce import (
    HoldingFactory,
    PersonFactory,
    PositionFactory,
    ResponsibilityFactory,
    TaskFactory,
    UnitFactory,
)
from tests.world import NOW, World

TODAY = NOW.date()


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    with world.inside():
        yield


@pytest.mark.parametrize("text", ["strasse", "Straße", "STRASSE übergang", "uebergang", "  "])
def test_contains_words_folds_spelling(text: str) -> None:
    TaskFactory(title="Straßenübergang sichern")
    assert Task.objects.filter(searching.contains_words("search", text)).count() == 1


def test_contains_words_wants_every_word() -> None:
    TaskFactory(title="Straße sichern")
    assert Task.objects.filter(searching.contains_words("search", "straße bauen")).count() == 0


def test_within_follows_the_grants(world: World) -> None:
    mine = UnitFactory()
    below, other = TaskFactory(unit=UnitFactory(parent=mine)), TaskFactory()
    for actor, expected in (
        (world.actor(), {below, other}),
        (world.actor(unit_id=mine.pk), {below}),
        (world.actor(Role.EMPLOYEE), set()),
        (world.system, {below, other}),
    ):
        condition = scopes.within(actor, scopes.TASK_EDITORS, "unit__ancestor_ids")
        assert set(Task.objects.filter(condition)) == expected


def test_find_by_label_or_key(world: World) -> None:
    unit = UnitFactory(code="50", name="Sozialamt")
    position = PositionFactory(number="50-03", title="Wohngeld (Team 2)")
    person = PersonFactory(last_name="Kaya", first_name="", personnel_number="47 11")
    task = TaskFactory(title="Wohngeld (neu) bescheiden", key="WG (1)")
    for text in ("50", " 50 ", "50  Sozialamt"):
        assert units.find_unit(text) == unit
    for text in ("50-03", str(position)):
        assert positions.find_position(text) == position
    for text in ("47 11", persons.label_of(person)):
        assert persons.find_person(text, actor=world.actor()) == person
    assert tasks.find_task("WG (1)") == task
    plain = TaskFactory(key="B-2")
    for text in ("B-2", tasks.label_of(plain)):
        assert tasks.find_task(text) == plain
    assert units.find_unit("x") is None
    assert positions.find_position("x") is None
    assert persons.find_person("x", actor=world.actor()) is None
    assert tasks.find_task("x") is None


def test_get_raises_not_found(world: World) -> None:
    actor, nowhere = world.actor(), new_id()
    with pytest.raises(NotFound):
        units.get_unit(actor=actor, unit_id=nowhere)
    with pytest.raises(NotFound):
        positions.get_position(actor=actor, position_id=nowhere)
    with pytest.raises(NotFound):
        persons.get_person(actor=actor, person_id=nowhere)
    with pytest.raises(NotFound):
        tasks.get_task(actor=actor, task_id=nowhere)
    with pytest.raises(NotFound):
        holdings.get_holding(actor=actor, holding_id=nowhere, permission="workforce.holding.edit")


def test_holders_of_counts_today_only(world: World) -> None:
    position = PositionFactory()
    for starts_on, ends_on in (
        (None, None),
        ("2026-11-22", "2026-11-22"),
        ("2026-11-23", None),
        (None, "2026-11-21"),
    ):
        HoldingFactory(position=position, starts_on=starts_on, ends_on=ends_on)
    HoldingFactory(position=position, person=PersonFactory(ended_on="2026-01-01"))
    found = holdings.holders_of([position.pk], actor=world.actor(), today=TODAY)
    assert len(found[position.pk]) == 2
    nameless = holdings.holders_of([position.pk], actor=world.actor(Role.EXECUTIVE), today=TODAY)
    assert [(each.person_id, each.name, each.email) for each in nameless[position.pk]] == [(None, "", "")] * 2


def test_person_of_is_the_own_one(world: World) -> None:
    actor = world.actor(Role.EMPLOYEE)
    assert persons.person_of(actor=actor) is None
    assert persons.person_of(actor=world.system) is None
    mine = PersonFactory(account_id=actor.account_id)
    assert persons.person_of(actor=actor) == mine


def test_changeable_ids_are_those_of_the_own_area(world: World) -> None:
    mine = UnitFactory()
    task = TaskFactory(unit=mine)
    TaskFactory()
    bound = world.actor(Role.LINE_MANAGER, unit_id=mine.pk)
    assert tasks.changeable_ids(actor=bound, wanted=TaskFilter(), today=TODAY) == [task.pk]
    with pytest.raises(PermissionRefused):
        tasks.changeable_ids(actor=world.actor(Role.EMPLOYEE), wanted=TaskFilter(), today=TODAY)


def test_contacts_name_the_absent_responsible_one_last(world: World) -> None:
    unit = UnitFactory()
    task = TaskFactory(unit=unit)
    for kind, ready in (("responsible", False), ("deputy", True), ("deputy", False), ("can_help", False)):
        ResponsibilityFactory(task=task, position=HoldingFactory().position, kind=kind, ready=ready)
    HoldingFactory(position=PositionFactory(unit=unit, is_lead=True))
    found = tasks.task_detail(actor=world.actor(), task_id=task.pk, today=TODAY)
    assert [each.reason for each in found.contacts] == ["deputy", "can_help", "lead", "responsible"]


def test_contacts_name_the_next_lead_that_is_there(world: World) -> None:
    top = UnitFactory()
    unit = UnitFactory(parent=top)
    PositionFactory(unit=unit, is_lead=True)
    lead = HoldingFactory(position=PositionFactory(unit=top, is_lead=True))
    task = TaskFactory(unit=unit)
    ResponsibilityFactory(task=task)
    found = tasks.task_detail(actor=world.actor(), task_id=task.pk, today=TODAY)
    assert [(each.reason, each.position.pk) for each in found.contacts] == [("lead", lead.position_id)]
    assert found.gaps == ("vacant", "no_deputy")


def test_history_speaks_in_words(world: World) -> None:
    task, position = TaskFactory(), PositionFactory(number="1", title="A")
    part = Part(position, responsibilities.ResponsibilityKind.DEPUTY, ready=True)
    responsibilities.set_responsibility(task=task, part=part, seen=None, actor=world.actor(), now=NOW)
    with translation.override("de"):
        [line] = history.latest(actor=world.actor(), obj=task)
        assert line.what == "Zuständigkeiten geändert"
        assert [(each.field, each.old, each.new) for each in line.changes] == [
            ("1 A", "–", "Vertretung, bereit")
        ]
    assert history.latest(actor=world.actor(Role.EMPLOYEE), obj=task) is None
    with pytest.raises(PermissionRefused):
        history.history_page(actor=world.actor(Role.EMPLOYEE), obj=task, query={})
