"""Reports on the screen: list, request, progress, page, files that say the same, deleting."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from staffelstab.foresight.domain.report_document import Document, Kind, read
from staffelstab.foresight.models import Report
from staffelstab.foresight.selectors import report_files
from staffelstab.foresight.selectors.report_files import ContentChanged, file_of, shown
from staffelstab.foresight.services import reports
from tests.factories.foresight import AS_OF, own_statements, small_house
from tests.factories.reports import house_subject, large_house, made, requested, unit_subject
from tests.world import NOW, World

LIST = "/ausblick/berichte/"
NEW = "/ausblick/berichte/neu/"
ClientAs = Callable[[str], Client]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: AS_OF)


def soup(response: Any, status: int = 200) -> BeautifulSoup:
    assert response.status_code == status
    return BeautifulSoup(response.content, "html.parser")


def address(report: Report, tail: str = "") -> str:
    return f"{LIST}{report.pk}/{tail}"


# --- list and request ---------------------------------------------------------------------------------------


def test_empty_list_leads_to_the_first_report(client_as: ClientAs) -> None:
    page = soup(client_as("executive").get(LIST))
    assert page.select_one(f'main a[href="{NEW}"]') is not None
    assert "Noch kein Bericht" in page.get_text()


def test_reader_is_not_offered_what_they_may_not_do(client_as: ClientAs) -> None:
    page = soup(client_as("privacy").get(LIST))
    assert page.select(f'a[href="{NEW}"]') == []


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_same_for_any_number_of_reports(world: World, client_as: ClientAs, count: int) -> None:
    with world.inside():
        for number in range(count):
            requested(house_subject(world), world, as_of=AS_OF + dt.timedelta(days=number))
    client = client_as("executive")
    client.get(LIST)
    with CaptureQueriesContext(connection) as captured:
        page = soup(client.get(LIST))
    assert len(page.select("main tbody tr")) == count
    assert len(own_statements(captured.captured_queries)) == 1


def test_request_leads_to_the_report_being_made(world: World, client_as: ClientAs) -> None:
    client = client_as("executive")
    form = soup(client.get(NEW))
    options = [option["value"] for option in form.select('select[name="subject"] option')]
    assert options == [
        f"organisation:{world.organisation.pk}",
        *(o for o in options if o.startswith("network:")),
    ]
    sent = {
        "subject": options[0],
        "as_of": "2026-11-22",
        "report_id": form.select_one('input[name="report_id"]')["value"],  # type: ignore[index]
    }
    first = client.post(NEW, sent)
    assert client.post(NEW, sent).headers["Location"] == first.headers["Location"]
    page = soup(client.get(first.headers["Location"]))
    assert page.select_one("#report-state")["hx-trigger"] == "every 1s"  # type: ignore[index]
    assert "in der Warteschlange" in page.get_text()
    assert "Der Bericht wird gleich erstellt." in page.get_text()


def test_units_are_offered_in_the_order_of_the_tree(world: World, client_as: ClientAs) -> None:
    with world.inside():
        small_house()
    form = soup(client_as("knowledge_manager").get(NEW))
    groups = {
        group["label"]: [option.get_text() for option in group.select("option")]
        for group in form.select('select[name="subject"] optgroup')
    }
    assert groups["Organisationseinheit mit allem darunter"] == [
        "20 Kämmerei",
        "50 Sozialamt",
        "\u200350.1 Wohngeldstelle",
    ]


def test_day_too_far_is_said_at_the_field_and_nothing_is_lost(world: World, client_as: ClientAs) -> None:
    subject = f"organisation:{world.organisation.pk}"
    page = soup(client_as("executive").post(NEW, {"subject": subject, "as_of": "2031-01-01"}), 422)
    assert "höchstens ein Jahr vor oder nach heute" in page.get_text()
    assert page.select_one('input[name="as_of"]')["value"] == "2031-01-01"  # type: ignore[index]


# --- progress and failure -----------------------------------------------------------------------------------


def test_progress_names_its_step(world: World, client_as: ClientAs) -> None:
    with world.inside():
        report = requested(house_subject(world), world)
        Report.objects.filter(pk=report.pk).update(
            state="running",
            progress_step="draw",
            progress_done=2,
            progress_total=4,
            changed_at=dt.datetime.now(dt.UTC),
        )
    response = client_as("executive").get(address(report), headers={"HX-Request": "true"})
    page = soup(response)
    assert page.find("html") is None
    assert "Diagramme und Seiten werden gezeichnet" in page.get_text()
    assert page.select_one("progress")["value"] == "50"  # type: ignore[index]
    assert "Das dauert ungewöhnlich lange" not in page.get_text()


def test_interrupted_report_says_so_and_can_be_tried_again(world: World, client_as: ClientAs) -> None:
    with world.inside():
        report = requested(house_subject(world), world)
        Report.objects.filter(pk=report.pk).update(state="running", changed_at=NOW - dt.timedelta(days=400))
    client = client_as("executive")
    page = soup(client.get(address(report)))
    assert "Die Arbeit wurde unterbrochen" in page.get_text()
    assert page.select_one(f'form[action="{address(report, "wiederholen/")}"]') is not None
    assert client.post(address(report, "wiederholen/")).headers["Location"] == address(report)


def test_failed_report_gives_its_reason(world: World, client_as: ClientAs) -> None:
    with world.inside():
        report = requested(house_subject(world), world)
        Report.objects.filter(pk=report.pk).update(state="failed", failure=reports.FAILURE)
    page = soup(client_as("executive").get(address(report)))
    assert "Der Bericht konnte wegen eines internen Fehlers nicht erstellt werden." in page.get_text()


def test_report_being_made_is_not_made_twice(world: World, client_as: ClientAs) -> None:
    with world.inside():
        report = requested(house_subject(world), world)
        Report.objects.filter(pk=report.pk).update(changed_at=dt.datetime.now(dt.UTC))
    page = soup(client_as("executive").post(address(report, "wiederholen/")), 409)
    assert "es gibt nichts zu wiederholen" in page.get_text()


def test_report_that_is_not_ready_has_no_file(world: World, client_as: ClientAs) -> None:
    with world.inside():
        report = requested(house_subject(world), world)
    assert client_as("executive").get(address(report, "datei/pdf/")).status_code == 404


# --- page and files -----------------------------------------------------------------------------------------


def flat(text: str) -> str:
    """With plain spaces."""
    return " ".join(text.split())


def figures_of(document: Document) -> list[list[list[str]]]:
    """Every cell of every table as it is shown."""
    with translation.override("de"):
        return [
            [
                [flat(shown(value, column.kind)) for value, column in zip(row, table.columns, strict=True)]
                for row in table.rows
            ]
            for table in document.tables
        ]


def figures_of_page(page: BeautifulSoup) -> list[list[list[str]]]:
    return [
        [[flat(cell.get_text()) for cell in row.select("th, td")] for row in table.select("tbody tr")]
        for table in page.select("#report-state table")
    ]


def figures_of_workbook(content: bytes, document: Document) -> list[list[list[str]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    with translation.override("de"):
        return [
            [
                [flat(shown(value, column.kind)) for value, column in zip(row, table.columns, strict=True)]
                for row in sheet.iter_rows(min_row=2, values_only=True)
            ]
            for sheet, table in zip(book.worksheets[1:], document.tables, strict=True)
        ]


def numbers_of_csv(content: bytes) -> list[tuple[str, str, str, str]]:
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    return [(table, row, column, value) for table, row, column, value in rows if row][1:]


def raw(value: str | float | None) -> str:
    """A value as the file holds it."""
    if value is None:
        return ""
    return f"{value:.10g}".replace(".", ",") if isinstance(value, float) else str(value)


def csv_of(document: Document) -> list[tuple[str, str, str, str]]:
    """What the CSV should hold: raw numbers with a comma."""
    return [
        (table.title, str(row[0]), column.label, raw(value))
        for table in document.tables
        for row in table.rows
        for column, value in zip(table.columns[1:], row[1:], strict=True)
    ]


def text_of_pdf(content: bytes, path: Path) -> str:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    path.write_bytes(content)
    done = subprocess.run([program, "-layout", str(path), "-"], capture_output=True, text=True, check=True)
    return " ".join(re.sub(r"[\u2060\xa0\u202f]", " ", done.stdout).split())


@pytest.mark.long  # draws two PDFs
def test_page_pdf_workbook_and_csv_say_the_same(world: World, client_as: ClientAs, tmp_path: Path) -> None:
    with world.inside():
        large_house()
        made(house_subject(world), world, as_of=dt.date(2026, 8, 1))
        report = made(house_subject(world), world)
    document = read(report.content)
    assert sum(len(row) for table in document.tables for row in table.rows) == 167
    client = client_as("executive")
    page = soup(client.get(address(report)))
    expected = figures_of(document)
    assert figures_of_page(page) == expected
    assert figures_of_workbook(client.get(address(report, "datei/xlsx/")).content, document) == expected
    assert numbers_of_csv(client.get(address(report, "datei/csv/")).content) == csv_of(document)
    text = text_of_pdf(client.get(address(report, "datei/pdf/")).content, tmp_path / "bericht.pdf")
    numeric = [
        [cell for cell, column in zip(row, table.columns, strict=True) if column.kind != Kind.TEXT]
        for table, rows in zip(document.tables, expected, strict=True)
        for row in rows
    ]
    # pdftotext sees a narrow space before some per cent signs and none before others
    bare = text.replace(" %", "%")
    assert [cells for cells in numeric if " ".join(cells).replace(" %", "%") not in bare] == []
    assert flat(document.finding) in text


@pytest.mark.usefixtures("quick_pdf")
def test_page_has_a_chart_for_each_picture_and_no_name(world: World, client_as: ClientAs) -> None:
    with world.inside():
        large_house()
        report = made(house_subject(world), world)
    response = client_as("privacy").get(address(report))
    page = soup(response)
    assert [figure["data-chart"] for figure in page.select("figure.chart")] == [
        "chart-exits",
        "chart-outlook",
        "chart-coverage",
    ]
    assert "Muster" not in page.select_one("#report-state").get_text().replace("Musterstadt", "")  # type: ignore[union-attr]
    assert page.select(f'a[href="{address(report, "loeschen/")}"]') == []


@pytest.mark.usefixtures("quick_pdf")
def test_report_stays_as_it_was_made(world: World, client_as: ClientAs) -> None:
    with world.inside():
        report = made(house_subject(world), world)
        large_house()
    page = soup(client_as("executive").get(address(report)))
    assert "Noch ist keine Aufgabe eingetragen." in page.get_text()


@pytest.mark.usefixtures("quick_pdf")
def test_page_leads_to_the_report_before(world: World, client_as: ClientAs) -> None:
    with world.inside():
        first = made(house_subject(world), world, as_of=dt.date(2026, 8, 1))
        report = made(house_subject(world), world)
    client = client_as("executive")
    link = f'main a[href="{address(first)}"]'
    assert soup(client.get(address(report))).select_one(link) is not None
    with world.inside():
        first.delete()
    assert soup(client.get(address(report))).select(link) == []


@pytest.mark.usefixtures("quick_pdf")
def test_files_are_named_for_subject_and_day(world: World, client_as: ClientAs) -> None:
    with world.inside():
        house = small_house()
        report = made(unit_subject(house.finance), world)
    client = client_as("executive")
    for kind, start in (("pdf", b"%PDF"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")):
        response = client.get(address(report, f"datei/{kind}/"))
        assert response.content.startswith(start)
        assert response.headers["Content-Disposition"] == (
            f'attachment; filename="bericht-20-kaemmerei-2026-11-22.{kind}"'
        )
    assert client.get(address(report, "datei/docx/")).status_code == 404


@pytest.mark.usefixtures("quick_pdf")
def test_changed_content_is_not_passed_off_as_the_report(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.inside():
        report = made(house_subject(world), world)
        report.content["finding"] = "Alles ist gut."
        for kind in report_files.FORMATS:
            with pytest.raises(ContentChanged):
                file_of(report, kind)


@pytest.mark.usefixtures("quick_pdf")
def test_changed_pdf_is_not_handed_out_and_a_lost_one_is_drawn_again(world: World) -> None:
    with world.inside():
        report = made(house_subject(world), world)
        report.pdf_digest = "0"
        with pytest.raises(ContentChanged):
            file_of(report, "pdf")
        report.stored_as = "reports/lost.pdf"
        assert file_of(report, "pdf").content == b"%PDF-1.7 probe"


@pytest.mark.usefixtures("quick_pdf")
def test_report_in_english_stays_english(world: World, client_as: ClientAs) -> None:
    with world.inside():
        small_house()
        report = made(house_subject(world), world, language="en")
    client = client_as("executive")
    content = client.get(address(report, "datei/csv/"))
    assert content.headers["Content-Disposition"] == (
        'attachment; filename="report-stadt-musterstadt-2026-11-22.csv"'
    )
    lines = content.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Section;Row;Column;Value"
    assert "4 tasks are entered. Nobody can do 1 task even today; only one person can do 1." in lines[5]


# --- who, and deleting --------------------------------------------------------------------------------------


def test_report_on_the_house_is_not_there_for_the_network_office(world: World, client_as: ClientAs) -> None:
    with world.inside():
        report = requested(house_subject(world), world)
    assert client_as("network_operator").get(address(report)).status_code == 404
    assert client_as("stranger.executive").get(address(report)).status_code == 404


@pytest.mark.usefixtures("quick_pdf")
def test_delete_asks_first(world: World, client_as: ClientAs) -> None:
    with world.inside():
        report = made(house_subject(world), world)
    client = client_as("administrator")
    page = soup(client.get(address(report, "loeschen/")))
    assert "lassen sich nicht noch einmal berechnen" in page.get_text()
    assert client.post(address(report, "loeschen/")).headers["Location"] == LIST
    with world.inside():
        assert Report.objects.count() == 0
