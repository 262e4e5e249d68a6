"""Screens about one task and the register."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from staffelstab.core.models import Look
from staffelstab.identity.enums import Role
from staffelstab.workforce.enums import ResponsibilityKind as Kind
from staffelstab.workforce.models import Responsibility, Task
from tests.factories.workforce import (
    HoldingFactory,
    PersonFactory,
    PositionFactory,
    ResponsibilityFactory,
    TaskFactory,
    UnitFactory,
)
from tests.workforce.web.pages import form_of, own_queries, titles, words
from tests.world import World

LIST = reverse("workforce:task_list")
LIST_QUERIES = 6
"""Tasks, their parts, units of the chip, services of the chip with their names, the count."""


def test_task_list_says_what_to_do_when_empty(client_as: Any) -> None:
    page = client_as("knowledge_manager").get(LIST)
    assert "Noch keine Aufgabe" in words(page)
    assert reverse("workforce:task_create") in page.content.decode()
    employee = client_as("employee").get(LIST)
    assert reverse("workforce:task_create") not in employee.content.decode()


def test_task_list_with_filters_that_fit_nothing_says_so(client_as: Any, world: World) -> None:
    with world.inside():
        TaskFactory()
    assert "Nichts gefunden" in words(client_as("employee").get(LIST, {"q": "xyz"}))


def test_task_list_sorts_umlauts_like_their_letters(client_as: Any, world: World) -> None:
    with world.inside():
        for title in ("Zebra zählen", "Äpfel prüfen", "Anträge annehmen", "Ärzte einladen"):
            TaskFactory(title=title)
    client = client_as("employee")
    assert titles(client.get(LIST)) == ["Anträge annehmen", "Äpfel prüfen", "Ärzte einladen", "Zebra zählen"]
    assert titles(client.get(LIST, {"sort": "-title"}))[0] == "Zebra zählen"


def test_task_list_filters(client_as: Any, world: World) -> None:
    with world.inside():
        top = UnitFactory()
        below = UnitFactory(parent=top)
        first = TaskFactory(
            title="Gebühr festsetzen",
            unit=below,
            topic="taxes",
            criticality=5,
            service_key="99107023017000",
        )
        TaskFactory(title="Anderes tun", key="ZZ-9")
        part = ResponsibilityFactory(task=first)
        holder = HoldingFactory(position=part.position)
    client = client_as("knowledge_manager")
    for query in (
        {"einheit": str(top.pk)},
        {"thema": "taxes"},
        {"kritikalitaet": "5"},
        {"leistung": "99107023017000"},
        {"stelle": str(part.position_id)},
        {"person": str(holder.person_id)},
        {"q": "gebuhr"},
        {"q": "GEBÜHR"},
        {"q": "Gebuehr fest"},
    ):
        assert titles(client.get(LIST, query)) == ["Gebühr festsetzen"], query
    assert titles(client.get(LIST, {"luecke": "no_responsible"})) == ["Anderes tun"]
    assert titles(client.get(LIST, {"q": "zz 9"})) == ["Anderes tun"]
    assert len(titles(client.get(LIST, {"luecke": "no_deputy"}))) == 2
    for nonsense in (
        {"einheit": "x"},
        {"kritikalitaet": "9"},
        {"luecke": "x"},
        {"sort": "x"},
        {"after": "x"},
    ):
        assert len(titles(client.get(LIST, nonsense))) == 2, nonsense


@pytest.mark.parametrize("role", ["executive", "privacy", "administrator", "network_operator"])
def test_task_list_tells_nobody_what_a_person_holds_who_may_not_see_people(
    client_as: Any, world: World, role: str
) -> None:
    with world.inside():
        part = ResponsibilityFactory()
        holder = HoldingFactory(position=part.position)
    known, unknown = (
        client_as(role).get(LIST, {"person": str(key)}) for key in (holder.person_id, world.stranger_id)
    )
    assert (known.status_code, titles(known), titles(unknown)) == (200, [], [])
    # A view of the list is empty and not whole: nothing done to "all that fit" would reach other tasks.
    assert len(titles(client_as(role).get(LIST))) == 1


def test_task_list_gap_vacant(client_as: Any, world: World) -> None:
    with world.inside():
        filled, vacant = ResponsibilityFactory(), ResponsibilityFactory()
        HoldingFactory(position=filled.position)
        HoldingFactory(position=vacant.position, ends_on="2026-01-31")
        ready = ResponsibilityFactory(task=filled.task, kind=Kind.DEPUTY, ready=True)
        assert ready.ready
    client = client_as("employee")
    assert titles(client.get(LIST, {"luecke": "vacant"})) == [vacant.task.title]
    assert titles(client.get(LIST, {"luecke": "no_ready_deputy"})) == [vacant.task.title]


def test_task_list_pages_are_stable_under_ties(client_as: Any, world: World) -> None:
    with world.inside():
        unit = UnitFactory()
        keys = {TaskFactory(title="Übung halten", unit=unit).pk for _each in range(120)}
    client = client_as("employee")
    seen: list[str] = []
    address = LIST
    for _page in range(3):
        page = BeautifulSoup(client.get(address).content, "html.parser")
        seen += [link["href"].split("/")[2] for link in page.select("tbody th.primary a")]
        following = page.select_one("a[rel=next]")
        address = LIST + following["href"] if following else ""
    assert (len(seen), set(seen), address) == (120, {str(key) for key in keys}, "")


@pytest.mark.parametrize("rows", [1, 3])
def test_task_list_queries(client_as: Any, world: World, rows: int) -> None:
    with world.inside():
        for _each in range(rows):
            ResponsibilityFactory(task=TaskFactory(service_key="99107023017000"))
    assert own_queries(client_as("knowledge_manager"), LIST) == LIST_QUERIES


# 10,000 rows take about a second to make.
@pytest.mark.slow
def test_task_list_of_10000_takes_as_many_queries(client_as: Any, world: World) -> None:
    with world.inside():
        unit = UnitFactory()
        Task.objects.bulk_create(TaskFactory.build_batch(10_000, unit=unit, service_key="99107023017000"))
    assert own_queries(client_as("knowledge_manager"), LIST) == LIST_QUERIES


def test_task_export_is_safe_in_a_spreadsheet(client_as: Any, world: World) -> None:
    with world.inside():
        task = TaskFactory(title='=HYPERLINK("x")', key="K1")
        TaskFactory(title="Nicht dabei")
        position = PositionFactory(number="1", title="A")
        HoldingFactory(position=position, person=PersonFactory(last_name="Geheim"))
        ResponsibilityFactory(task=task, position=position)
    client = client_as("knowledge_manager")
    answer = client.get(reverse("workforce:task_export"), {"format": "csv", "q": "hyperlink"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert (len(rows), rows[1][0], rows[1][1], rows[1][13]) == (2, "K1", '\'=HYPERLINK("x")', "1 A")
    assert "Geheim" not in answer.content.decode()
    book = client.get(reverse("workforce:task_export"), {"format": "xlsx"})
    assert book.content[:2] == b"PK"
    assert client_as("line_manager").get(reverse("workforce:task_export")).status_code == 404


def test_task_detail_shows_who_steps_in(client_as: Any, world: World) -> None:
    with world.inside():
        unit = UnitFactory(code="50", name="Sozialamt")
        task = TaskFactory(title="Wohngeldantrag bescheiden", unit=unit, criticality=4)
        for number, last_name, kind in (("1", "Kaya", Kind.RESPONSIBLE), ("2", "Okafor", Kind.DEPUTY)):
            position = PositionFactory(number=number, title="Wohngeld", unit=unit)
            HoldingFactory(position=position, person=PersonFactory(last_name=last_name))
            ResponsibilityFactory(task=task, position=position, kind=kind)
        lead = PositionFactory(number="0", title="Leitung", unit=unit, is_lead=True)
        HoldingFactory(position=lead, person=PersonFactory(last_name="Sobotta"))
    address = reverse("workforce:task_detail", args=[task.pk])
    text = words(client_as("employee").get(address))
    for part in (
        "Kim Kaya",
        "Vertretungskarte",
        "Frist und Rhythmus",
        "Kim Okafor",
        "Kim Sobotta",
        "keine Vertretung bereit",
        "50 Sozialamt",
    ):
        assert part in text
    nameless = words(client_as("executive").get(address))
    for name in ("Kaya", "Okafor", "Sobotta"):
        assert name not in nameless
    assert "von 1 Person besetzt" in nameless
    with world.inside():
        assert Look.objects.count() == 0


def test_task_detail_offers_only_what_the_role_may(client_as: Any, world: World) -> None:
    with world.inside():
        task = TaskFactory()
    address = reverse("workforce:task_detail", args=[task.pk])
    edit, history = (reverse(f"workforce:task_{verb}", args=[task.pk]) for verb in ("edit", "history"))
    for role, offered in ((Role.LINE_MANAGER, True), (Role.EMPLOYEE, False), (Role.EXECUTIVE, False)):
        page = client_as(role).get(address).content.decode()
        assert ((edit in page), (history in page)) == (offered, offered), role


def test_task_create_leads_to_who_does_it(client_as: Any, world: World) -> None:
    with world.inside():
        unit = UnitFactory(code="50", name="Sozialamt")
    client = client_as("knowledge_manager")
    address = reverse("workforce:task_create")
    assert form_of(client.get(address, {"einheit": str(unit.pk)}))["unit"] == "50 Sozialamt"
    answer = client.post(
        address, {"title": "Neu 🦔", "key": "N-1", "unit": "50 Sozialamt", "criticality": "3"}
    )
    with world.inside():
        task = Task.objects.get(key="N-1")
    assert answer.url == reverse("workforce:task_responsibilities", args=[task.pk])
    assert (task.title, task.criticality, task.position_risk) == ("Neu 🦔", 3, None)


def test_task_create_keeps_what_was_typed_and_says_what_is_wrong(client_as: Any, world: World) -> None:
    with world.inside():
        TaskFactory(key="N-1", unit=UnitFactory(code="50"))
    client = client_as("knowledge_manager")
    address = reverse("workforce:task_create")
    long = "ä" * 300
    answer = client.post(address, {"title": long, "key": "", "unit": "99 Nirgends", "service_key": "12"})
    assert answer.status_code == 422
    assert form_of(answer)["title"] == long
    text = words(answer)
    assert "Diese Einheit gibt es nicht." in text
    assert "Ein Leistungsschlüssel hat 14 Ziffern" in text
    twice = client.post(address, {"title": "Noch einmal", "key": "N-1", "unit": "50"})
    assert twice.status_code == 422
    assert "Eine Aufgabe mit dem Schlüssel „N-1“ gibt es schon." in words(twice)
    assert form_of(twice)["title"] == "Noch einmal"


def test_task_edit_by_two_people_keeps_what_was_typed(client_as: Any, world: World) -> None:
    with world.inside():
        task = TaskFactory(title="Alt")
    address = reverse("workforce:task_edit", args=[task.pk])
    first, second = client_as("knowledge_manager"), client_as("line_manager")
    opened = form_of(second.get(address))
    assert first.post(address, {**form_of(first.get(address)), "title": "Erste"}).status_code == 302
    stale = second.post(address, {**opened, "title": "Zweite"})
    assert stale.status_code == 422
    assert "Jemand anderes hat diesen Eintrag inzwischen geändert." in words(stale)
    again = form_of(stale)
    assert again["title"] == "Zweite"
    assert second.post(address, again).status_code == 302
    with world.inside():
        assert Task.objects.get(pk=task.pk).title == "Zweite"


def test_task_edit_with_a_damaged_form_asks_to_reload(client_as: Any, world: World) -> None:
    with world.inside():
        task = TaskFactory()
    client = client_as("knowledge_manager")
    address = reverse("workforce:task_edit", args=[task.pk])
    answer = client.post(address, {**form_of(client.get(address)), "seen": "gestern"})
    assert answer.status_code == 422
    assert "Bitte laden Sie die Seite neu" in words(answer)


def test_task_responsibilities_are_replaced(client_as: Any, world: World) -> None:
    with world.inside():
        task = TaskFactory()
        old = ResponsibilityFactory(task=task, position=PositionFactory(number="1", title="A"))
        PositionFactory(number="2", title="B")
        PositionFactory(number="3", title="C")
    client = client_as("line_manager")
    address = reverse("workforce:task_responsibilities", args=[task.pk])
    values = form_of(client.get(address))
    assert (values["teil-0-position"], values["teil-0-kind"]) == ("1 A", "responsible")
    values |= {"teil-0-DELETE": "on", "teil-1-position": "2 B", "teil-1-kind": "deputy", "teil-1-ready": "on"}
    assert client.post(address, values).status_code == 302
    with world.inside():
        rows = Responsibility.objects.filter(task=task).values_list("position__number", "kind", "ready")
        assert list(rows) == [("2", "deputy", True)]
        assert old.position.ended_on is None
    values = form_of(client.get(address))
    values |= {"teil-1-position": "2", "teil-1-kind": "can_help"}
    twice = client.post(address, values)
    assert twice.status_code == 422
    assert "Hier steht sie zweimal." in words(twice)
    values |= {"teil-1-position": "3", "teil-1-kind": "can_help", "teil-1-ready": "on"}
    unready = client.post(address, values)
    assert "Nur eine Vertretung kann bereit sein." in words(unready)
    assert form_of(unready)["teil-1-position"] == "3"


@pytest.mark.parametrize(
    "counts",
    [
        {"TOTAL_FORMS": "-1"},
        {"TOTAL_FORMS": "0"},
        {"TOTAL_FORMS": "1"},
        {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0"},
        {"TOTAL_FORMS": "2", "INITIAL_FORMS": "0"},
        {"TOTAL_FORMS": "-1", "INITIAL_FORMS": "-2"},
    ],
)
def test_task_responsibilities_that_are_not_sent_are_not_removed(
    client_as: Any, world: World, counts: dict[str, str]
) -> None:
    with world.inside():
        task = TaskFactory()
        ResponsibilityFactory.create_batch(2, task=task)
    client = client_as("knowledge_manager")
    address = reverse("workforce:task_responsibilities", args=[task.pk])
    values = form_of(client.get(address)) | {f"teil-{name}": count for name, count in counts.items()}
    answer = client.post(address, values)
    assert answer.status_code == 422
    assert "Bitte laden Sie die Seite neu und geben Sie Ihre Änderung noch einmal ein." in words(answer)
    assert "Das ließ sich nicht speichern" in words(answer)
    assert "unten markierten Zeilen" not in words(answer)
    with world.inside():
        assert Responsibility.objects.filter(task=task).count() == 2


@pytest.mark.parametrize("seen", ["", None])
def test_a_form_about_an_entry_says_when_it_was_opened(
    client_as: Any, world: World, seen: str | None
) -> None:
    with world.inside():
        task = ResponsibilityFactory(task=TaskFactory(title="Wohngeld bescheiden")).task
    client = client_as("knowledge_manager")
    for verb in ("edit", "responsibilities", "end"):
        address = reverse(f"workforce:task_{verb}", args=[task.pk])
        values = form_of(client.get(address))
        del values["seen"]
        answer = client.post(address, values if seen is None else {**values, "seen": seen, "title": "Anders"})
        assert answer.status_code == 422, verb
        assert "Bitte laden Sie die Seite neu" in words(answer), verb
    with world.inside():
        fresh = Task.objects.get(pk=task.pk)
    assert (fresh.title, fresh.ended_on) == ("Wohngeld bescheiden", None)


def test_task_end_and_reactivate(client_as: Any, world: World) -> None:
    with world.inside():
        task = TaskFactory(title="Pferdesteuer erheben")
    client = client_as("knowledge_manager")
    for verb in ("end", "reactivate"):
        address = reverse(f"workforce:task_{verb}", args=[task.pk])
        assert client.post(address, form_of(client.get(address))).status_code == 302
        ended = titles(client.get(LIST, {"stand": "beendet"}))
        assert ended == (["Pferdesteuer erheben"] if verb == "end" else [])
    text = words(client.get(reverse("workforce:task_history", args=[task.pk])))
    assert "beendet" in text
    assert "wieder aufgenommen" in text


def test_task_bulk_asks_first_and_then_changes(client_as: Any, world: World) -> None:
    with world.inside():
        tasks = TaskFactory.create_batch(3)
        position = PositionFactory(number="7", title="Springer")
    client = client_as("knowledge_manager")
    address = reverse("workforce:task_bulk")
    chosen = {"action": "deputy", "selected": [str(task.pk) for task in tasks[:2]]}
    page = client.post(address, chosen)
    assert "Das ändert 2 Aufgaben." in words(page)
    refused = client.post(address, {**chosen, "confirmed": "1", "position": "gibt es nicht"})
    assert refused.status_code == 422
    assert "gibt es nicht" in form_of(refused)["position"]
    done = client.post(address, {**chosen, "confirmed": "1", "position": "7 Springer", "ready": "on"})
    assert done.url == LIST
    with world.inside():
        rows = Responsibility.objects.filter(position=position).values_list("task_id", "kind", "ready")
        assert set(rows) == {(task.pk, "deputy", True) for task in tasks[:2]}
    assert "2 Aufgaben wurden geändert." in words(client.get(LIST))


def test_task_bulk_on_everything_that_fits(client_as: Any, world: World) -> None:
    with world.inside():
        TaskFactory.create_batch(60, purpose="Steuer")
        other = TaskFactory()
    client = client_as("knowledge_manager")
    query = {"action": "topic", "everything": "1", "query": "q=steuer"}
    page = client.post(reverse("workforce:task_bulk"), query)
    assert "Das ändert 60 Aufgaben." in words(page)
    values = {**form_of(page), "topic": "taxes"}
    assert client.post(reverse("workforce:task_bulk"), values).url == f"{LIST}?q=steuer"
    with world.inside():
        assert Task.objects.filter(topic="taxes").count() == 60
        assert Task.objects.get(pk=other.pk).topic == ""


@pytest.mark.parametrize(
    ("action", "field", "value"),
    [("unit", "unit", "88"), ("criticality", "criticality", "4"), ("risk", "position_risk", "5")],
)
def test_task_bulk_other_actions(client_as: Any, world: World, action: str, field: str, value: str) -> None:
    with world.inside():
        task = TaskFactory()
        unit = UnitFactory(code="88")
    wanted = {"action": action, "selected": str(task.pk), "confirmed": "1", field: value}
    assert client_as("knowledge_manager").post(reverse("workforce:task_bulk"), wanted).status_code == 302
    with world.inside():
        fresh = Task.objects.get(pk=task.pk)
        stored = {"unit": fresh.unit_id == unit.pk, "criticality": fresh.criticality == 4}
        assert stored.get(field, fresh.position_risk == 5)


def test_task_bulk_with_nothing_or_nonsense(client_as: Any) -> None:
    client = client_as("knowledge_manager")
    address = reverse("workforce:task_bulk")
    assert client.get(address).url == LIST
    assert client.post(address, {"action": "deputy"}).url == LIST
    assert "Es ist keine Aufgabe ausgewählt." in words(client.get(LIST))
    assert client.post(address, {"action": "unknown"}).status_code == 404
    assert client_as("employee").post(address, {"action": "deputy"}).status_code == 404


def test_task_pick_suggests_own_tasks_only(client_as: Any, world: World) -> None:
    with world.inside():
        TaskFactory(title="Müll <abholen>", key="M-1")
    with world.inside(organisation_id=world.stranger_id):
        TaskFactory(title="Müll der Fremden", key="F-1")
    answer = client_as("employee").get(reverse("workforce:task_pick"), {"q": "muell"})
    assert answer.content.decode() == '<option value="Müll &lt;abholen&gt; (M-1)"></option>'


@pytest.mark.parametrize("rows", [1, 3])
def test_task_detail_queries(client_as: Any, world: World, rows: int) -> None:
    with world.inside():
        task = TaskFactory(service_key="99107023017000")
        for _each in range(rows):
            HoldingFactory(position=ResponsibilityFactory(task=task).position)
        HoldingFactory(position=PositionFactory(unit=task.unit, is_lead=True))
    # task with the name of its service, path, parts, leads, holders of both
    address = reverse("workforce:task_detail", args=[task.pk])
    assert own_queries(client_as("employee"), address) == 5
