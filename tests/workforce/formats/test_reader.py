"""From cells to rows and problems: one example per kind of problem, with its place."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
import xlsxwriter

from staffelstab.workforce.domain.import_problems import Problem
from staffelstab.workforce.formats.layout import locate
from staffelstab.workforce.formats.reader import Row, read_rows
from staffelstab.workforce.formats.source import open_source
from tests.workforce.formats.sources import csv_zip, found, read, xlsx

HEADINGS = {
    "Einheiten": "Kürzel;Name;Übergeordnet",
    "Stellen": "Stellennummer;Bezeichnung;Einheit;Leitung",
    "Personen": "Personalnummer;Nachname;Vorname;E-Mail",
    "Besetzungen": "Stellennummer;Personalnummer;Anteil;Von;Bis;Austrittsquartal;Austrittsband;Austritt fest",
    "Aufgaben": "Schlüssel;Titel;Einheit;Zweck;LeiKa;Kritikalität;Positionsrisiko;Mindestbesetzung",
    "Zuständigkeiten": "Aufgabe;Stellennummer;Art;Bereit",
}

ONE_ROW = [
    ("Einheiten", ";Sozialamt;", "value.required", "code"),
    ("Einheiten", "50;;", "value.required", "name"),
    ("Einheiten", "50;Amt\x1c;", "value.control_character", "name"),
    ("Einheiten", "50;B\ufffdro;", "value.broken_characters", "name"),
    ("Einheiten", "50;#NV;", "value.spreadsheet_error", "name"),
    ("Einheiten", f"50;{'x' * 201};", "value.too_long", "name"),
    ("Einheiten", f"{'5' * 41};Amt;", "value.too_long", "code"),
    ("Einheiten", "50;Amt;5,1E+11", "key.rounded", "parent"),
    ("Einheiten", "50;Amt;;;zu viel", "row.too_many_cells", ""),
    ("Stellen", "50-01;Leitung;50;vielleicht", "yes_no.invalid", "is_lead"),
    ("Personen", "1;Albers;Ines;ines(at)stadt", "email.invalid", "email"),
    ("Besetzungen", "S;P;halb;;;;;", "share.invalid", "share"),
    ("Besetzungen", "S;P;1,5;;;;;", "share.range", "share"),
    ("Besetzungen", "S;P;;neulich;;;;", "date.invalid", "starts_on"),
    ("Besetzungen", "S;P;;;31.06.2027;;;", "date.impossible", "ends_on"),
    ("Besetzungen", "S;P;;1.1.19;;;;", "date.range", "starts_on"),
    ("Besetzungen", "S;P;;2027-02-01;2027-01-31;;;", "period.reversed", "ends_on"),
    ("Besetzungen", "S;P;;;;2028;;", "exit_quarter.invalid", "exit_quarter"),
    ("Besetzungen", "S;P;;;;31.07.2028;;", "exit_quarter.date", "exit_quarter"),
    ("Besetzungen", "S;P;;;;2228-Q3;;", "exit_quarter.range", "exit_quarter"),
    ("Besetzungen", "S;P;;;;;bald;", "exit_band.invalid", "exit_band"),
    ("Besetzungen", "S;P;;;;2028-Q3;1-2 Jahre;", "exit.both", "exit_quarter"),
    ("Aufgaben", "A;T;50;;4711;;;", "service_key.invalid", "service_key"),
    ("Aufgaben", "A;T;50;;9,9107E+13;;;", "key.rounded", "service_key"),
    ("Aufgaben", "A;T;50;;;6;;", "scale.invalid", "criticality"),
    ("Aufgaben", "A;T;50;;;;hoch;", "scale.invalid", "position_risk"),
    ("Aufgaben", "A;T;50;;;;;0", "minimum.invalid", "minimum_holders"),
    ("Zuständigkeiten", "A;S;informiert;", "kind.invalid", "kind"),
]


@pytest.mark.parametrize(("sheet", "row", "code", "column"), ONE_ROW)
def test_wrong_cell_is_reported_with_its_place_and_its_row_is_left_out(
    sheet: str, row: str, code: str, column: str
) -> None:
    rows, problems = read(csv_zip({f"{sheet}.csv": f"{HEADINGS[sheet]}\n{row}\n"}))
    assert [(problem.code, problem.row, problem.column) for problem in problems] == [(code, 2, column)]
    assert list(rows.values()) == [[]]


WARNINGS = [
    ("Besetzungen", "S;P;;;;;;ja", "fixed.without_exit", "exit_fixed"),
    ("Besetzungen", "S;P;;;;;unbekannt;ja", "fixed.without_exit", "exit_fixed"),
    ("Zuständigkeiten", "A;S;zuständig;ja", "ready.without_deputy", "ready"),
]


@pytest.mark.parametrize(("sheet", "row", "code", "column"), WARNINGS)
def test_odd_row_is_read_with_a_warning(sheet: str, row: str, code: str, column: str) -> None:
    rows, problems = read(csv_zip({f"{sheet}.csv": f"{HEADINGS[sheet]}\n{row}\n"}))
    assert [(problem.code, problem.row, problem.column) for problem in problems] == [(code, 2, column)]
    assert [len(found_rows) for found_rows in rows.values()] == [1]


STRUCTURE = [
    ({"Notizen.csv": "a;b\n"}, [("sheet.none_known", "", None, ""), ("sheet.unknown", "Notizen", None, "")]),
    (
        {"Einheiten.csv": "Kürzel;Name\n", "b/einheiten.csv": "Kürzel;Name\n"},
        [("sheet.duplicate", "units", None, "")],
    ),
    ({"Einheiten.csv": "Kürzel;Name\n", "Hilfe.csv": "x\n"}, []),
    ({"Einheiten.csv": "Kürzel;Name\n", "bild.png": "x"}, [("sheet.unknown", "bild.png", None, "")]),
    ({"Einheiten.csv": "Kürzel;Name\n", "Stellen.csv": "\n\n"}, [("sheet.empty", "positions", None, "")]),
    ({"Einheiten.csv": "Name;Übergeordnet\n"}, [("column.missing", "units", 1, "code")]),
    ({"Einheiten.csv": "Kürzel;Name;KUERZEL *\n"}, [("column.duplicate", "units", 1, "code")]),
    ({"Einheiten.csv": "\nKürzel;Name;Bemerkung\n"}, [("column.unknown", "units", 2, "Bemerkung")]),
    (
        {"Personen.csv": "Personalnummer;Nachname;Geburtsdatum\n"},
        [("column.birth_date", "persons", 1, "Geburtsdatum")],
    ),
    ({"Einheiten.csv": "Kürzel;Name;\n50;Amt;x\n51;Amt;y\n"}, [("column.unnamed", "units", 2, "")]),
]


@pytest.mark.parametrize(("files", "expected"), STRUCTURE)
def test_structure_is_checked(
    files: dict[str, str | bytes], expected: list[tuple[str, str, int | None, str]]
) -> None:
    _, problems = read(csv_zip(files))
    assert found(problems) == expected


def test_values_reach_the_fields_of_every_sheet() -> None:
    rows, problems = read(
        csv_zip(
            {
                "Stellen.csv": f"{HEADINGS['Stellen']}\n 50-03 ;Sachbearbeitung;50;\n",
                "Personen.csv": "nachname;PERSONALNUMMER*\nAlbers;4711.0\n",
                "Besetzungen.csv": f"{HEADINGS['Besetzungen']}\n50-03;4711;50 %;01.04.2019;;1-2 Jahre;;nein\n",
                "Aufgaben.csv": f"{HEADINGS['Aufgaben']}\nA1;Titel;50;;9.9107023017e13;4;;2\n",
                "Zuständigkeiten.csv": f"{HEADINGS['Zuständigkeiten']}\nA1;50-03;Vertretung;ja\nA1;50-04;Vertretung;\n",
            }
        )
    )
    assert problems == []
    assert rows == {
        "positions": [("50-03", "Sachbearbeitung", "50", False)],
        "persons": [("4711", "Albers", "", "")],
        "holdings": [
            ("50-03", "4711", Decimal("0.5"), dt.date(2019, 4, 1), None, None, "from_1_to_2", False)
        ],
        "tasks": [("A1", "Titel", "50", "", "99107023017000", "", 4, None, "", "", 2)],
        "responsibilities": [("A1", "50-03", "deputy", True), ("A1", "50-04", "deputy", False)],
    }


def test_exit_may_stand_in_one_column() -> None:
    content = "Stellennummer;Personalnummer;Austritt\nS;P;III/2028\nS;Q;bis 1 Jahr\nS;R;\nS;T;nie\n"
    rows, problems = read(csv_zip({"Besetzungen.csv": content}))
    assert [row[5:7] for row in rows["holdings"]] == [(8114, ""), (None, "within_1"), (None, "")]
    assert found(problems) == [("exit.invalid", "holdings", 5, "exit")]


def test_typed_cells_of_a_workbook_are_understood() -> None:
    holdings = [
        ("Stellennummer", "Personalnummer", "Anteil", "Von", "Austrittsquartal", "Austritt fest"),
        (4711.0, 12, 0.5, dt.date(2019, 4, 1), "2028-Q3", True),
        (dt.date(2026, 3, 5), 13, 1, "", dt.date(2028, 3, 1), False),
    ]
    rows, problems = read(
        xlsx(
            {
                "Besetzungen": holdings,
                "Aufgaben": [("Schlüssel", "Titel", "Einheit", "LeiKa"), (1, "T", 50, 99107023017000)],
            }
        )
    )
    assert rows["holdings"] == [("4711", "12", Decimal("0.5"), dt.date(2019, 4, 1), None, 8114, "", True)]
    assert rows["tasks"][0][:5] == ("1", "T", "50", "", "99107023017000")
    assert found(problems) == [
        ("key.date", "holdings", 3, "position"),
        ("exit_quarter.date", "holdings", 3, "exit_quarter"),
    ]


def test_error_of_a_formula_in_a_workbook_is_reported_where_it_stands() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        for name in ("Listen", "Einheiten"):
            page = book.add_worksheet(name)
            page.write_row(0, 0, ("Kürzel", "Name", "Übergeordnet"))
            page.write_row(1, 0, ("50", "Amt"))
            page.write_formula(1, 2, "=A7", value="#REF!" if name == "Einheiten" else "#NAME?")
    rows, problems = read(target.getvalue())
    assert [(p.code, p.sheet, p.row, p.column, p.value) for p in problems] == [
        ("value.spreadsheet_error", "units", 2, "parent", "#REF!")
    ]
    assert rows == {"units": []}


def test_sheet_that_begins_further_down_and_right_keeps_its_row_numbers() -> None:
    table = [("", "", ""), ("", "Kürzel", "Name"), ("", "50", "Amt"), ("", "", "Amt ohne Kürzel")]
    rows, problems = read(xlsx({"Einheiten": table}))
    assert rows["units"] == [("50", "Amt", "")]
    assert found(problems) == [("value.required", "units", 4, "code")]


def test_row_with_several_errors_reports_them_all() -> None:
    _, problems = read(
        csv_zip({"Besetzungen.csv": f"{HEADINGS['Besetzungen']}\n;P;halb;2027-02-01;2027-01-01;;;\n"})
    )
    assert [problem.code for problem in problems] == ["value.required", "share.invalid", "period.reversed"]


def test_present_columns_are_known_so_that_absent_ones_keep_what_is_stored() -> None:
    with open_source(csv_zip({"Einheiten.csv": "Name;Kürzel\n"}), "x") as source:
        layout = locate(source)
    assert layout.sheets["units"].present == {"name", "code"}
    assert layout.is_readable


def test_rows_and_problems_come_in_one_stream() -> None:
    with open_source(csv_zip({"Einheiten.csv": "Kürzel;Name\n50;Amt\n;\n;Amt\n"}), "x") as source:
        items = list(read_rows(locate(source).sheets["units"]))
    assert items == [Problem("value.required", "units", 4, "code"), Row("units", 2, ("50", "Amt", ""))]


def test_many_rows_are_read_in_batches_with_their_numbers() -> None:
    lines = "".join(f"{number};Amt {number}\n" for number in range(2, 10_001))
    content = f"Kürzel;Name\n{lines};letztes\n"
    rows, problems = read(csv_zip({"Einheiten.csv": content}))
    assert len(rows["units"]) == 9_999
    assert found(problems) == [("value.required", "units", 10_001, "code")]
