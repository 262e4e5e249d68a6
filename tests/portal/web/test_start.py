"""The start page: own tasks, what is due, figures only for those who may see them, few queries."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.models import RiskRecord
from staffelstab.identity.models import RoleGrant
from staffelstab.portal.models import BarrierReport
from staffelstab.workforce.enums import ResponsibilityKind
from staffelstab.workforce.models import Person, Task
from tests.factories.foresight import MeasureFactory
from tests.factories.workforce import (
    HoldingFactory,
    PersonFactory,
    ResponsibilityFactory,
    TaskFactory,
    UnitFactory,
)
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


def text_of(answer: Any) -> str:
    """The words of the page's content."""
    main = BeautifulSoup(answer.content, "html.parser").find(id="content")
    assert main is not None
    return " ".join(main.get_text(" ").split())


def pressing_tasks(unit: Any) -> None:
    """Six tasks that have to begin now: two are done by nobody, the last one has a measure; and one that is not red."""
    leaving = HoldingFactory(
        position__unit=unit, exit_quarter=Quarter.from_date(timezone.localdate()).shifted(3).index
    )
    for title, risk in (("Bad betreiben", 5), ("Chor leiten", 2), ("Deich prüfen", 3), ("Eiche fällen", 1)):
        task = TaskFactory(title=title, unit=unit, position_risk=risk)
        ResponsibilityFactory(task=task, position=leaving.position, kind=ResponsibilityKind.RESPONSIBLE)
    MeasureFactory(task=Task.objects.get(title="Eiche fällen"))
    TaskFactory(title="Zaun setzen", unit=unit, position_risk=1)
    TaskFactory(title="Yacht hafen", unit=unit, position_risk=2)
    staying = TaskFactory(title="Wald pflegen", unit=unit)
    for _each in range(3):
        holding = HoldingFactory(position__unit=unit)
        ResponsibilityFactory(task=staying, position=holding.position, kind=ResponsibilityKind.RESPONSIBLE)


def test_all_tasks_to_begin_now_are_counted_and_the_most_urgent_named(world: World, client_as: Any) -> None:
    with world.inside():
        pressing_tasks(UnitFactory())
    page = client_as("knowledge_manager").get(reverse(START))
    soup, text = BeautifulSoup(page.content, "html.parser"), text_of(page)
    assert "Fünf Dinge brauchen heute Ihre Entscheidung." in text
    assert [title.get_text() for title in soup.select("main .todos h3")] == [
        "„Yacht hafen“: kann heute niemand",
        "„Zaun setzen“: kann heute niemand",
        "„Bad betreiben“: Die Übergabe müsste jetzt beginnen",
    ]
    assert "Alle 6 Aufgaben, deren Übergabe jetzt beginnen müsste" in text
    assert "für eine davon ist eine Maßnahme eingetragen" in text
    link = soup.select_one("main .card .todos-more a")
    assert link is not None
    board = client_as("knowledge_manager").get(str(link["href"]).partition("#")[0])
    rows = BeautifulSoup(board.content, "html.parser").select("#liste tbody tr")
    assert len(rows) == 6


def test_line_manager_reads_what_has_to_begin_in_her_units_alone(world: World, client_as: Any) -> None:
    with world.inside():
        mine = UnitFactory()
        RoleGrant.objects.filter(account=world.accounts["line_manager"]).update(unit_id=mine.pk)
        task = TaskFactory(title="Wohngeldantrag bescheiden", unit=mine)
        TaskFactory(title="Denkmal schützen")
        MeasureFactory(task=task)
    text = text_of(client_as("line_manager").get(reverse(START)))
    assert (
        "Heute ist für Sie nichts Neues fällig. Bei einer Aufgabe müsste die Übergabe jetzt beginnen" in text
    )
    assert "Denkmal schützen" not in text


def test_one_overdue_measure_is_not_the_oldest(world: World, client_as: Any) -> None:
    with world.inside():
        MeasureFactory(task=TaskFactory(), what="Steckbrief schreiben", due_on=date(2026, 1, 15))
    text = text_of(client_as("knowledge_manager").get(reverse(START)))
    assert "1 Maßnahme ist überfällig Sie war am 15.01.2026 fällig: Steckbrief schreiben" in text


