"""A report as XLSX and CSV: numbers are numbers, texts are never formulas, sheets have names."""

from __future__ import annotations

import dataclasses
import io

import openpyxl

from staffelstab.foresight.domain.report_document import Column, Document, Kind, Section, Table
from staffelstab.foresight.formats.report_files import rows, workbook

LABELS = {"overview": "Überblick", "finding": "Befund", "text": "Text", "digest": "Prüfsumme"}
CHANGES = Table(
    key="trend",
    title="Was sich verändert hat: Aufgaben/Maßnahmen in diesem Jahr",
    columns=(Column(label="Zahl", kind=Kind.TEXT), Column(label="Unterschied", kind=Kind.CHANGE)),
    rows=(("=SUMME(A1)", -3), ("Offen", None)),
)
SHARES = Table(
    key="shares",
    title="Was sich verändert hat: Aufgaben/Maßnahmen im Vorjahr",
    columns=(Column(label="Jahr", kind=Kind.TEXT), Column(label="Anteil", kind=Kind.SHARE)),
    rows=(("2027", 0.125),),
)
EMPTY = Table(key="none", title="Leer", columns=(Column(label="Jahr", kind=Kind.TEXT),), rows=())
DOCUMENT = Document(
    language="de",
    house="Stadt",
    colour="#0b4f6c",
    logo="",
    title="Bericht",
    subject="Bauamt",
    finding="Zwei gehen.",
    facts=(("Stand", "22.11.2026"),),
    sections=(
        Section(key="a", title="Abschnitt", paragraphs=("Satz.",), points=("Punkt.",), tables=(CHANGES,)),
        Section(key="b", title="Zweiter", tables=(SHARES, EMPTY)),
    ),
    figures={},
)


def test_workbook_has_a_sheet_for_each_table_and_one_for_the_texts() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(DOCUMENT, labels=LABELS, digest="abc")))
    assert book.sheetnames == [
        "Überblick",
        "Was sich verändert hat  Aufgabe",
        "Was sich verändert hat  Aufg 2",
        "Leer",
    ]
    assert [[cell.value for cell in row] for row in book.worksheets[0].iter_rows(min_row=3)] == [
        ["Stand", "22.11.2026"],
        ["Befund", "Zwei gehen."],
        ["Abschnitt", "Satz."],
        [None, "Punkt."],
        ["Prüfsumme", "abc"],
    ]
    assert book.properties.title == "Bericht"


def test_workbook_writes_numbers_as_numbers_and_texts_as_texts() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(DOCUMENT, labels=LABELS, digest="abc")))
    text, change = book.worksheets[1]["A2"], book.worksheets[1]["B2"]
    assert (text.value, text.data_type) == ("=SUMME(A1)", "s")
    assert (change.value, change.data_type, change.number_format) == (-3, "n", "+#,##0;-#,##0;0")
    assert book.worksheets[1]["B3"].value is None
    share = book.worksheets[2]["B2"]
    assert (share.value, share.number_format) == (0.125, "0.0%")


def test_rows_say_every_figure_and_every_text_once() -> None:
    assert list(rows(DOCUMENT, labels=LABELS, digest="abc")) == [
        ("Überblick", None, "Bericht", "Bauamt"),
        ("Überblick", None, "Stand", "22.11.2026"),
        ("Überblick", None, "Befund", "Zwei gehen."),
        ("Abschnitt", None, "Text", "Satz."),
        ("Abschnitt", None, "Text", "Punkt."),
        (CHANGES.title, "=SUMME(A1)", "Unterschied", -3),
        (CHANGES.title, "Offen", "Unterschied", None),
        (SHARES.title, "2027", "Anteil", 0.125),
        ("Überblick", None, "Prüfsumme", "abc"),
    ]


def test_three_sheets_of_the_same_name_stay_apart() -> None:
    same = dataclasses.replace(EMPTY, title="Überblick")
    document = dataclasses.replace(DOCUMENT, sections=(Section(key="a", title="A", tables=(same, same)),))
    book = openpyxl.load_workbook(io.BytesIO(workbook(document, labels=LABELS, digest="")))
    assert book.sheetnames == ["Überblick", "Überblick 2", "Überblick 3"]
