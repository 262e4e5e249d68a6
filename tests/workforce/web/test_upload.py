"""Screens of imports: upload, preview, problems, apply, undo."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext, override

from staffelstab.core.ids import new_id
from staffelstab.workforce.domain.import_sheets import SHEETS
from staffelstab.workforce.models import Import, Task, Unit
from staffelstab.workforce.services.imports import reversal, runs
from tests.factories.register import SMALL, Sheets, with_rows, zip_bytes
from tests.strict_client import StrictClient
from tests.world import NOW, World

type SignIn = Callable[[str], StrictClient]

LIST = "/aufgaben/importe/"


def url(name: str, batch: Import) -> str:
    return reverse(f"workforce:upload_{name}", kwargs={"import_id": batch.pk})


def text_of(response: Any) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


@pytest.fixture
def uploaded(world: World, client_as: SignIn) -> Callable[..., Import]:
    """``uploaded(sheets)``: upload through the screen, then run the check as the worker would."""

    def run(sheets: Sheets | bytes = SMALL, *, check: bool = True) -> Import:
        content = sheets if isinstance(sheets, bytes) else zip_bytes(sheets)
        file = SimpleUploadedFile("register.zip", content, content_type="application/zip")
        response = client_as("knowledge_manager").post(f"{LIST}neu/", {"file": file})
        assert response.status_code == 302
        key = UUID(response["Location"].rstrip("/").rpartition("/")[2])
        if check:
            runs.check(organisation_id=world.organisation.pk, import_id=key, now=NOW)
        with world.inside():
            return Import.objects.get(pk=key)

    return run


def apply(world: World, batch: Import, *, minutes: int = 1) -> None:
    runs.apply(
        organisation_id=world.organisation.pk, import_id=batch.pk, now=NOW + timedelta(minutes=minutes)
    )


def reverse_import(world: World, batch: Import) -> None:
    reversal.reverse(
        organisation_id=world.organisation.pk, import_id=batch.pk, now=NOW + timedelta(minutes=2)
    )


def test_upload_list_says_what_to_do_when_empty(client_as: SignIn) -> None:
    assert "Noch kein Import" in text_of(client_as("knowledge_manager").get(LIST))


def test_upload_create_stores_the_file_and_waits(uploaded: Any, client_as: SignIn) -> None:
    batch = uploaded(check=False)
    assert (batch.state, batch.file_name, default_storage.exists(batch.stored_as)) == (
        "uploaded",
        "register.zip",
        True,
    )
    page = client_as("knowledge_manager").get(url("detail", batch))
    assert b'hx-trigger="every 1s"' in page.content


def test_upload_create_refuses_other_files(client_as: SignIn) -> None:
    client = client_as("knowledge_manager")
    file = SimpleUploadedFile("brief.pdf", b"%PDF-1.7")
    assert client.post(f"{LIST}neu/", {"file": file}).status_code == 422
    assert client.post(f"{LIST}neu/", {}).status_code == 422


def test_upload_detail_shows_the_preview(uploaded: Any, client_as: SignIn) -> None:
    batch = uploaded()
    assert batch.state == "ready"
    page = text_of(client_as("personnel").get(url("detail", batch)))
    assert "18 Einträge wären neu oder geändert" in page
    assert "Wohngeldantrag bescheiden" in page


def test_upload_detail_lists_problems_and_offers_the_marked_workbook(
    uploaded: Any, client_as: SignIn
) -> None:
    batch = uploaded(with_rows("Stellen", ["50-09", "Sachbearbeitung", "99", ""]))
    assert (batch.state, batch.problem_count) == ("rejected", 1)
    client = client_as("knowledge_manager")
    page = text_of(client.get(url("detail", batch)))
    assert "„99“" in page
    download = client.get(url("errors", batch))
    assert (download.status_code, download.content[:2]) == (200, b"PK")
    assert re.fullmatch(
        r'attachment; filename="register-fehler-\d{4}-\d\d-\d\d.xlsx"', download["Content-Disposition"]
    )
    assert client.post(url("apply", batch), {"missing": "keep"}).status_code == 409


def test_upload_detail_shows_the_wrong_value_as_it_stands_in_the_file(
    uploaded: Any, client_as: SignIn
) -> None:
    value = "Sondervermögen Stadtentwässerung"
    batch = uploaded(with_rows("Stellen", ["50-09", "Sachbearbeitung", value, ""]))
    page = BeautifulSoup(client_as("knowledge_manager").get(url("detail", batch)).content, "html.parser")
    assert [cell.get_text(strip=True) for cell in page.select('td[data-label="Wert"]')] == [value]


def test_upload_detail_counts_holdings_that_end_without_a_sheet_of_theirs(
    uploaded: Any, client_as: SignIn, world: World
) -> None:
    client = client_as("knowledge_manager")
    first = uploaded()
    client.post(url("apply", first), {"missing": "keep"})
    apply(world, first)
    batch = uploaded({sheet: SMALL[sheet][:2] for sheet in ("Stellen", "Personen")})

    def counted() -> dict[str, str]:
        page = BeautifulSoup(client.get(url("detail", batch)).content, "html.parser")
        cells = [row.find_all(["th", "td"]) for row in page.select("table")[0].select("tbody tr")]
        return {row[0].get_text(strip=True): row[-1].get_text(strip=True) for row in cells}

    assert counted() == {"Stellen": "2", "Personen": "2", "Besetzungen": "2"}
    assert "6 Einträge im Verzeichnis" in text_of(client.get(url("detail", batch)))
    assert client.post(url("apply", batch), {"missing": "end"}).status_code == 302
    apply(world, batch, minutes=2)
    assert counted() == {"Stellen": "2", "Personen": "2", "Besetzungen": "2"}


def test_upload_create_explains_the_sheets_in_the_language_of_the_reader(client_as: SignIn) -> None:
    client = client_as("knowledge_manager")
    page = text_of(client.get(f"{LIST}neu/"))
    with override("de"):
        for column in (column for sheet in SHEETS for column in sheet.columns if column.in_template):
            assert gettext(column.help) in page
            assert column.help not in page
    german = "Kürzel der übergeordneten Einheit; leer bei der obersten."
    assert german in text_of(client.get(f"{LIST}neu/"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = text_of(client.get(f"{LIST}neu/"))
    assert "Übergeordnet Code of the unit above; empty for the topmost." in english
    assert german not in english
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{LIST}vorlage/").content))
    assert german in {row[3] for row in book["Hilfe"].iter_rows(values_only=True)}


def test_upload_apply_then_undo(uploaded: Any, client_as: SignIn, world: World) -> None:
    batch = uploaded()
    client = client_as("knowledge_manager")
    assert client.post(url("apply", batch), {"missing": "keep"}).status_code == 302
    assert "wird übernommen" in text_of(client.get(url("detail", batch)))
    apply(world, batch)
    with world.inside():
        assert (Unit.objects.count(), Task.objects.count()) == (3, 2)
    assert "Import zurücknehmen" in text_of(client.get(url("detail", batch)))
    assert client.get(url("undo", batch)).status_code == 200
    assert client.post(url("undo", batch)).status_code == 302
    waiting = client.get(url("detail", batch))
    assert "wird zurückgenommen" in text_of(waiting)
    assert b'hx-trigger="every 1s"' in waiting.content
    reverse_import(world, batch)
    with world.inside():
        assert (Unit.objects.count(), Task.objects.count()) == (0, 0)
    assert "Neue Einträge entfernt: 18" in text_of(client.get(url("detail", batch)))
    assert client.post(url("undo", batch)).status_code == 409


def test_upload_undo_that_is_not_possible_says_so_and_why(
    uploaded: Any, client_as: SignIn, world: World
) -> None:
    batch = uploaded()
    client = client_as("knowledge_manager")
    client.post(url("apply", batch), {"missing": "keep"})
    apply(world, batch)
    client.post(url("undo", batch))
    newer = uploaded(check=False)
    with world.inside():
        Import.objects.filter(pk=newer.pk).update(state="applied", applied_at=NOW + timedelta(hours=1))
    reverse_import(world, batch)
    page = text_of(client.get(url("detail", batch)))
    assert "Der Import wurde nicht zurückgenommen" in page
    assert "Seitdem wurde ein neuerer Import übernommen." in page
    assert "nichts wurde zurückgenommen" in page


def test_upload_apply_twice_is_refused(uploaded: Any, client_as: SignIn) -> None:
    first, second = uploaded(), uploaded()
    client = client_as("knowledge_manager")
    assert client.post(url("apply", first), {"missing": "keep"}).status_code == 302
    response = client.post(url("apply", second), {"missing": "keep"})
    assert response.status_code == 409
    assert "Gerade wird ein anderer Import („register.zip“" in text_of(response)


def test_upload_discard_forgets_the_file(
    uploaded: Any, client_as: SignIn, world: World, django_capture_on_commit_callbacks: Any
) -> None:
    batch = uploaded()
    with django_capture_on_commit_callbacks(execute=True):
        assert client_as("knowledge_manager").post(url("discard", batch)).status_code == 302
    assert default_storage.exists(batch.stored_as) is False
    with world.inside():
        assert (Import.objects.get().state, Import.objects.get().preview) == ("discarded", {})


@pytest.mark.parametrize("role", ["employee", "line_manager", "executive", "privacy", "administrator"])
def test_upload_screens_do_not_exist_for_others(uploaded: Any, client_as: SignIn, role: str) -> None:
    batch = uploaded()
    client = client_as(role)
    pages = (LIST, f"{LIST}neu/", url("detail", batch), f"{LIST}vorlage/")
    assert [client.get(page).status_code for page in pages] == [404, 404, 404, 404]
    assert client.post(url("apply", batch), {"missing": "keep"}).status_code == 404


def test_upload_screens_do_not_show_other_houses(uploaded: Any, client_as: SignIn) -> None:
    batch = uploaded()
    for name in ("neighbour.knowledge_manager", "stranger.knowledge_manager"):
        client = client_as(name)
        assert client.get(url("detail", batch)).status_code == 404
        assert client.get(url("errors", batch)).status_code == 404
        assert client.post(url("undo", batch)).status_code == 404
        assert "register.zip" not in text_of(client.get(LIST))


def test_upload_template_is_a_workbook(client_as: SignIn) -> None:
    response = client_as("knowledge_manager").get(f"{LIST}vorlage/")
    assert (response.status_code, response.content[:2]) == (200, b"PK")


def count_queries(queries: CaptureQueriesContext) -> tuple[int, int]:
    """Queries on imports, and all queries without the bookkeeping of savepoints."""
    found = [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]
    return len([sql for sql in found if "workforce_import" in sql]), len(found)


def make_import(world: World, state: str = "ready") -> Import:
    with world.inside():
        return Import.objects.create(
            id=new_id(),
            organisation_id=world.organisation.pk,
            state=state,
            file_name="a.xlsx",
            size=1,
            actor_name="x",
            created_at=NOW,
            changed_at=NOW,
        )


@pytest.mark.parametrize("count", [1, 3])
def test_upload_list_costs_the_same_for_any_number(world: World, client_as: SignIn, count: int) -> None:
    for _each in range(count):
        make_import(world)
    client = client_as("knowledge_manager")
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)
    own, every = count_queries(queries)
    assert own == 1
    assert every <= 12


def test_upload_detail_costs_a_fixed_number_of_queries(uploaded: Any, client_as: SignIn) -> None:
    batch = uploaded()
    client = client_as("knowledge_manager")
    client.get(url("detail", batch))
    with CaptureQueriesContext(connection) as queries:
        client.get(url("detail", batch))
    own, every = count_queries(queries)
    assert own == 1
    assert every <= 12


def test_register_export_can_be_imported_without_a_change(
    uploaded: Any, client_as: SignIn, world: World
) -> None:
    batch = uploaded()
    client = client_as("knowledge_manager")
    client.post(url("apply", batch), {"missing": "keep"})
    apply(world, batch)
    for kind in ("xlsx", "csv"):
        content = client.get(f"/aufgaben/register/?format={kind}").content
        again = uploaded(content)
        assert again.state == "ready"
        counts = {key: (s["new"], s["changed"], s["missing"]) for key, s in again.preview["sheets"].items()}
        assert counts == dict.fromkeys(
            ("units", "positions", "persons", "holdings", "tasks", "responsibilities"), (0, 0, 0)
        )
    assert client_as("employee").get("/aufgaben/register/").status_code == 404
