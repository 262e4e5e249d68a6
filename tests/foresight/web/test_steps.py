"""The next steps beside a task: what they say follows from its figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import translation

from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.web.steps import months_until, time_note
from staffelstab.workforce.models import Responsibility, Task
from tests.factories.foresight import AS_OF, small_house
from tests.factories.workforce import TaskFactory
from tests.world import World

BOARD = "/ausblick/wissensrisiko/"
ClientAs = Callable[[str], Client]
PAGE = (
    "Aufgabe beschreiben",
    "hilft der Nachfolge; senkt das Restrisiko erst, wenn Beschreibungen hier geführt werden",
)
OUTSIDE = (
    "Hilfe von außen holen",
    "wer sie früher erledigt hat oder in einer anderen Kommune erledigt, kann anleiten",
)
STEPS_IN = "könnte einspringen, bevor die Stelle besetzt ist"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The request's clock stands on the day the small house is made for."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: AS_OF)


@pytest.mark.parametrize(
    ("day", "quarter", "months"),
    [
        (dt.date(2026, 11, 22), Quarter(2028, 1), 13),
        (dt.date(2026, 11, 1), Quarter(2028, 1), 14),
        (dt.date(2026, 11, 2), Quarter(2027, 1), 1),
        (dt.date(2026, 12, 2), Quarter(2027, 1), 0),
        (dt.date(2026, 11, 22), Quarter(2026, 4), 0),
        (dt.date(2026, 1, 1), Quarter(2026, 1), 0),
        (dt.date(2026, 10, 1), Quarter(2028, 2), 18),
    ],
)
def test_full_months_until_a_quarter(day: dt.date, quarter: Quarter, months: int) -> None:
    assert months_until(day, quarter) == months


@pytest.mark.parametrize(
    ("quarter", "note"),
    [
        (None, "ohne Eile: Die Aufgabe wird in 15 Jahren nicht rot"),
        (Quarter(2034, 4), "rechtzeitig: nötig sind 18 bis 24 Monate, es bleiben etwa 7 Jahre"),
        (Quarter(2029, 4), "rechtzeitig: nötig sind 18 bis 24 Monate, es bleiben etwa 34"),
        (Quarter(2029, 1), "rechtzeitig: nötig sind 18 bis 24 Monate, es bleiben etwa 25"),
        (Quarter(2028, 4), "gerade noch rechtzeitig: nötig sind 18 bis 24 Monate, es bleiben etwa 22"),
        (Quarter(2028, 3), "gerade noch rechtzeitig: nötig sind 18 bis 24 Monate, es bleiben etwa 19"),
        (Quarter(2028, 2), "knapp: nötig wären 18 bis 24 Monate, es bleiben etwa 16"),
        (Quarter(2027, 1), "knapp: nötig wären 18 bis 24 Monate, es bleibt etwa 1"),
        (Quarter(2026, 4), "knapp: nötig wären 18 bis 24 Monate, es bleiben nur Wochen"),
    ],
)
def test_note_says_whether_there_is_time(quarter: Quarter | None, note: str) -> None:
    with translation.override("de"):
        assert time_note(AS_OF, quarter) == note


def card(client: Client, task: Task) -> BeautifulSoup:
    response = client.get(f"{BOARD}?aufgabe={task.pk}")
    return BeautifulSoup(response.content, "html.parser").select_one("#auswahl")


def steps(found: BeautifulSoup) -> list[tuple[str, str]]:
    return [(step.h4.get_text(), step.p.get_text()) for step in found.select(".steps .todo")]


def test_steps_of_a_task_that_somebody_masters(client_as: ClientAs, world: World) -> None:
    with world.inside():
        house = small_house()
    found = card(client_as("knowledge_manager"), house.benefit)
    assert steps(found) == [
        ("Übergabe beginnen", "knapp: nötig wären 18 bis 24 Monate, es bleiben etwa 16"),
        ("Vertretung einarbeiten", "eine bereite Vertretung ist eine Person mehr, die es kann"),
        PAGE,
    ]
    described = found.find("dt", string="Dokumentationsgrad").find_next("dd")
    assert described.get_text() == "0 % (Beschreibungen werden hier noch nicht geführt)"


def test_steps_of_a_task_that_nobody_masters(client_as: ClientAs, world: World) -> None:
    with world.inside():
        house = small_house()
        orphan = TaskFactory(unit=house.finance)
        assert not Responsibility.objects.filter(task=orphan).exists()
    client = client_as("knowledge_manager")
    found = card(client, house.cemetery)
    assert steps(found) == [
        ("Stelle besetzen", "heute beherrscht niemand die Aufgabe"),
        ("Vertretung benennen", STEPS_IN),
        OUTSIDE,
    ]
    assert [link["href"].rpartition("&")[2] for link in found.select(".steps a")] == [
        "art=hire",
        "art=deputy",
        "art=other",
    ]
    assert steps(card(client, orphan))[0] == (
        "Zuständigkeit festlegen",
        "heute ist keine Stelle für die Aufgabe zuständig",
    )
