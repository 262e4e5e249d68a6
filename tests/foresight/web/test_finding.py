"""What a board begins with: its sentence, the way to the tasks it speaks of, and the task that is most pressing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from staffelstab.workforce.models import Task
from tests.factories.foresight import (
    AS_OF,
    MeasureFactory,
    SmallHouse,
    deputy,
    holding,
    own_statements,
    responsible,
    small_house,
)
from tests.factories.workforce import PositionFactory, TaskFactory, UnitFactory
from tests.world import World

BOARD = "/ausblick/wissensrisiko/"
ClientAs = Callable[[str], Client]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The request's clock stands on the day the small house is made for."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: AS_OF)


@pytest.fixture
def house(world: World) -> SmallHouse:
    with world.inside():
        return small_house()


def page_of(client: Client, address: str = "") -> BeautifulSoup:
    response = client.get(BOARD + address)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(page: BeautifulSoup, selector: str) -> str:
    return " ".join(page.select_one(selector).get_text(" ", strip=True).split())


def now_part(page: BeautifulSoup) -> str:
    """The second half of the sentence."""
    return words(page, ".lead [role=status]").partition("sie beherrscht. ")[2]


def titles(page: BeautifulSoup) -> list[str]:
    return [head.get_text(strip=True) for head in page.select("#liste tbody th")]


BEGINS = "Bei 2 davon müsste die Übergabe jetzt beginnen: "
ONE_BEGINS = "Bei einer davon müsste die Übergabe jetzt beginnen: "


@pytest.mark.parametrize(
    ("address", "planned", "expected"),
    [
        ("", "", BEGINS + "für keine davon ist etwas geplant."),
        ("", "benefit", BEGINS + "für 1 ist etwas geplant, für 1 noch nichts."),
        ("", "benefit cemetery", BEGINS + "für alle ist etwas geplant."),
        # a task that is not red until then does not count, whatever is planned for it
        ("", "accounts", BEGINS + "für keine davon ist etwas geplant."),
        ("?quartal=0", "", ONE_BEGINS + "dafür ist noch nichts geplant."),
        ("?quartal=0", "cemetery", ONE_BEGINS + "dafür ist etwas geplant."),
        ("?q=wohngeld", "benefit", "Ihre Übergabe müsste jetzt beginnen: dafür ist etwas geplant."),
    ],
)
def test_finding_says_for_how_many_something_is_planned(
    client_as: ClientAs, world: World, address: str, planned: str, expected: str
) -> None:
    with world.inside():
        house = small_house()
    client = client_as("knowledge_manager")
    page_of(client, address)  # what is kept from before the measures must not be shown after
    with world.inside():
        for name in planned.split():
            MeasureFactory(task=getattr(house, name))
    assert now_part(page_of(client, address)) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("running", "dafür ist etwas geplant."),
        ("done", "dafür ist noch nichts geplant."),
        ("dropped", "dafür ist noch nichts geplant."),
    ],
)
def test_finding_counts_open_measures_only(
    client_as: ClientAs, house: SmallHouse, world: World, state: str, expected: str
) -> None:
    with world.inside():
        MeasureFactory.create_batch(2, task=house.cemetery, state=state, due_on=dt.date(2026, 1, 1))
    assert now_part(page_of(client_as("executive"), "?quartal=0")).endswith(expected)


@pytest.mark.usefixtures("house")
def test_finding_costs_one_statement_more_where_something_presses(client_as: ClientAs) -> None:
    client = client_as("knowledge_manager")
    client.get(BOARD)
    with CaptureQueriesContext(connection) as captured:
        client.get(BOARD)
    assert len(own_statements(captured)) == 7  # with names of services and measures of pressing tasks
    assert len([each for each in captured if "SAVEPOINT" not in each["sql"]]) <= 12


@pytest.mark.usefixtures("house")
def test_finding_leads_to_the_tasks_it_speaks_of(client_as: ClientAs) -> None:
    client = client_as("knowledge_manager")
    link = page_of(client, "?position=1&abgang=5&sort=title").select_one(".lead a")
    assert (link.get_text(), link["href"]) == ("Nur diese 2 zeigen", "?sort=title&rot=1#liste")
    shown = page_of(client, link["href"].partition("#")[0])
    assert titles(shown) == ["Friedhofsgebühren festsetzen", "Wohngeldantrag bescheiden"]
    assert shown.select_one(".lead a") is None  # the list is that already
    assert page_of(client, "?quartal=0").select_one(".lead a").get_text() == "Nur diese eine zeigen"
    assert page_of(client, "?thema=taxes").select_one(".lead a") is None  # nothing is red


@pytest.mark.parametrize(
    ("address", "label", "title"),
    [
        # of the two that are red by then the one that is red first, though the other has the larger rest risk
        ("", "Dringendste Aufgabe · Kämmerei", "Friedhofsgebühren festsetzen"),
        ("?sort=title", "Dringendste Aufgabe · Kämmerei", "Friedhofsgebühren festsetzen"),
        ("?q=wohngeld", "Dringendste Aufgabe · Wohngeldstelle", "Wohngeldantrag bescheiden"),
        ("?q=wohngeld&quartal=5", "Erste Aufgabe dieser Liste · Wohngeldstelle", "Wohngeldantrag bescheiden"),
        ("?thema=taxes", "Erste Aufgabe dieser Liste · Kämmerei", "Jahresabschluss erstellen"),
        ("?position=1&abgang=5", "Erste Aufgabe dieser Liste · Sozialamt", "Personalausweis ausstellen"),
    ],
)
@pytest.mark.usefixtures("house")
def test_board_shows_the_most_pressing_task(
    client_as: ClientAs, address: str, label: str, title: str
) -> None:
    page = page_of(client_as("knowledge_manager"), address)
    assert words(page, "#auswahl > p") == label
    assert words(page, "#auswahl-title") == title
    assert words(page, "#liste tr[aria-current=true] th") == title


def test_board_shows_a_chosen_task_although_another_presses(client_as: ClientAs, house: SmallHouse) -> None:
    page = page_of(client_as("knowledge_manager"), f"?aufgabe={house.accounts.pk}")
    assert words(page, "#auswahl > p") == "Ausgewählt · Kämmerei"
    assert words(page, "#auswahl-title") == "Jahresabschluss erstellen"


def alike(title: str, *, leaves: str) -> Task:
    """A task of rest risk 25 that turns red when its holder leaves."""
    position = PositionFactory()
    task = TaskFactory(title=title, sort_key=title.lower(), unit=position.unit, position_risk=5)
    holding(position, leaves=leaves)
    responsible(task, position)
    return task


def test_list_puts_what_turns_red_first_before_its_equals(client_as: ClientAs, world: World) -> None:
    with world.inside():
        alike("Anfang", leaves="2027-Q4")
        alike("Mitte", leaves="2027-Q1")
        alike("Schluss", leaves="2027-Q1")
        unit = UnitFactory()
        safe = TaskFactory(title="Zuletzt", sort_key="zuletzt", unit=unit, position_risk=5)
        desk, helper = PositionFactory(unit=unit), PositionFactory(unit=unit)
        holding(desk, leaves="2027-Q1")
        holding(helper)
        responsible(safe, desk, helper)
    expected = ["Mitte", "Schluss", "Anfang", "Zuletzt"]
    client = client_as("knowledge_manager")
    assert titles(page_of(client)) == expected
    text = client.get(f"{BOARD}export/?format=csv").content.decode("utf-8-sig")
    assert [line.split(";")[1] for line in text.splitlines()[1:]] == expected


def test_list_pages_agree_with_its_order(client_as: ClientAs, world: World) -> None:
    with world.inside():
        for number in range(30):
            alike(f"Aufgabe {number:02}", leaves="2027-Q1" if number % 2 else "2027-Q3")
    client = client_as("knowledge_manager")
    first = page_of(client)
    second = page_of(client, first.select_one("a[rel=next]")["href"])
    odd, even = ([f"Aufgabe {number:02}" for number in range(start, 30, 2)] for start in (1, 0))
    assert titles(first) + titles(second) == odd + even
    # the card does not change from page to page
    assert words(second, "#auswahl-title") == "Aufgabe 01"


@pytest.mark.parametrize(
    ("quarter", "tone"), [("", "high"), ("?quartal=6", "high"), ("?quartal=5", "neutral")]
)
@pytest.mark.usefixtures("house")
def test_red_from_is_an_alarm_within_the_chosen_time_only(
    client_as: ClientAs, quarter: str, tone: str
) -> None:
    page = page_of(client_as("knowledge_manager"), (quarter or "?") + "&q=wohngeld")
    badge = next(each for each in page.select("#auswahl .badge") if "rot ab" in each.get_text())
    assert badge["class"] == ["badge", f"badge-{tone}"]
    assert ("why-later" in page.select_one("#auswahl .why")["class"]) is (tone == "neutral")


def test_overdue_measure_says_so_beside_the_task(
    client_as: ClientAs, house: SmallHouse, world: World
) -> None:
    with world.inside():
        MeasureFactory(task=house.benefit, what="Anlernen", due_on=dt.date(2026, 11, 21))
        MeasureFactory(task=house.benefit, what="Erledigt", due_on=dt.date(2026, 11, 20), state="done")
        MeasureFactory(task=house.benefit, what="Bald", due_on=dt.date(2026, 11, 22))
    client = client_as("knowledge_manager")
    places = (f"{BOARD}?aufgabe={house.benefit.pk}", f"/aufgaben/{house.benefit.pk}/")
    for address in places:
        page = BeautifulSoup(client.get(address).content, "html.parser")
        late = [row.a.get_text() for row in page.select(".link-list li") if "überfällig" in row.get_text()]
        assert late == ["Anlernen"]


def test_chosen_quarter_can_be_taken_back(client_as: ClientAs, house: SmallHouse, world: World) -> None:
    with world.inside():
        deputy(house.cemetery, PositionFactory(unit=house.finance))
    client = client_as("knowledge_manager")
    chips = page_of(client, "?quartal=2&kritikalitaet=3").select(".board-chips a.chip-on")
    assert [(" ".join(chip.get_text(" ", strip=True).split()), chip["href"]) for chip in chips] == [
        ("Bis Ende: II/2027 Diesen Filter entfernen", "?kritikalitaet=3")
    ]
    assert page_of(client, "?quartal=8").select(".board-chips a.chip-on") == []
    cell = page_of(client, "?position=5&abgang=4").select(".board-chips a.chip-on")
    assert [chip["href"] for chip in cell] == ["?", "?"]


@pytest.mark.parametrize(
    ("quarter", "chosen", "ticks"),
    [
        (8, "◆ IV/2028: 2", ["IV/2026", "IV/2027", "IV/2029", "IV/2030", "III/2031"]),
        (2, "◆ II/2027: 1", ["IV/2028", "IV/2029", "IV/2030", "III/2031"]),
        (19, "◆ III/2031: 3", ["IV/2026", "IV/2027", "IV/2028", "IV/2029"]),
    ],
)
@pytest.mark.usefixtures("house")
def test_quarter_labels_leave_room_for_the_chosen_one(
    client_as: ClientAs, quarter: int, chosen: str, ticks: list[str]
) -> None:
    page = page_of(client_as("knowledge_manager"), f"?quartal={quarter}")
    assert words(page, ".quarters a[aria-current] ~ .quarter-label") == chosen
    assert [each.get_text() for each in page.select("span.quarter-label")] == ticks
