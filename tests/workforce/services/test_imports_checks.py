"""What the check reports: every relation between rows, forty kinds of errors at once, any bytes."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staffelstab.core.ids import new_id
from staffelstab.vocabulary.models import Service
from staffelstab.workforce.domain.import_problems import describe
from staffelstab.workforce.domain.import_rules import column_name, sheet_name
from staffelstab.workforce.models import (
    Holding,
    Import,
    ImportChange,
    Person,
    Position,
    Responsibility,
    Task,
    Unit,
)
from staffelstab.workforce.services.imports import runs
from tests.factories.register import SMALL, Sheets, with_rows, write_folder, zip_bytes
from tests.workforce.formats.sources import ods, ods_table
from tests.world import World

type Found = tuple[str, str, int | None, str, str]
type Checking = Callable[..., runs.Outcome]


@pytest.fixture
def checking(world: World, now: datetime, tmp_path: Path) -> Checking:
    """``checking(sheets or bytes)``: import at once as the system."""

    def run(content: Sheets | bytes, *, name: str = "register", dry_run: bool = False) -> runs.Outcome:
        if isinstance(content, bytes):
            path = tmp_path / name
            path.write_bytes(content)
        else:
            path = write_folder(tmp_path / name, content)
        with world.inside():
            return runs.import_file(path=path, name=name, actor=world.system, now=now, dry_run=dry_run)

    return run


def found(outcome: runs.Outcome) -> list[Found]:
    """(code, sheet, row, column, value) of each problem."""
    return [(p.code, p.sheet, p.row, p.column, p.value) for p in outcome.examination.problems.problems]


PERSON_2 = ["4712", "Demir", "Cem", ""]
RELATIONS: list[tuple[str, list[str], Found]] = [
    ("Einheiten", ["50", "Noch einmal", ""], ("unit.duplicate", "units", 5, "code", "50")),
    ("Einheiten", ["51", "Jugendamt", "X"], ("unit.unknown_parent", "units", 5, "parent", "X")),
    ("Einheiten", ["51", "Jugendamt", "51"], ("unit.own_parent", "units", 5, "parent", "51")),
    ("Stellen", ["50-03", "Zweite", "50", ""], ("position.duplicate", "positions", 5, "number", "50-03")),
    ("Stellen", ["50-09", "Zweite", "X", ""], ("position.unknown_unit", "positions", 5, "unit", "X")),
    (
        "Stellen",
        ["50-09", "Zweite", "50", "ja"],
        ("position.several_heads", "positions", 5, "is_lead", "50-09"),
    ),
    ("Personen", PERSON_2, ("person.duplicate", "persons", 5, "personnel_number", "4712")),
    (
        "Personen",
        ["4714", "Albers", "Ina", "INES.ALBERS@stadt.example"],
        ("person.email_duplicate", "persons", 5, "email", "INES.ALBERS@stadt.example"),
    ),
    (
        "Besetzungen",
        ["50-03", "4712", "", "2019-04-01", *[""] * 4],
        ("holding.duplicate", "holdings", 5, "person", "4712"),
    ),
    (
        "Besetzungen",
        ["50-03", "4712", "", "2020-01-01", *[""] * 4],
        ("holding.overlap", "holdings", 5, "starts_on", "4712"),
    ),
    (
        "Besetzungen",
        ["X", "4712", "", "", "2018-12-31", *[""] * 3],
        ("holding.unknown_position", "holdings", 5, "position", "X"),
    ),
    ("Besetzungen", ["50-03", "X", "", *[""] * 5], ("holding.unknown_person", "holdings", 5, "person", "X")),
    (
        "Besetzungen",
        ["50-04", "4711", "0,2", *[""] * 5],
        ("holding.share_total", "holdings", 2, "share", "4711"),
    ),
    (
        "Besetzungen",
        ["50-04", "4712", "", "", "2018-01-01", "2020-Q1", "", ""],
        ("", "", None, "", ""),
    ),
    (
        "Besetzungen",
        ["50-04", "4713", "0,5", "2026-01-01", "2027-01-01", "2020-Q1", "", ""],
        ("holding.exit_past", "holdings", 5, "exit_quarter", "2020-Q1"),
    ),
    ("Aufgaben", ["50-W2", "Zweite", "50", *[""] * 5], ("task.duplicate", "tasks", 4, "key", "50-W2")),
    ("Aufgaben", ["50-W3", "Dritte", "X", *[""] * 5], ("task.unknown_unit", "tasks", 4, "unit", "X")),
    (
        "Aufgaben",
        ["50-W3", "Dritte", "50", *[""] * 5],
        ("task.without_responsible", "tasks", 4, "key", "50-W3"),
    ),
    (
        "Zuständigkeiten",
        ["50-W1", "50-03", "zuständig", ""],
        ("responsibility.duplicate", "responsibilities", 6, "position", "50-03"),
    ),
    (
        "Zuständigkeiten",
        ["50-W1", "50-03", "kann helfen", ""],
        ("responsibility.two_kinds", "responsibilities", 6, "kind", "50-03"),
    ),
    (
        "Zuständigkeiten",
        ["X", "50-03", "zuständig", ""],
        ("responsibility.unknown_task", "responsibilities", 6, "task", "X"),
    ),
    (
        "Zuständigkeiten",
        ["50-W1", "X", "zuständig", ""],
        ("responsibility.unknown_position", "responsibilities", 6, "position", "X"),
    ),
]


@pytest.mark.parametrize(("sheet", "row", "expected"), RELATIONS, ids=lambda value: str(value)[:40])
def test_check_reports_relation(checking: Checking, sheet: str, row: list[str], expected: Found) -> None:
    outcome = checking(with_rows(sheet, row), dry_run=True)
    if not expected[0]:
        assert found(outcome) == []
        return
    assert expected in found(outcome)
    assert (outcome.state == "rejected") == any(p.is_error for p in outcome.examination.problems.problems)
    for problem in outcome.examination.problems.problems:
        assert "%(" not in describe(problem, sheet_name=sheet_name, column_name=column_name).message


def test_check_reports_circles_of_units_once(checking: Checking) -> None:
    rows = [["A", "A", "C"], ["B", "B", "A"], ["C", "C", "B"], ["D", "D", "C"]]
    outcome = checking(with_rows("Einheiten", *rows))
    assert found(outcome) == [("unit.cycle", "units", 5, "parent", "A")]
    assert outcome.examination.problems.problems[0].data == {"path": "A → C → B → A"}


def test_check_reports_circles_through_the_register(checking: Checking) -> None:
    assert checking(SMALL).state == "applied"
    sheets = {"Einheiten": [["Kürzel", "Name", "Übergeordnet"], ["FB3", "Fachbereich", "50.1"]]}
    assert found(checking(sheets)) == [("unit.cycle", "units", 2, "parent", "FB3")]


def test_check_reports_too_many_levels(checking: Checking) -> None:
    rows = [[f"T{n}", f"Tiefe {n}", f"T{n - 1}" if n else ""] for n in range(22)]
    assert found(checking(with_rows("Einheiten", *rows))) == [("unit.too_deep", "units", 26, "parent", "T21")]


def test_check_accepts_references_into_the_register(checking: Checking) -> None:
    assert checking(SMALL).state == "applied"
    sheets = {"Stellen": [["Stellennummer", "Bezeichnung", "Einheit"], ["50-10", "Neu", "50.1"]]}
    assert found(checking(sheets)) == []


def test_check_refuses_references_to_what_has_ended(checking: Checking, world: World, now: datetime) -> None:
    assert checking(SMALL).state == "applied"
    with world.inside():
        Unit.objects.filter(code="50.1").update(ended_on=now.date())
    sheets = {"Stellen": [["Stellennummer", "Bezeichnung", "Einheit"], ["50-10", "Neu", "50.1"]]}
    assert found(checking(sheets)) == [("position.unknown_unit", "positions", 2, "unit", "50.1")]


def test_check_knows_the_catalogue_of_services(checking: Checking, world: World) -> None:
    with world.inside():
        Service.objects.create(
            id=new_id(),
            organisation_id=world.organisation.pk,
            key="99107023017001",
            name="x",
            sort_key="x",
            search="x",
        )
    outcome = checking(SMALL, dry_run=True)
    assert found(outcome) == [("service_key.unknown", "tasks", 2, "service_key", "99107023017000")]
    assert outcome.state == "ready"


def test_check_counts_the_stronger_kind_once(checking: Checking, world: World) -> None:
    rows = [["50-W1", "50-03", "kann helfen", ""], ["50-W2", "50-01", "Vertretung", "ja"]]
    outcome = checking(with_rows("Zuständigkeiten", *rows))
    assert outcome.state == "applied"
    with world.inside():
        kinds = {(r.task.key, r.position.number): r.kind for r in Responsibility.objects.all()}
    assert (kinds["50-W1", "50-03"], kinds["50-W2", "50-01"]) == ("responsible", "deputy")


def test_check_does_not_blame_references_to_rows_with_errors(checking: Checking) -> None:
    sheets = with_rows("Personen", ["4799", "", "Ohne Nachname", ""])
    sheets["Besetzungen"].append(["50-04", "4799", "0,5", *[""] * 5])
    assert found(checking(sheets)) == [("value.required", "persons", 5, "last_name", "")]


def test_check_reads_windows_1252_with_commas_in_a_zip(checking: Checking, world: World) -> None:
    outcome = checking(zip_bytes(SMALL, delimiter=",", encoding="cp1252"), name="register.zip")
    assert (outcome.state, found(outcome)) == ("applied", [])
    with world.inside():
        assert Responsibility.objects.filter(kind="responsible").count() == 2


def test_check_reads_ods(checking: Checking, world: World) -> None:
    outcome = checking(ods({name: ods_table(rows) for name, rows in SMALL.items()}), name="register.ods")
    assert (outcome.state, outcome.examination.kind, found(outcome)) == ("applied", "ods", [])
    with world.inside():
        assert Holding.objects.count() == 3


# --- forty kinds at once ------------------------------------------------------------------------------------

MANY: dict[str, list[list[str]]] = {
    "Einheiten": [
        ["Kürzel", "Name", "Übergeordnet"],
        ["A", "Amt A", ""],
        ["A", "Amt A noch einmal", ""],
        ["B", "Amt B", "B"],
        ["C", "Amt C", "fehlt"],
        ["D", "Amt D", "E"],
        ["E", "Amt E", "D"],
        ["F", "", ""],
        ["G", "x" * 201, ""],
        ["H", "Amt\x7f", ""],
        ["I", "Amt \ufffd", ""],
        ["J", "#BEZUG!", ""],
        ["4,7E+12", "Amt", ""],
        *[[f"T{n}", f"Tiefe {n}", f"T{n - 1}" if n else "A"] for n in range(21)],
    ],
    "Stellen": [
        ["Stellennummer", "Bezeichnung", "Einheit", "Leitung", "Farbe"],
        ["1", "Leitung", "A", "ja", ""],
        ["2", "Leitung", "A", "ja", ""],
        ["2", "Zweite", "A", "", ""],
        ["3", "Dritte", "fehlt", "", ""],
        ["4", "Vierte", "A", "vielleicht", ""],
    ],
    "Personen": [
        ["Personalnummer", "Nachname", "Vorname", "E-Mail", "Geburtsdatum"],
        ["1", "Albers", "", "a@stadt.example", ""],
        ["2", "Demir", "", "A@stadt.example", ""],
        ["2", "Demir", "", "", ""],
        ["3", "Nowak", "", "keine Adresse", ""],
    ],
    "Besetzungen": [
        [
            "Stellennummer",
            "Personalnummer",
            "Anteil",
            "Von",
            "Bis",
            "Austrittsquartal",
            "Austrittsband",
            "Austritt fest",
        ],
        ["1", "1", "1", "2020-01-01", "", "", "", ""],
        ["1", "1", "1", "2020-01-01", "", "", "", ""],
        ["1", "1", "1", "2021-01-01", "", "", "", ""],
        ["fehlt", "2", "", "", "", "", "", ""],
        ["2", "fehlt", "", "", "", "", "", ""],
        ["2", "2", "viel", "", "", "", "", ""],
        ["2", "2", "300 %", "", "", "", "", ""],
        ["2", "2", "", "gestern", "", "", "", ""],
        ["2", "2", "", "31.02.2020", "", "", "", ""],
        ["2", "2", "", "01.01.1066", "", "", "", ""],
        ["2", "2", "", "2020-01-01", "2019-01-01", "", "", ""],
        ["2", "2", "", "", "", "irgendwann", "", ""],
        ["2", "2", "", "", "", "2028-03-31", "", ""],
        ["2", "2", "", "", "", "1066-Q1", "", ""],
        ["2", "2", "", "", "", "", "bald", ""],
        ["2", "2", "", "", "", "2028-Q1", "1-2 Jahre", ""],
        ["2", "1", "0,5", "2020-01-01", "", "2021-Q1", "", ""],
        ["1", "2", "0,1", "", "", "", "", "ja"],
    ],
    "Aufgaben": [
        [
            "Schlüssel",
            "Titel",
            "Einheit",
            "Zweck",
            "LeiKa",
            "Kritikalität",
            "Positionsrisiko",
            "Mindestbesetzung",
        ],
        ["1", "Erste", "A", "", "", "", "", ""],
        ["1", "Erste noch einmal", "A", "", "", "", "", ""],
        ["2", "Zweite", "fehlt", "", "", "", "", ""],
        ["3", "Dritte", "A", "", "4711", "", "", ""],
        ["4", "Vierte", "A", "", "", "9", "", ""],
        ["5", "Fünfte", "A", "", "", "", "", "0"],
    ],
    "Zuständigkeiten": [
        ["Aufgabe", "Stellennummer", "Art", "Bereit"],
        ["fehlt", "1", "zuständig", ""],
        ["3", "fehlt", "zuständig", ""],
        ["3", "1", "Chef", ""],
        ["4", "1", "zuständig", "ja"],
        ["4", "1", "zuständig", ""],
        ["5", "1", "zuständig", ""],
        ["5", "1", "Vertretung", ""],
    ],
    "Gehälter": [["Nummer"], ["1"]],
}

EXPECTED: set[tuple[str, str, int | None, str]] = {
    ("unit.duplicate", "units", 3, "code"),
    ("unit.own_parent", "units", 4, "parent"),
    ("unit.unknown_parent", "units", 5, "parent"),
    ("unit.cycle", "units", 6, "parent"),
    ("value.required", "units", 8, "name"),
    ("value.too_long", "units", 9, "name"),
    ("value.control_character", "units", 10, "name"),
    ("value.broken_characters", "units", 11, "name"),
    ("value.spreadsheet_error", "units", 12, "name"),
    ("key.rounded", "units", 13, "code"),
    ("unit.too_deep", "units", 34, "parent"),
    ("column.unknown", "positions", 1, "Farbe"),
    ("position.several_heads", "positions", 3, "is_lead"),
    ("position.duplicate", "positions", 4, "number"),
    ("position.unknown_unit", "positions", 5, "unit"),
    ("yes_no.invalid", "positions", 6, "is_lead"),
    ("column.birth_date", "persons", 1, "Geburtsdatum"),
    ("person.email_duplicate", "persons", 3, "email"),
    ("person.duplicate", "persons", 4, "personnel_number"),
    ("email.invalid", "persons", 5, "email"),
    ("holding.duplicate", "holdings", 3, "person"),
    ("holding.overlap", "holdings", 4, "starts_on"),
    ("holding.unknown_position", "holdings", 5, "position"),
    ("holding.unknown_person", "holdings", 6, "person"),
    ("share.invalid", "holdings", 7, "share"),
    ("share.range", "holdings", 8, "share"),
    ("date.invalid", "holdings", 9, "starts_on"),
    ("date.impossible", "holdings", 10, "starts_on"),
    ("date.range", "holdings", 11, "starts_on"),
    ("period.reversed", "holdings", 12, "ends_on"),
    ("exit_quarter.invalid", "holdings", 13, "exit_quarter"),
    ("exit_quarter.date", "holdings", 14, "exit_quarter"),
    ("exit_quarter.range", "holdings", 15, "exit_quarter"),
    ("exit_band.invalid", "holdings", 16, "exit_band"),
    ("exit.both", "holdings", 17, "exit_quarter"),
    ("holding.exit_past", "holdings", 18, "exit_quarter"),
    ("holding.share_total", "holdings", 2, "share"),
    ("holding.share_total", "holdings", 5, "share"),
    ("fixed.without_exit", "holdings", 19, "exit_fixed"),
    ("task.duplicate", "tasks", 3, "key"),
    ("task.unknown_unit", "tasks", 4, "unit"),
    ("service_key.invalid", "tasks", 5, "service_key"),
    ("scale.invalid", "tasks", 6, "criticality"),
    ("minimum.invalid", "tasks", 7, "minimum_holders"),
    ("task.without_responsible", "tasks", 2, "key"),
    ("task.without_responsible", "tasks", 4, "key"),
    ("responsibility.unknown_task", "responsibilities", 2, "task"),
    ("responsibility.unknown_position", "responsibilities", 3, "position"),
    ("kind.invalid", "responsibilities", 4, "kind"),
    ("ready.without_deputy", "responsibilities", 5, "ready"),
    ("responsibility.duplicate", "responsibilities", 6, "position"),
    ("responsibility.two_kinds", "responsibilities", 8, "kind"),
    ("sheet.unknown", "Gehälter", None, ""),
}


def workbook(sheets: dict[str, list[list[str]]]) -> bytes:
    """An XLSX with all cells as text."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"strings_to_numbers": False, "strings_to_formulas": False})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                page.write_string(number, column, cell)
    book.close()
    return target.getvalue()


