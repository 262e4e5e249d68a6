"""Lists as files."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl

from staffelstab.core.list_files import render_csv, render_xlsx


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


def test_render_xlsx_of_nothing_has_its_heads() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(render_xlsx("Leer", ["A"], []))).active
    assert [[cell.value for cell in row] for row in sheet.rows] == [["A"]]
def test_days_are_days_for_a_spreadsheet() -> None:
    day = dt.date(2027, 3, 12)
    assert render_csv(["Tag"], [[day]]).decode("utf-8-sig") == "Tag\r\n12.03.2027\r\n"
    cell = openpyxl.load_workbook(io.BytesIO(render_xlsx("Tage", ["Tag"], [[day]]))).active["A2"]
    assert (cell.is_date, cell.value.date(), cell.number_format) == (True, day, "dd.mm.yyyy")


