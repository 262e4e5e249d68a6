"""Lists as files."""

from __future__ import annotations

import io

import openpyxl

from staffelstab.workforce.formats import list_export


def test_csv_opens_in_a_german_spreadsheet() -> None:
    content = list_export.csv_file(["Titel", "Zahl"], [["Äpfel; Birnen", 3], ["=1+1", None], ["@x", 1.5]])
    assert content.decode() == "\ufeffTitel;Zahl\r\n\"Äpfel; Birnen\";3\r\n'=1+1;\r\n'@x;1.5\r\n"


def test_xlsx_keeps_texts_as_texts() -> None:
    content = list_export.xlsx_file("Aufgaben", ["Titel", "Zahl"], [["=1+1", 3], ["http://x.example", None]])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows == [["Titel", "Zahl"], ["=1+1", 3], ["http://x.example", None]]
    assert [sheet["A2"].data_type, sheet["A3"].hyperlink] == ["s", None]


def test_an_empty_list_has_its_head() -> None:
    content = list_export.xlsx_file("Aufgaben", ["Titel"], [])
    assert openpyxl.load_workbook(io.BytesIO(content)).active.max_row == 1
