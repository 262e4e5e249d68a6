"""Lists as files."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pytest

from staffelstab.core.list_files import PERCENT, file_name, render_csv, render_xlsx
from tests.guards.layout import PACKAGE


def test_render_csv_disarms_formulas_and_writes_german_numbers() -> None:
    rows = [["=1+1", 2.5, None], ["-5", -5, "ä;\n"], ["@x", 1e-3, "+"]]
    assert render_csv(["A", "B", "C"], rows).decode("utf-8-sig") == (
        "A;B;C\r\n'=1+1;2,5;\r\n'-5;-5;\"ä;\n\"\r\n'@x;0,001;'+\r\n"
    )


def test_render_xlsx_writes_texts_as_texts() -> None:
    content = render_xlsx(
        "Ein sehr langer Name, der nicht in den Reiter passt", ["A", "B"], [["=1+1", 2.5], [None, 3]]
    )
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet.title == "Ein sehr langer Name, der nicht"
    assert [[cell.value for cell in row] for row in sheet.rows] == [["A", "B"], ["=1+1", 2.5], [None, 3]]
    assert sheet["A2"].data_type == "s"


def test_days_are_days_for_a_spreadsheet() -> None:
    day = dt.date(2027, 3, 12)
    assert render_csv(["Tag"], [[day]]).decode("utf-8-sig") == "Tag\r\n12.03.2027\r\n"
    cell = openpyxl.load_workbook(io.BytesIO(render_xlsx("Tage", ["Tag"], [[day]]))).active["A2"]
    assert (cell.is_date, cell.value.date(), cell.number_format) == (True, day, "dd.mm.yyyy")


def test_render_xlsx_of_nothing_has_its_heads() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(render_xlsx("Leer", ["A"], []))).active
    assert [[cell.value for cell in row] for row in sheet.rows] == [["A"]]


def test_render_xlsx_shows_shares_as_per_cent() -> None:
    content = render_xlsx("A", ["Jahr", "Anteil"], [[2030, 0.63]], formats={1: PERCENT})
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert [(cell.value, cell.number_format) for cell in sheet[2]] == [(2030, "General"), (0.63, "0%")]


@pytest.mark.parametrize(
    ("subject", "day", "name"),
    [
        (("Aufgaben",), dt.date(2026, 11, 22), "aufgaben-2026-11-22.xlsx"),
        (("Bericht", "Kämmerei & Größe"), dt.date(2026, 1, 2), "bericht-kaemmerei-groesse-2026-01-02.xlsx"),
        (("meine-daten",), None, "meine-daten.xlsx"),
        (("表", "fehler"), None, "fehler.xlsx"),
        (("../a\r\n;b", "x" * 99), None, f"a-b-{'x' * 60}.xlsx"),
    ],
)
def test_file_names_are_lower_case_subject_and_day(
    subject: tuple[str, ...], day: dt.date | None, name: str
) -> None:
    assert file_name(*subject, day=day, ending="xlsx") == name


def test_no_file_gets_its_name_anywhere_else() -> None:
    """Only what is the same every day has a name of its own; it keeps to the form."""
    found = {
        path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8")
        for path in PACKAGE.rglob("*.py")
    }
    assert [place for place, text in found.items() if "Content-Disposition" in text] == ["core/list_files.py"]
    fixed = {
        name
        for place, text in found.items()
        if "/web/" in place
        for name in re.findall(r"\bname=\"([^\"]+\.\w+)\"", text)
    }
    assert {name for name in fixed if not re.fullmatch(r"[a-z-]+\.(xlsx|csv)", name)} == set()
