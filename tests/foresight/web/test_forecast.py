"""The exits forecast: own employees, an age table, how it is computed."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable

import openpyxl
import pytest
from bs4 import BeautifulSoup, Tag
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from staffelstab.foresight.domain.exits import Scenario
from staffelstab.foresight.domain.forecast import AgeBand, AgeStructure, forecast_age_structure
from staffelstab.foresight.web import forecast as drawing
from staffelstab.identity.models import RoleGrant
from staffelstab.workforce.models import Unit
from tests.factories.foresight import AS_OF, holding, own_statements
from tests.factories.workforce import PositionFactory, UnitFactory
from tests.world import World

BOARD = "/ausblick/altersstruktur/"
TABLE = "/ausblick/altersstruktur/tabelle/"
ClientAs = Callable[[str], Client]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The request's clock stands on the day the houses are made for."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: AS_OF)


@pytest.fixture(autouse=True)
def pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page has two or three new charts here, half a second each; the last test draws them."""
    monkeypatch.setattr(
        "staffelstab.core.ui.charts._draw", lambda definitions: ["<svg ></svg>" for _each in definitions]
    )


def staff(unit: Unit, number: int, *, leaves: str = "", band: str = "") -> None:
    for _each in range(number):
        holding(PositionFactory(unit=unit), leaves=leaves, band=band)


@pytest.fixture
def house(world: World) -> tuple[Unit, Unit]:
    """A large unit and one that is too small to be shown."""
    with world.inside():
        social, council = UnitFactory(code="50", name="Sozialamt"), UnitFactory(code="10", name="Ratsbüro")
        finance = UnitFactory(code="20", name="Kämmerei")
        for unit in (social, finance):
            staff(unit, 20, leaves="2028-Q2")
            staff(unit, 10, leaves="2031-Q1")
        staff(social, 14, band="unknown")
        staff(council, 4, leaves="2031-Q3")
        return social, council


def page_of(client: Client, url: str = BOARD, **headers: str) -> BeautifulSoup:
    response = client.get(url, headers=headers)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(page: BeautifulSoup, selector: str) -> str:
    return " ".join(page.select_one(selector).get_text(" ", strip=True).split())


def text(tag: Tag) -> str:
    """The words of an element, with plain spaces."""
    return " ".join(tag.get_text(" ", strip=True).split())


def rows(page: BeautifulSoup, section: str = "#jahre") -> dict[str, list[str]]:
    """Cells by the head of the row."""
    return {
        row.th.get_text(strip=True).replace("\u2060", ""): [text(cell) for cell in row.select("td")]
        for row in page.select(f"{section} tbody tr")
    }


def bind(world: World, role: str, *units: Unit) -> None:
    """Bind the role of the account to units."""
    with world.inside():
        grant = RoleGrant.objects.get(account_id=world.accounts[role].pk, role=role)
        RoleGrant.objects.filter(pk=grant.pk).update(unit_id=units[0].pk)


# --- own employees ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("house")
def test_board_begins_with_the_finding(client_as: ClientAs) -> None:
    page = page_of(client_as("executive"))
    assert words(page, ".lead") == (
        "Bis Ende 2036 werden voraussichtlich etwa 64 von 64 Beschäftigten mit bekanntem Austritt ausgeschieden sein "
        "(100 %)."
    )
    assert "78 Beschäftigte am 22.11.2026" in words(page, "#jahre")
    assert "14 Beschäftigte sind in keinem Jahr enthalten" in words(page, "#jahre .notes")


@pytest.mark.usefixtures("house")
def test_board_lists_periods_in_three_scenarios(client_as: ClientAs) -> None:
    found = rows(page_of(client_as("personnel"), f"{BOARD}?bis=2031"))
    assert found["2028"] == ["0", "40", "63 %", "40", "40", "63 %", "0", "0", "0 %"]
    assert found["2031"] == ["0", "64", "100 %", "24", "64", "100 %", "0", "40", "63 %"]
    assert list(found)[-1] == "2031"


