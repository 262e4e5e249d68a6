"""The risk board, its export, and the page of formulas."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import openpyxl
import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from staffelstab.core.models import Look
from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.models import RiskRecord, RiskSettings
from staffelstab.identity.models import RoleGrant
from staffelstab.workforce.models import Unit
from tests.factories.foresight import (
    AS_OF,
    MeasureFactory,
    SmallHouse,
    holding,
    own_statements,
    responsible,
    small_house,
)
from tests.factories.workforce import PersonFactory, PositionFactory, TaskFactory, UnitFactory
from tests.world import World

BOARD = "/ausblick/wissensrisiko/"
EXPORT_HEADS = (
    "Schlüssel;Aufgabe;Organisationseinheit;Leistung;Rot ab;Spätester Beginn;Können es;"
    "Positionsrisiko;Abgangsrisiko;Restrisiko"
)
ClientAs = Callable[[str], Client]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The request's clock stands on the day the small house is made for."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: AS_OF)


@pytest.fixture
def house(world: World) -> SmallHouse:
    with world.inside():
        return small_house()


def page_of(client: Client, url: str = BOARD, **headers: str) -> BeautifulSoup:
    response = client.get(url, headers=headers)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def titles(page: BeautifulSoup) -> list[str]:
    """Tasks of the list, in order."""
    return [head.get_text(strip=True) for head in page.select("#liste tbody th")]


def words(page: BeautifulSoup, selector: str) -> str:
    return " ".join(page.select_one(selector).get_text(" ", strip=True).split())


def bind(world: World, role: str, unit: Unit) -> None:
    """Bind the role of the account to a unit."""
    with world.inside():
        RoleGrant.objects.filter(account_id=world.accounts[role].pk, role=role).update(unit_id=unit.pk)


@pytest.mark.usefixtures("house")
def test_risk_index_leads_to_the_board(client_as: ClientAs) -> None:
    response = client_as("executive").get("/ausblick/")
    assert (response.status_code, response.headers["Location"]) == (302, BOARD)


@pytest.mark.usefixtures("house")
def test_risk_board_begins_with_its_finding(client_as: ClientAs) -> None:
    page = page_of(client_as("knowledge_manager"))
    assert words(page, ".lead") == (
        "Bis Ende IV/2028 gibt es für 2 von 4 Aufgaben voraussichtlich niemanden mehr, der sie beherrscht. "
        "Bei 2 davon müsste die Übergabe jetzt beginnen: für keine davon ist etwas geplant. Nur diese 2 zeigen"
    )
    assert titles(page) == [
        "Wohngeldantrag bescheiden",
        "Jahresabschluss erstellen",
        "Friedhofsgebühren festsetzen",
        "Personalausweis ausstellen",
    ]
    chosen = page_of(client_as("knowledge_manager"), BOARD + "?q=wohngeld")
    assert words(chosen, "#auswahl .why") == (
        "In II/2028 beherrscht mit 100 % Wahrscheinlichkeit niemand mehr diese Aufgabe, weil die einzige zuständige "
        "Stelle im II/2028 frei wird und die Vertretung noch eingearbeitet werden muss."
    )


@pytest.mark.usefixtures("house")
def test_risk_board_agrees_with_the_command(client_as: ClientAs) -> None:
    page = page_of(client_as("knowledge_manager"), BOARD + "?szenario=early")
    shown = {
        cells[0]: (cells[1], cells[2])
        for cells in (
            (
                row.th.get_text(strip=True),
                row.find_all("td")[1].get_text(strip=True),
                row.select_one(".badge").get_text(strip=True).lstrip("●◆▲✓"),
            )
            for row in page.select("#liste tbody tr")
        )
    }
    output = io.StringIO()
    options = ("--organisation", "musterstadt", "--as-of", "2026-11-22", "--scenario", "early", "--json")
    call_command("risks", *options, stdout=output)
    names = {"A-1": "Wohngeldantrag bescheiden", "A-2": "Jahresabschluss erstellen"}
    names |= {"A-3": "Friedhofsgebühren festsetzen", "A-4": "Personalausweis ausstellen"}
    computed = {
        names[entry["task"]]: (
            Quarter.parse(entry["red_quarter"]).label if entry["red_quarter"] else "–",
            f"{entry['rest_risk']:g}".replace(".", ","),
        )
        for entry in json.loads(output.getvalue())
    }
    assert shown == computed
    assert shown["Wohngeldantrag bescheiden"] == ("IV/2026", "25")


@pytest.mark.usefixtures("house")
def test_risk_board_counts_quarters_and_cells(client_as: ClientAs) -> None:
    page = page_of(client_as("knowledge_manager"))
    assert [link["aria-label"] for link in page.select(".quarters a")][:8] == [
        "IV/2026: 1 Aufgabe",
        "I/2027: 1 Aufgabe",
        "II/2027: 1 Aufgabe",
        "III/2027: 1 Aufgabe",
        "IV/2027: 1 Aufgabe",
        "I/2028: 1 Aufgabe",
        "II/2028: 2 Aufgaben",
        "III/2028: 2 Aufgaben",
    ]
    assert [link["id"] for link in page.select(".matrix td a")] == [
        "cell-5-4",
        "cell-4-5",
        "cell-3-5",
        "cell-1-5",
    ]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("?thema=taxes", ["Jahresabschluss erstellen"]),
        ("?leistung=99107023017000", ["Wohngeldantrag bescheiden"]),
        ("?kritikalitaet=4", ["Jahresabschluss erstellen"]),
        ("?kritikalitaet=5", []),
        ("?position=5&abgang=4", ["Wohngeldantrag bescheiden"]),
        ("?rot=1&quartal=0", ["Friedhofsgebühren festsetzen"]),
        ("?rot=1&quartal=6", ["Wohngeldantrag bescheiden", "Friedhofsgebühren festsetzen"]),
        ("?q=wohngeld", ["Wohngeldantrag bescheiden"]),
        ("?q=a-3", ["Friedhofsgebühren festsetzen"]),
        ("?q=WOHNGELD+jahr", []),
        ("?q=friedhofsgebuehren+fest", ["Friedhofsgebühren festsetzen"]),
        (
            "?sort=title&rot=1",
            ["Friedhofsgebühren festsetzen", "Wohngeldantrag bescheiden"],
        ),
        (
            "?sort=-holders",
            [
                "Jahresabschluss erstellen",
                "Personalausweis ausstellen",
                "Wohngeldantrag bescheiden",
                "Friedhofsgebühren festsetzen",
            ],
        ),
        (
            "?sort=red",
            [
                "Friedhofsgebühren festsetzen",
                "Wohngeldantrag bescheiden",
                "Personalausweis ausstellen",
                "Jahresabschluss erstellen",
            ],
        ),
        ("?quartal=99&szenario=nie&position=x&einheit=y&sort=z&aufgabe=1&kritikalitaet=0&thema=taxes", None),
    ],
)
@pytest.mark.usefixtures("house")
def test_risk_board_filters_and_sorts(client_as: ClientAs, address: str, expected: list[str] | None) -> None:
    page = page_of(client_as("knowledge_manager"), BOARD + address)
    # parameters that cannot be read count as not given
    assert titles(page) == (["Jahresabschluss erstellen"] if expected is None else expected)


def test_risk_board_unit_includes_units_below(client_as: ClientAs, house: SmallHouse) -> None:
    page = page_of(client_as("knowledge_manager"), f"{BOARD}?einheit={house.social.pk}&sort=unit")
    assert titles(page) == ["Personalausweis ausstellen", "Wohngeldantrag bescheiden"]


def test_risk_board_of_a_line_manager_ends_at_the_unit(
    client_as: ClientAs, house: SmallHouse, world: World
) -> None:
    bind(world, "line_manager", house.social)
    client = client_as("line_manager")
    page = page_of(client)
    assert sorted(titles(page)) == ["Personalausweis ausstellen", "Wohngeldantrag bescheiden"]
    assert page.find(string=lambda text: "Kämmerei" in text or "Jahresabschluss" in text) is None
    assert client.get(f"{BOARD}?aufgabe={house.accounts.pk}").status_code == 404
    assert titles(page_of(client, f"{BOARD}?einheit={house.finance.pk}")) == []
    text = client.get(f"{BOARD}export/?format=csv").content.decode("utf-8-sig")
    assert [line.split(";")[0] for line in text.splitlines()] == ["Schlüssel", "A-1", "A-4"]


def test_risk_board_names_appear_for_a_chosen_task_and_are_logged(
    client_as: ClientAs, house: SmallHouse, world: World
) -> None:
    client = client_as("knowledge_manager")
    assert "Abendroth" not in client.get(BOARD).content.decode()
    with world.inside():
        assert Look.objects.count() == 0
    page = page_of(client, f"{BOARD}?aufgabe={house.benefit.pk}")
    assert "Erika Abendroth geht im II/2028" in words(page, "#auswahl")
    with world.inside():
        assert list(Look.objects.values_list("what", "subject_id", "account_id")) == [
            ("foresight.risk", house.leaver.pk, world.accounts["knowledge_manager"].pk)
        ]


def test_exit_of_another_unit_stays_there_though_its_position_was_named_for_a_task_here(
    client_as: ClientAs, house: SmallHouse, world: World
) -> None:
    """Otherwise whoever leads one unit could read any exit: by naming the position for a task of that unit."""
    with world.inside():
        own = TaskFactory(key="A-6", title="Angelegenheit klären", unit=house.social)
        elsewhere = PositionFactory(number="20-09", unit=house.finance)
        holding(elsewhere, PersonFactory(last_name="Fernau", first_name="Ute"), leaves="2028-Q3")
        responsible(own, elsewhere)
    bind(world, "line_manager", house.social)
    page = page_of(client_as("line_manager"), f"{BOARD}?aufgabe={own.pk}")
    text = words(page, "#auswahl")
    assert "weil die einzige zuständige Stelle frei wird und es keine Vertretung gibt." in text
    assert "1 Person beherrscht sie in einer anderen Organisationseinheit" in text
    assert [word for word in ("Fernau", "geht im", "frei wird im", "im III/2028 frei") if word in text] == []
    with world.inside():
        assert Look.objects.count() == 0
    everywhere = words(page_of(client_as("knowledge_manager"), f"{BOARD}?aufgabe={own.pk}"), "#auswahl")
    assert "Ute Fernau geht im III/2028" in everywhere
    assert "weil die einzige zuständige Stelle im III/2028 frei wird" in everywhere


def test_risk_board_shows_an_executive_no_name_and_no_position(
    client_as: ClientAs, house: SmallHouse, world: World
) -> None:
    client = client_as("executive")
    for address in (BOARD, f"{BOARD}?aufgabe={house.benefit.pk}"):
        text = client.get(address).content.decode()
        assert [word for word in ("Abendroth", "Erika", "50-03", "Muster0") if word in text] == []
        assert "Wohngeldantrag bescheiden" in text
        assert "massnahmen/neu" not in text
    with world.inside():
        assert Look.objects.count() == 0


@pytest.mark.parametrize("role", ["employee", "advisor", "privacy", "administrator", "network_operator"])
@pytest.mark.usefixtures("house")
def test_risk_board_does_not_exist_for_other_roles(client_as: ClientAs, role: str) -> None:
    client = client_as(role)
    for address in ("", "export/", "rechnung/"):
        assert client.get(BOARD + address).status_code == 404


@pytest.mark.usefixtures("house")
def test_risk_board_of_another_organisation_is_empty(client_as: ClientAs, house: SmallHouse) -> None:
    for name in ("neighbour.knowledge_manager", "stranger.knowledge_manager"):
        client = client_as(name)
        page = page_of(client)
        assert titles(page) == []
        assert words(page, ".lead") == "Es gibt noch keine Aufgaben, deren Wissen verloren gehen könnte."
        assert client.get(f"{BOARD}?aufgabe={house.benefit.pk}").status_code == 404
        assert client.get(f"{BOARD}?einheit={house.social.pk}").status_code == 404


@pytest.mark.usefixtures("house")
def test_risk_board_fragment_equals_the_part_of_the_page(client_as: ClientAs) -> None:
    client = client_as("knowledge_manager")
    whole = page_of(client, BOARD + "?quartal=3").select_one("#board")
    fragment = client.get(BOARD + "?quartal=3", headers={"HX-Request": "true"})
    assert BeautifulSoup(fragment.content, "html.parser").select_one("#board") == whole
    assert fragment.headers["Vary"].split(", ")[0] == "HX-Request"


def test_risk_board_shows_the_measures_of_the_task(
    client_as: ClientAs, house: SmallHouse, world: World
) -> None:
    with world.inside():
        MeasureFactory(task=house.benefit, what="Zweite Kraft anlernen")
    assert "Zweite Kraft anlernen geplant · fällig bis 31.03.2027" in words(
        page_of(client_as("knowledge_manager"), BOARD + "?q=wohngeld"), "#auswahl"
    )


@pytest.mark.usefixtures("house")
def test_risk_board_compares_with_the_quarter_before(client_as: ClientAs, world: World) -> None:
    with world.inside():
        RiskRecord.objects.create(
            organisation_id=world.organisation.pk,
            quarter=Quarter(2026, 3).index,
            recorded_on="2026-09-30",
            tasks=4,
            red_now=0,
            red_two_years=1,
            without_holder=0,
            one_holder=2,
        )
    page = page_of(client_as("knowledge_manager"))
    tiles = [" ".join(tile.get_text(" ", strip=True).split()) for tile in page.select(".figure")]
    assert tiles == [
        "kann heute niemand 1 III/2026: 0",
        "kann nur eine Person 1 III/2026: 2",
        "rot in zwei Jahren 2 III/2026: 1",
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_risk_board_queries(client_as: ClientAs, world: World, rows: int) -> None:
    with world.inside():
        unit = UnitFactory()
        for _number in range(rows):
            task, position = TaskFactory(unit=unit), PositionFactory(unit=unit)
            holding(position)
            responsible(task, position)
    client = client_as("knowledge_manager")
    client.get(BOARD)
    with CaptureQueriesContext(connection) as captured:
        client.get(BOARD)
    # key of the kept results; the register, which is kept outside of tests; positions, measures, record
    assert [sql.split()[0] for sql in own_statements(captured)] == ["SELECT"] * 5
    assert len([each for each in captured if "SAVEPOINT" not in each["sql"]]) <= 12


def test_risk_board_pages_by_the_last_task(client_as: ClientAs, world: World) -> None:
    with world.inside():
        unit = UnitFactory()
        for number in range(60):
            TaskFactory(unit=unit, title=f"Aufgabe {number:02}", sort_key=f"aufgabe {number:02}")
    client = client_as("knowledge_manager")
    seen, address = [], BOARD
    while address:
        page = page_of(client, address)
        seen.append(titles(page))
        following = page.select_one("a[rel=next]")
        address = BOARD + following["href"] if following else ""
    assert [len(each) for each in seen] == [25, 25, 10]
    assert [title for each in seen for title in each] == [f"Aufgabe {number:02}" for number in range(60)]
    back = page_of(client, BOARD + page.select_one("a[rel=prev]")["href"])
    assert titles(back) == seen[1]


@pytest.mark.usefixtures("house")
def test_risk_export_csv_holds_the_filtered_list(client_as: ClientAs) -> None:
    response = client_as("personnel").get(BOARD + "export/?format=csv&rot=1")
    assert response.headers["Content-Disposition"] == 'attachment; filename="wissensrisiko-2026-11-22.csv"'
    assert response.content.decode("utf-8-sig").splitlines() == [
        EXPORT_HEADS,
        "A-1;Wohngeldantrag bescheiden;Wohngeldstelle;99107023017000;II/2028;IV/2026;1;5;4;20",
        "A-3;Friedhofsgebühren festsetzen;Kämmerei;;IV/2026;IV/2026;0;3;5;15",
    ]


@pytest.mark.usefixtures("house")
def test_risk_export_xlsx_holds_numbers(client_as: ClientAs) -> None:
    response = client_as("executive").get(BOARD + "export/?format=xlsx&q=wohngeld")
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        [
            "A-1",
            "Wohngeldantrag bescheiden",
            "Wohngeldstelle",
            "99107023017000",
            "II/2028",
            "IV/2026",
            1,
            5,
            4,
            20,
        ]
    ]


@pytest.mark.usefixtures("house")
def test_risk_method_shows_the_assumptions(client_as: ClientAs) -> None:
    page = page_of(client_as("executive"), BOARD + "rechnung/")
    assert (
        words(page, "dl") == "Jährliche Fluktuation 4 % Vorlauf 7 Quartale Begründung voreingestellter Wert"
    )


@pytest.mark.usefixtures("house")
def test_risk_method_begins_with_an_example_in_words(client_as: ClientAs, world: World) -> None:
    client = client_as("executive")
    found = page_of(client, BOARD + "rechnung/").select(".example li")
    assert "\n".join(item.get_text().replace("\xa0", " ") for item in found) == (
        "Für eine Aufgabe ist eine einzige Person zuständig; eine Vertretung gibt es nicht. Der Personalbereich hat "
        "eingetragen, dass diese Person in ein bis zwei Jahren geht, also zwischen IV/2027 und III/2028.\n"
        "Ende IV/2027 ist mit 29 % Wahrscheinlichkeit niemand mehr da, Ende I/2028 mit 53 %. Ab der Hälfte ist die "
        "Aufgabe rot: Sie ist rot ab I/2028.\n"
        "Die Übergabe sollte 7 Quartale vorher beginnen, also jetzt (IV/2026).\n"
        "Positionsrisiko 4 (Einarbeitung bis 12 Monate) × Abgangsrisiko 5 (der erste mögliche Austritt liegt "
        "höchstens vier Quartale entfernt) ergeben ein Restrisiko von 20 von 25.\n"
        "Gäbe es eine bereite Vertretung, deren Austritt offen ist, wären es 3 % statt 53 %; die Aufgabe würde in 15 "
        "Jahren nicht rot, und das Restrisiko läge bei 17."
    )
    with world.inside():
        RiskSettings.objects.create(
            organisation_id=world.organisation.pk, turnover=0.1, lead_quarters=2, reason="Befragung"
        )
    page = page_of(client, BOARD + "rechnung/")
    assert "dass jedes Jahr 10 % der Beschäftigten aus anderen Gründen gehen" in words(page, ".lead")
    items = [item.get_text() for item in page.select(".example li")]
    assert items[2] == "Die Übergabe sollte 2 Quartale vorher beginnen, also im III/2027."
    assert "die Aufgabe würde erst im II/2033 rot" in items[4]


@pytest.mark.slow  # ten thousand tasks are made and drawn
def test_risk_board_with_ten_thousand_tasks(client_as: ClientAs, world: World) -> None:
    with world.inside():
        unit = UnitFactory()
        made = TaskFactory.build_batch(10_000, unit=unit)
        type(made[0]).objects.bulk_create(made)
    page = page_of(client_as("knowledge_manager"))
    assert len(titles(page)) == 25
    assert words(page, ".lead").startswith("Bis Ende IV/2028 gibt es für 10.000 von 10.000 Aufgaben")
