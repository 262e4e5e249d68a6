"""What we write ourselves: template, export, annotated workbook. All of it is read back."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffelstab.workforce.domain.import_problems import Problem
from staffelstab.workforce.domain.import_sheets import SHEETS
from staffelstab.workforce.domain.import_values import ValueRefused, clean
from staffelstab.workforce.formats.annotated import annotate
from staffelstab.workforce.formats.template import example_rows, write_template
from staffelstab.workforce.formats.workbook_export import write_csv_zip, write_xlsx
from tests.workforce.formats.sources import Rows, csv_zip, ods, ods_table, read, xlsx

REGISTER: Rows = {
    "units": [("FB 3", "Soziales", ""), ("50", '=Amt; "für" Übergänge', "FB 3")],
    "positions": [("50-03", "-Sachbearbeitung", "50", True), ("0815", "@Leitung", "50", False)],
    "persons": [("4711", "O'Neill", "'=Ines", "ines@stadt.example"), ("+49", "Ng", "", "")],
    "holdings": [
        ("50-03", "4711", Decimal("0.333"), dt.date(2019, 4, 1), dt.date(2030, 12, 31), 8114, "", True),
        ("0815", "+49", Decimal(1), None, None, None, "unknown", False),
        ("0815", "4711", Decimal("0.5"), None, None, None, "", False),
    ],
    "tasks": [
        (
            "A1",
            "Wohngeld bescheiden",
            "50",
            "Zeile 1\nZeile 2",
            "99107023017000",
            "31.5.1",
            4,
            5,
            "täglich",
            "§ 7",
            2,
        ),
        ("-1", "T", "50", "", "", "", None, None, "", "", None),
    ],
    "responsibilities": [
        ("A1", "50-03", "responsible", False),
        ("A1", "0815", "deputy", True),
        ("-1", "0815", "can_help", False),
    ],
}


def as_xlsx(rows: Rows) -> bytes:
    target = io.BytesIO()
    write_xlsx(target, rows)
    return target.getvalue()


def as_csv_zip(rows: Rows) -> bytes:
    target = io.BytesIO()
    write_csv_zip(target, rows)
    return target.getvalue()


@pytest.fixture(scope="module")
def template() -> bytes:
    target = io.BytesIO()
    write_template(target, translate=str.upper)
    return target.getvalue()


def test_template_is_read_without_problems(template: bytes) -> None:
    rows, problems = read(template)
    assert problems == []
    assert rows == {sheet.key: example_rows(sheet) for sheet in SHEETS}


def test_template_has_help_for_every_column_and_choices(template: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template))
    assert book.sheetnames == [*(sheet.name for sheet in SHEETS), "Hilfe"]
    explained = {(row[0], row[1]) for row in book["Hilfe"].iter_rows(values_only=True)}
    assert {(sheet.name, column.header) for sheet in SHEETS for column in sheet.columns} <= explained
    texts = {row[3] for row in book["Hilfe"].iter_rows(values_only=True)}
    assert {column.help.upper() for sheet in SHEETS for column in sheet.columns} <= texts
    choices = [v.formula1 for v in book["Besetzungen"].data_validations.dataValidation]
    assert choices == ['"bis 1 Jahr,1-2 Jahre,2-3 Jahre,3-5 Jahre,über 5 Jahre,unbekannt"', '"ja,nein"']
    assert book["Aufgaben"].freeze_panes == "A2"
    assert book["Aufgaben"]["A1"].value == "Schlüssel *"


@pytest.mark.parametrize("write", [as_xlsx, as_csv_zip])
def test_export_is_imported_without_a_change(write: type[bytes]) -> None:
    rows, problems = read(write(REGISTER))  # type: ignore[arg-type]
    assert problems == []
    assert rows == REGISTER


def cleaned(text: str) -> str:
    try:
        return clean(text)
    except ValueRefused:
        return ""


texts = st.text(min_size=1, max_size=12).map(cleaned)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.just("50"), texts.filter(bool), st.just("")), max_size=4))
def test_any_text_survives_export_and_import(units: list[tuple[str, str, str]]) -> None:
    for write in (as_xlsx, as_csv_zip):
        rows, problems = read(write({"units": list(units)}))
        assert problems == []
        assert rows == {"units": units}


def test_csv_export_holds_no_formula() -> None:
    with zipfile.ZipFile(io.BytesIO(as_csv_zip(REGISTER))) as archive:
        assert archive.read("Einheiten.csv").decode("utf-8-sig") == (
            'Kürzel;Name;Übergeordnet\r\nFB 3;Soziales;\r\n50;"\'=Amt; ""für"" Übergänge";FB 3\r\n'
        )
        assert archive.read("Personen.csv").decode("utf-8-sig").splitlines()[1:] == [
            "4711;O'Neill;''=Ines;ines@stadt.example",
            "+49;Ng;;",
        ]


def test_xlsx_export_holds_texts_dates_and_numbers() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(REGISTER)))
    assert [(c.value, c.data_type) for c in book["Einheiten"][3]][1] == ('=Amt; "für" Übergänge', "s")
    assert [c.value for c in book["Besetzungen"][2]] == [
        "50-03",
        "4711",
        0.333,
        dt.datetime(2019, 4, 1),  # noqa: DTZ001 - spreadsheets know no time zone
        dt.datetime(2030, 12, 31),  # noqa: DTZ001
        "2028-Q3",
        None,
        "ja",
    ]


PROBLEMS = [
    Problem("file.unreadable", data={"name": "=cmd|' /C calc'!A0"}),
    Problem("column.unknown", "units", 1, "Bemerkung", data={"expected": "Kürzel"}),
    Problem("unit.own_parent", "units", 3, "parent", "50.1"),
    Problem("unit.cycle", "units", 3, "parent", "50.1", {"path": "50 → 50.1 → 50"}),
    Problem("value.required", "units", 2, "name", "=1+1"),
]
TABLE = [
    ("Kürzel", "Name", "Übergeordnet", "Bemerkung"),
    ("50", "", "", "x"),
    ("50.1", "Wohngeld", "50.1", ""),
]
SOURCES = [
    xlsx({"Einheiten": TABLE, "Notizen": [("bleibt",)]}),
    ods({"Einheiten": ods_table(TABLE)}),
    csv_zip({"einheiten.csv": "\n".join(";".join(row) for row in TABLE)}),
]


@pytest.mark.parametrize("data", SOURCES, ids=["xlsx", "ods", "csv"])
def test_annotated_workbook_shows_every_problem_at_its_cell(data: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(annotate(data, "datei", PROBLEMS)))
    page = book[book.sheetnames[1]]
    listed = book["Fehler"]
    assert book.sheetnames[0] == "Fehler"
    assert page["A3"].value == "50.1"
    first, second = page["C3"].comment.text.splitlines()
    assert first.startswith(
        "The unit “50.1” is superordinate to itself. Leave “Übergeordnet” empty for the topmost"
    )
    assert second == "The units form a circle: 50 → 50.1 → 50. Correct “Übergeordnet” for one of these units."
    assert page["B2"].comment.text.startswith("“Name” must not be empty.")
    assert page["C3"].fill.fgColor.rgb[2:] == "FFC7CE"
    assert page["D1"].fill.fgColor.rgb[2:] == "FFEB9C"
    assert [cell.value for cell in listed[4]][:5] == ["Error", "Einheiten", "3", "Übergeordnet", "50.1"]
    assert listed["C4"].hyperlink.location == f"'{page.title}'!C3"
    assert (listed["E6"].value, listed["E6"].data_type) == ("=1+1", "s")
    assert listed["F2"].value == "The file “=cmd|' /C calc'!A0” cannot be read."


@pytest.mark.parametrize("data", SOURCES, ids=["xlsx", "ods", "csv"])
def test_annotated_workbook_can_be_handed_in_again_and_annotated_again(data: bytes) -> None:
    before = read(data)
    once = annotate(data, "datei", PROBLEMS)
    twice = annotate(once, "datei", PROBLEMS)
    assert read(once)[0] == before[0]
    assert read(twice)[0] == before[0]
    assert openpyxl.load_workbook(io.BytesIO(twice)).sheetnames.count("Fehler") == 1


def test_source_that_cannot_be_opened_gives_the_list_alone() -> None:
    problems = [Problem("file.pdf", data={"name": "liste.pdf"})]
    book = openpyxl.load_workbook(io.BytesIO(annotate(b"%PDF-1.7", "liste.pdf", problems)))
    assert book.sheetnames == ["Fehler"]
    assert book["Fehler"]["F2"].value == "“liste.pdf” is a PDF; tables cannot be read from it."


def test_annotated_workbook_speaks_the_language_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "einheiten.csv"
    path.write_text("Kürzel;Name\n50;\n", "utf-8")
    german = {"“%(column)s” must not be empty.": "„%(column)s“ darf nicht leer sein.", "Error": "Fehler"}
    problems = [Problem("value.required", "units", 2, "name")]
    data = annotate(path, path.name, problems, translate=lambda text: german.get(text, text))
    listed = openpyxl.load_workbook(io.BytesIO(data))["Fehler"]
    assert [cell.value for cell in listed[2]][:6] == [
        "Fehler",
        "Einheiten",
        "2",
        "Name",
        "",
        "„Name“ darf nicht leer sein.",
    ]


def test_annotated_workbook_has_a_sheet_for_each_of_two_files_of_one_name() -> None:
    data = csv_zip(
        {"Einheiten.csv": "Kürzel;Name\n50;Sozialamt\n", "sub/Einheiten.csv": "Kürzel;Name\n51;\n"}
    )
    _rows, problems = read(data)
    assert [problem.code for problem in problems] == ["sheet.duplicate"]
    problems.append(Problem("value.required", "units", 2, "name"))
    book = openpyxl.load_workbook(io.BytesIO(annotate(data, "datei.zip", problems)))
    assert book.sheetnames == ["Fehler", "Einheiten", "Einheiten 2"]
    assert (book["Einheiten"]["A2"].value, book["Einheiten 2"]["A2"].value) == ("50", "51")
    # The sheet that was read has the comments.
    assert book["Einheiten"]["B2"].comment is not None
    assert book["Einheiten 2"]["B2"].comment is None


@pytest.mark.parametrize(
    "name", ["'" * 3, "a" * 27 + "' b", "\U0001f600" * 20, "[Liste]: *?", "x" * 40, "FEHLER liste", "\u2028"]
)
def test_annotated_workbook_takes_any_name_of_a_file_twelve_times(name: str) -> None:
    data = csv_zip({f"{number}/{name.replace('/', '_')}.csv": "a;b\n" for number in range(12)})
    book = openpyxl.load_workbook(io.BytesIO(annotate(data, "datei.zip", [])))
    assert len(book.sheetnames) == 13