@pytest.mark.usefixtures("house")
def test_board_says_between_which_figures_the_scenarios_lie(client_as: ClientAs) -> None:
    page = page_of(client_as("executive"), f"{BOARD}?bis=2030&szenario=late")
    assert words(page, ".lead").startswith(
        "Bis Ende 2030 werden voraussichtlich etwa 40 von 64 Beschäftigten mit bekanntem Austritt ausgeschieden sein "
    )
    assert words(page, ".lead").endswith("je nachdem, wann sie gehen, zwischen 40 und 64.")
    assert [text(each) for each in page.select("figure.chart h2")] == [
        "Die meisten Austritte fallen auf 2029: rund 40",
        "Bis Ende 2030 sind 63 % der Beschäftigten mit bekanntem Austritt ausgeschieden",
    ]


@pytest.mark.usefixtures("house")
def test_board_says_of_whom_the_share_is_and_that_figures_are_rounded(client_as: ClientAs) -> None:
    notes = words(page_of(client_as("executive")), "#jahre .notes")
    assert "Der Anteil bezieht sich auf die 64 Beschäftigten mit bekanntem Austritt." in notes
    assert "zusammengezählt ergeben sie nicht immer genau die gezeigte Summe" in notes


def test_board_with_one_span_left_shows_its_figure_without_a_chart(world: World, client_as: ClientAs) -> None:
    with world.inside():
        staff(UnitFactory(), 9, leaves="2028-Q2")
    page = page_of(client_as("executive"), f"{BOARD}?fluktuation=on&bis=2027")
    assert page.select("figure.chart") == []
    assert words(page, ".figure-label") == "Austritte 2026\u2060–\u20602029"
    assert (words(page, ".figure-value"), page.select_one(".figure-note")) == ("9", None)
    assert list(rows(page)) == ["2026–2029"]


def test_chart_draws_joined_years_once(world: World, client_as: ClientAs) -> None:
    with world.inside():
        unit = UnitFactory()
        for year in (2028, 2030, 2031, 2032):
            staff(unit, 20, leaves=f"{year}-Q2")
    page = page_of(client_as("executive"), f"{BOARD}?fluktuation=on&bis=2033")
    definition = json.loads(page.select_one("script#exits").get_text())
    drawn = [(value["years"], round(value["exits"])) for value in definition["data"]["values"]]
    table = [(years, int(cells[3])) for years, cells in rows(page).items()]
    assert drawn == table
    assert any("–" in years for years, _exits in drawn)


@pytest.mark.usefixtures("house")
def test_board_includes_turnover_on_request(client_as: ClientAs) -> None:
    page = page_of(client_as("executive"), f"{BOARD}?fluktuation=on&bis=2030")
    assert "mit einer Fluktuation von 4 % im Jahr" in words(page, "#jahre")
    # 64 · (1 − 0.96^0.25) until the end of 2026, joined with 2027 until there are seven
    assert rows(page)["2026–2029"][3:6] != ["40", "40", "63 %"]


def test_board_of_a_unit_says_that_figures_are_estimated(
    client_as: ClientAs, house: tuple[Unit, Unit]
) -> None:
    social, council = house
    page = page_of(client_as("executive"), f"{BOARD}?einheit={social.pk}&bis=2031")
    assert "44 Beschäftigte am" in words(page, "#jahre")
    assert "gelten die Beschäftigten einer Einheit als so verteilt" in words(page, "#jahre .notes")
    page = page_of(client_as("executive"), f"{BOARD}?einheit={council.pk}")
    assert "keiner Zahl enthalten: Ratsbüro" in words(page, "#forecast")
    assert words(page, ".lead") == (
        "Hier sind es zu wenige Beschäftigte für eine Prognose, die niemanden erkennen lässt."
    )
    # nobody offers an import for that
    assert page.select(".empty a") == []


@pytest.mark.usefixtures("house")
def test_board_lists_units_that_may_be_shown(client_as: ClientAs) -> None:
    page = page_of(client_as("executive"), f"{BOARD}?bis=2031")
    assert set(rows(page, "#einheiten")) == {"Sozialamt"}
    assert rows(page, "#einheiten")["Sozialamt"][0] == "44"


def test_board_of_a_line_manager_shows_the_own_unit(
    world: World, client_as: ClientAs, house: tuple[Unit, Unit]
) -> None:
    social, council = house
    bind(world, "line_manager", social)
    page = page_of(client_as("line_manager"))
    assert "44 Beschäftigte am" in words(page, "#jahre")
    assert client_as("line_manager").get(f"{BOARD}?einheit={council.pk}").status_code == 404