def test_executive_reads_the_finding_and_can_make_the_report(world: World, client_as: Any) -> None:
    with world.inside():
        TaskFactory(title="Denkmal schützen")
        TaskFactory(title="Deich prüfen")
    page = client_as("executive").get(reverse(START))
    text = text_of(page)
    assert "voraussichtlich niemanden mehr, der sie beherrscht. Bei 2 davon müsste die Übergabe jetzt" in text
    assert "Meine Aufgaben" not in text
    primary = BeautifulSoup(page.content, "html.parser").select("main .kern-btn--primary")
    assert [(each["href"], each.get_text(strip=True)) for each in primary] == [
        (reverse("foresight:report_create"), "Bericht für den Rat erstellen")
    ]


@pytest.mark.parametrize(
    ("role", "title", "addresses"),
    [
        (
            "administrator",
            "Worum Sie sich kümmern",
            ["account_list", "security_edit", "retention_list", "audit_list"],
        ),
        (
            "privacy",
            "Was gespeichert und ausgewertet wird",
            ["portal:evaluation_list", "retention_list", "staff_list", "audit_list", "portal:stored_show"],
        ),
    ],
)
def test_roles_without_own_tasks_begin_at_what_they_look_after(
    world: World, client_as: Any, role: str, title: str, addresses: list[str]
) -> None:
    client = client_as(role)
    page = client.get(reverse(START))
    text = text_of(page)
    assert title in text
    assert "Ihnen ist keine Aufgabe zugeordnet" not in text
    links = [str(each["href"]) for each in BeautifulSoup(page.content, "html.parser").select("main .todos a")]
    assert links == [reverse(name if ":" in name else f"identity:{name}") for name in addresses]
    assert [client.get(link).status_code for link in links] == [200] * len(links)


def test_open_barriers_are_due_for_administrators(world: World, client_as: Any) -> None:
    with world.inside():
        for day in (3, 9):
            BarrierReport.objects.create(
                organisation_id=world.organisation.pk,
                text="Der Kontrast ist zu gering.",
                received_at=timezone.now(),
                answer_by=date(2099, 1, day),
            )
    text = text_of(client_as("administrator").get(reverse(START)))
    assert "Zwei Dinge brauchen heute Ihre Entscheidung." in text
    assert "2 gemeldete Barrieren sind noch nicht beantwortet Die Antwort ist am 03.01.2099 fällig." in text
    assert "gemeldete Barriere" not in text_of(client_as("employee").get(reverse(START)))


def test_account_on_a_position_without_tasks_is_not_told_it_is_not_linked(
    world: World, client_as: Any
) -> None:
    with world.inside():
        HoldingFactory(person=PersonFactory(account_id=world.accounts["employee"].pk))
    assert "Ihrer Stelle ist keine Aufgabe zugeordnet." in text_of(client_as("employee").get(reverse(START)))


@pytest.mark.parametrize(
    ("kind", "ready", "alone"),
    [
        (ResponsibilityKind.DEPUTY, True, False),
        (ResponsibilityKind.DEPUTY, False, True),
        (ResponsibilityKind.CAN_HELP, False, True),
    ],
)
def test_people_read_what_only_they_can_do(
    world: World, client_as: Any, *, kind: str, ready: bool, alone: bool
) -> None:
    with world.inside():
        own_task(world, "Wohngeldantrag bescheiden", kind=ResponsibilityKind.RESPONSIBLE)
        other = HoldingFactory()
        task = Task.objects.get(title="Wohngeldantrag bescheiden")
        ResponsibilityFactory(task=task, position=other.position, kind=kind, ready=ready)
    assert ("nur Sie können es" in text_of(client_as("employee").get(reverse(START)))) is alone


def test_a_deputy_in_training_is_not_told_to_be_the_only_one(world: World, client_as: Any) -> None:
    with world.inside():
        own_task(world, "Wohngeldantrag bescheiden", kind=ResponsibilityKind.DEPUTY, ready=False)
        other = HoldingFactory()
        task = Task.objects.get(title="Wohngeldantrag bescheiden")
        ResponsibilityFactory(task=task, position=other.position, kind=ResponsibilityKind.RESPONSIBLE)
    assert "nur Sie können es" not in text_of(client_as("employee").get(reverse(START)))


def test_a_deadline_is_called_one(world: World, client_as: Any) -> None:
    with world.inside():
        own_task(world, "Wissen übergeben", kind=ResponsibilityKind.RESPONSIBLE)
        Task.objects.update(frequency="laufend", deadline="7 Quartale vorher")
    assert "laufend · Frist: 7 Quartale vorher" in text_of(client_as("employee").get(reverse(START)))


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
