"""The start page: own tasks, what is due, figures only for those who may see them, few queries."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.models import RiskRecord
from staffelstab.workforce.enums import ResponsibilityKind
from staffelstab.workforce.models import Person
from tests.factories.workforce import HoldingFactory, PersonFactory, ResponsibilityFactory, TaskFactory
from tests.world import World

START = "portal:start_show"


def own_task(world: World, title: str, **responsibility: Any) -> None:
    """A task of the employee's position."""
    account = world.accounts["employee"]
    person = Person.objects.filter(account_id=account.pk).first() or PersonFactory(account_id=account.pk)
    holding = HoldingFactory(person=person)
    ResponsibilityFactory(task=TaskFactory(title=title), position=holding.position, **responsibility)


def test_employee_sees_own_tasks_and_no_figures(world: World, client_as: Any) -> None:
    with world.inside():
        own_task(world, "Wohngeldantrag bescheiden", kind=ResponsibilityKind.RESPONSIBLE)
        TaskFactory(title="Deichschau durchführen")
    page = client_as("employee").get(reverse(START)).content.decode()
    assert "Wohngeldantrag bescheiden" in page
    assert "Deichschau durchführen" not in page
    assert "rot in zwei Jahren" not in page


def test_deputy_not_ready_is_said(world: World, client_as: Any) -> None:
    with world.inside():
        person = PersonFactory(account_id=world.accounts["employee"].pk)
        holding = HoldingFactory(person=person)
        ResponsibilityFactory(
            task=TaskFactory(), position=holding.position, kind=ResponsibilityKind.DEPUTY, ready=False
        )
    assert "Vertretung, noch einzuarbeiten" in client_as("employee").get(reverse(START)).content.decode()


def test_ended_holding_is_no_own_task(world: World, client_as: Any) -> None:
    with world.inside():
        person = PersonFactory(account_id=world.accounts["employee"].pk)
        holding = HoldingFactory(person=person, ends_on=date(2020, 1, 1))
        ResponsibilityFactory(task=TaskFactory(title="Altes erledigen"), position=holding.position)
    assert "Altes erledigen" not in client_as("employee").get(reverse(START)).content.decode()


def test_empty_register_says_what_to_do(world: World, client_as: Any) -> None:
    assert "Ihr Verzeichnis ist leer" in client_as("knowledge_manager").get(reverse(START)).content.decode()


def test_task_without_holder_is_due(world: World, client_as: Any) -> None:
    with world.inside():
        TaskFactory(title="Denkmal schützen")
    page = client_as("knowledge_manager").get(reverse(START)).content.decode()
    assert "„Denkmal schützen“" in page


def test_figures_of_the_quarter_before_stand_beside_those_of_today(world: World, client_as: Any) -> None:
    quarter = Quarter.from_date(timezone.localdate()).shifted(-1)
    with world.inside():
        TaskFactory(title="Denkmal schützen")
        RiskRecord.objects.create(
            organisation_id=world.organisation.pk,
            quarter=quarter.index,
            recorded_on=date(2026, 9, 30),
            tasks=40,
            red_now=3,
            red_two_years=17,
            without_holder=2,
            one_holder=9,
        )
    page = client_as("knowledge_manager").get(reverse(START)).content.decode()
    assert "vor einem Quartal: 17" in page


def test_account_without_organisation(world: World, client_as: Any) -> None:
    with world.inside():
        world.accounts["advisor"].memberships.update(until=date(2026, 1, 1), since=date(2025, 1, 1))
    page = client_as("advisor").get(reverse(START)).content.decode()
    assert "noch keiner Organisation" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_query_count(world: World, client_as: Any, django_assert_num_queries: Any, rows: int) -> None:
    with world.inside():
        for number in range(rows):
            own_task(world, f"Aufgabe {number}", kind=ResponsibilityKind.RESPONSIBLE)
    client = client_as("knowledge_manager")
    client.get(reverse(START))
    # Two of these are the test's own savepoint, one puts its context back, one loads the register, which a
    # transaction that has written does not take from the cache: 7 remain.
    with django_assert_num_queries(11):
        client.get(reverse(START))