def test_board_without_people_says_what_to_do(client_as: ClientAs) -> None:
    page = page_of(client_as("knowledge_manager"))
    assert "mindestens 7 Beschäftigte" in words(page, ".empty")
    assert page.select_one(".empty a")["href"] == "/aufgaben/importe/neu/"


def test_board_with_unknown_exits_only_says_so(world: World, client_as: ClientAs) -> None:
    with world.inside():
        staff(UnitFactory(), 9, band="unknown")
    assert "9 Beschäftigten ist der Austritt" in words(page_of(client_as("executive")), ".lead")


@pytest.mark.usefixtures("house")
def test_board_takes_what_it_cannot_read_as_not_given(client_as: ClientAs) -> None:
    page = page_of(client_as("executive"), f"{BOARD}?bis=1800&szenario=x&einheit=y")
    assert list(rows(page))[-1] == "2036"


@pytest.mark.usefixtures("house")
def test_board_answers_htmx_with_the_results_alone(client_as: ClientAs) -> None:
    response = client_as("executive").get(BOARD, headers={"HX-Request": "true"})
    assert response.content.decode().lstrip().startswith('<div id="forecast"')
    assert "HX-Request" in response.headers["Vary"]


@pytest.mark.parametrize("number", [1, 3])
def test_board_needs_the_same_statements_for_any_number_of_units(
    number: int, world: World, client_as: ClientAs
) -> None:
    with world.inside():
        for _each in range(number):
            staff(UnitFactory(), 20, leaves="2028-Q2")
    client = client_as("executive")
    client.get(BOARD)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(BOARD)
    # units and holdings; the threshold came with the seat
    assert len(own_statements(captured)) == 2


@pytest.mark.usefixtures("house")
def test_export_has_the_figures_of_the_board(client_as: ClientAs) -> None:
    response = client_as("executive").get(f"{BOARD}export/?format=csv&bis=2028")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines[0] == (
        "Von Jahr;Bis Jahr;Austritte, früh;zusammen, früh;Anteil, früh;Austritte, regulär;zusammen, regulär;"
        "Anteil, regulär;Austritte, spät;zusammen, spät;Anteil, spät"
    )
    assert lines[-1] == "2028;2028;0;40;0,63;40;40;0,63;0;0;0"
    response = client_as("executive").get(f"{BOARD}export/?bis=2028")
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert [cell.value for cell in list(sheet.rows)[-1]] == [2028, 2028, 0, 40, 0.63, 40, 40, 0.63, 0, 0, 0]
    assert [cell.number_format for cell in list(sheet.rows)[-1]][4:6] == ["0%", "General"]


@pytest.mark.parametrize("url", [BOARD, TABLE, f"{BOARD}export/", f"{BOARD}vorlage/", f"{BOARD}rechnung/"])
def test_forecast_is_not_there_for_an_employee(client_as: ClientAs, url: str) -> None:
    assert client_as("employee").get(url).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("executive", 200), ("personnel", 200), ("knowledge_manager", 200), ("line_manager", 200),
        ("advisor", 404), ("privacy", 404), ("administrator", 404), ("network_operator", 404),
    ],
)  # fmt: skip
def test_forecast_is_there_for_those_who_plan(client_as: ClientAs, role: str, status: int) -> None:
    client = client_as(role)
    for name in ("", "export/", "tabelle/", "vorlage/", "rechnung/"):
        assert client.get(BOARD + name).status_code == status
    assert client.post(TABLE, {}).status_code == (422 if status == 200 else 404)


# --- age table ----------------------------------------------------------------------------------------------

DATA = {"date": "2023-12-31", "until": "2030", "turnover": ""}
ONE_AGE = "Alter;Anzahl\n60;1200\n"


def post(client: Client, **data: object) -> tuple[int, BeautifulSoup]:
    response = client.post(TABLE, DATA | data)
    return response.status_code, BeautifulSoup(response.content, "html.parser")