@pytest.mark.parametrize("form", ["folder", "workbook"])
def test_check_reports_fifty_kinds_with_their_places_and_writes_nothing(
    checking: Checking, world: World, form: str
) -> None:
    outcome = checking(MANY if form == "folder" else workbook(MANY), name=f"register-{form}")
    places = {(code, sheet, row, column) for code, sheet, row, column, _value in found(outcome)}
    assert places == EXPECTED
    assert len({code for code, *_place in places}) == 51
    assert outcome.state == "rejected"
    with world.inside():
        assert contents() == (0, 0, 0, 0, 0, 0, 0, 0)


def contents() -> tuple[int, ...]:
    """Rows of everything an import writes."""
    models = (Unit, Position, Person, Holding, Task, Responsibility, Import, ImportChange)
    return tuple(model.objects.count() for model in models)


# --- any bytes ----------------------------------------------------------------------------------------------

GOOD = (zip_bytes(SMALL), workbook({name: [list(row) for row in rows] for name, rows in SMALL.items()}))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good file with some bytes changed, cut out or put in; or anything at all."""
    content = bytearray(draw(st.sampled_from((*GOOD, b""))) or draw(st.binary(max_size=300)))
    for _each in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        match draw(st.sampled_from("xdi")):
            case "x" if content:
                content[at] ^= draw(st.integers(1, 255))
            case "d":
                del content[at : at + draw(st.integers(1, 50))]
            case _:
                content[at:at] = draw(st.binary(min_size=1, max_size=20))
    return bytes(content)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=mutated())
def test_check_survives_any_bytes(checking: Checking, world: World, content: bytes) -> None:
    outcome = checking(content, name="irgendwas.bin", dry_run=True)
    assert outcome.state in {"ready", "rejected"}
    if outcome.state == "rejected":
        assert sentences(outcome) != []
    with world.inside():
        assert contents() == (0, 0, 0, 0, 0, 0, 0, 0)


def sentences(outcome: runs.Outcome) -> Sequence[str]:
    """What people read about the problems."""
    return [
        describe(p, sheet_name=sheet_name, column_name=column_name).message
        for p in outcome.examination.problems.problems
    ]


@given(text=st.text(st.characters(codec="utf-8"), max_size=400))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_check_survives_any_text_below_good_headings(checking: Checking, text: str) -> None:
    content = f"Schlüssel;Titel;Einheit;Zweck;LeiKa\n{text}"
    outcome = checking(content.encode(), name="Aufgaben.csv", dry_run=True)
    assert outcome.state in {"ready", "rejected"}