def test_table_begins_with_an_empty_form(client_as: ClientAs) -> None:
    page = page_of(client_as("personnel"), TABLE)
    assert page.select_one("[name=date]")["value"] == "2026-11-22"
    assert page.select_one("[name=until]")["value"] == "2046"
    assert "Nichts davon wird gespeichert." in words(page, ".lead")


def test_table_gives_the_forecast_and_keeps_what_was_typed(client_as: ClientAs) -> None:
    status, page = post(client_as("personnel"), table=ONE_AGE)
    # born in 1963: 66 years and 10 months; early 64 years and 10 months
    assert status == 200
    assert words(page, ".lead") == (
        "Bis Ende 2030 werden voraussichtlich etwa 1.200 von 1.200 Personen ausgeschieden sein (100 %); je nachdem, "
        "wann sie gehen, zwischen 200 und 1.200."
    )
    cells = rows(page, ".table-compact")
    assert page.select_one("[name=table]").get_text().strip() == ONE_AGE.strip()
    assert cells["2030"] == ["0", "1.200", "100 %", "1.000", "1.200", "100 %", "200", "200", "17 %"]
    assert len(page.select("figure.chart")) == 2


def test_table_with_groups_has_a_chart_of_them(client_as: ClientAs) -> None:
    table = "Alter;Anzahl;Gruppe;Altersgrenze\n60;1200;Rathaus;\n60;120;Wache;Feuerwehr\n60;12;;\n"
    _status, page = post(client_as("executive"), table=table)
    heads = [text(each) for each in page.select("figure.chart thead th")]
    assert heads[:4] == ["Jahre", "Rathaus", "Wache", "ohne Gruppe"]
    figures = {
        row.th.get_text(strip=True): [text(cell) for cell in row.select("td")]
        for row in page.select("figure.chart")[0].select("tbody tr")
    }
    # fire service born in 1963: 61 years and 10 months
    assert (figures["2024"], figures["2029"]) == (["0", "20", "0"], ["200", "0", "2"])


def test_table_adds_up_groups_beyond_the_colours(client_as: ClientAs) -> None:
    table = "Alter;Anzahl;Gruppe\n" + "".join(f"60;{number}00;G{number}\n" for number in range(1, 9))
    _status, page = post(client_as("executive"), table=table)
    heads = [text(each) for each in page.select("figure.chart thead th")][:7]
    assert heads == ["Jahre", "G8", "G7", "G6", "G5", "G4", "übrige"]


def test_table_with_turnover_in_per_cent(client_as: ClientAs) -> None:
    _status, page = post(
        client_as("executive"), table="Alter;Anzahl\n30;1000\n", turnover="2,5", until="2024"
    )
    assert rows(page, ".table-compact")["2024"][3:6] == ["25", "25", "3 %"]
    assert "Fluktuation 2,5 % im Jahr" in words(page, "#main, main")


def test_table_of_a_file_stands_in_the_form_afterwards(client_as: ClientAs) -> None:
    file = SimpleUploadedFile("alter.csv", "Alter;Anzahl\r\n60 und älter;120\r\n".encode("cp1252"))
    status, page = post(client_as("personnel"), file=file)
    assert (status, "60 und älter;120" in page.select_one("[name=table]").get_text()) == (200, True)
    file = SimpleUploadedFile("alter.csv", "Alter;Anzahl\n60;7\n".encode("utf-16"))
    assert "60;7" in post(client_as("personnel"), file=file)[1].select_one("[name=table]").get_text()


def test_table_that_is_wrong_is_refused_with_every_row(client_as: ClientAs) -> None:
    table = "Alter;Anzahl\njung;7\n30-39;viele\n"
    status, page = post(client_as("personnel"), table=table)
    assert status == 422
    found = words(page, ".form")
    assert "Zeile 2: „jung“ ist kein Altersband." in found
    assert "Zeile 3: „viele“ ist keine Anzahl." in found
    assert page.select_one("[name=table]").get_text().strip() == table.strip()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04\x00\x00 no text", "Das ist keine Textdatei."),
        (b"\xff\xfe\x00", "Die Zeichen dieser Datei sind nicht lesbar."),
        (b"Alter;Anzahl\n\x81;1\n", "Die Zeichen dieser Datei sind nicht lesbar."),
        (b"a" * (1024 * 1024 + 2), "größer als 1024 kB"),
    ],
)
def test_table_of_a_file_that_is_none_is_refused(client_as: ClientAs, content: bytes, sentence: str) -> None:
    status, page = post(client_as("personnel"), file=SimpleUploadedFile("alter.csv", content))
    assert (status, sentence in words(page, ".form")) == (422, True)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Bitte wählen Sie eine Datei oder tippen Sie die Tabelle."),
        ({"table": ONE_AGE, "until": "2022"}, "Nicht vor dem Jahr der Zählung"),
        ({"table": ONE_AGE, "until": "2124"}, "höchstens 100 Jahre danach"),
        ({"table": ONE_AGE, "until": ""}, "Ausblick bis Ende"),
        ({"table": ONE_AGE, "date": "gestern"}, "Gezählt am"),
        ({"table": ONE_AGE, "turnover": "200"}, "kleiner oder gleich 100"),
    ],
)
def test_table_with_a_wrong_entry_is_refused(
    client_as: ClientAs, data: dict[str, str], sentence: str
) -> None:
    status, page = post(client_as("personnel"), **data)
    assert (status, sentence in words(page, ".form")) == (422, True)


def test_table_as_a_file(client_as: ClientAs) -> None:
    response = client_as("executive").post(TABLE, DATA | {"table": ONE_AGE, "format": "csv"})
    assert response.headers["Content-Disposition"] == 'attachment; filename="alterstabelle-2023-12-31.csv"'
    assert response.content.decode("utf-8-sig").splitlines()[-1] == (
        "2030;2030;0;1200;1;1000;1200;1;200;200;0,17"
    )
    response = client_as("executive").post(TABLE, DATA | {"table": ONE_AGE, "format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert [cell.value for cell in list(sheet.rows)[-1]][:4] == [2030, 2030, 0, 1200]


def test_template_can_be_filled_in_and_sent_back(client_as: ClientAs) -> None:
    client = client_as("personnel")
    response = client.get(f"{BOARD}vorlage/")
    assert response.headers["Content-Disposition"] == 'attachment; filename="altersstruktur-vorlage.csv"'
    assert post(client, file=SimpleUploadedFile("x.csv", response.content))[0] == 200


def test_method_names_law_and_assumptions(client_as: ClientAs) -> None:
    page = page_of(client_as("knowledge_manager"), f"{BOARD}rechnung/")
    found = [[text(cell) for cell in row.select("th, td")] for row in page.select("details.section tbody tr")]
    assert len(found) == 73
    assert found[:3] == [
        ["bis 1946", "65 Jahre", "§ 235 Abs. 2 Satz 1 SGB VI"],
        ["1947", "65 Jahre und 1 Monat", "§ 235 Abs. 2 Satz 2 SGB VI"],
        ["1948", "65 Jahre und 2 Monate", "§ 235 Abs. 2 Satz 2 SGB VI"],
    ]
    assert ["01/1952", "60 Jahre und 1 Monat", "§ 51 Abs. 3 Satz 4 BBG"] in found
    assert ["06/1952–12/1952", "60 Jahre und 6 Monate", "§ 51 Abs. 3 Satz 4 BBG"] in found
    assert ["jedes Jahr", "63 Jahre", "§ 52 Abs. 3 BBG"] in found
    assert text(page.select("details.section > summary")[0]) == (
        "Tarifbeschäftigte, Regelaltersgrenze (regulär)"
    )
    assert "auf weniger als 7 Personen" in words(page, ".method")


def test_charts_can_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    structure = AgeStructure(
        date=dt.date(2026, 6, 30),
        bands=(
            AgeBand(low=58, high=None, count=40, group="A"),
            AgeBand(low=50, high=57, count=80, group="B"),
        ),
    )
    forecast = forecast_age_structure(structure, until=2030)
    groups = {"A": forecast, "B": forecast}
    for chart in (
        drawing.exits_chart(drawing.yearly(forecast), Scenario.LATE),
        drawing.share_chart(
            drawing.yearly(forecast), Scenario.EARLY, title="%(year)s %(share)s", counted_on=structure.date
        ),
        drawing.groups_chart(groups, Scenario.REGULAR),
    ):
        assert chart.picture.startswith("<svg ")
        assert "2028" in chart.picture
