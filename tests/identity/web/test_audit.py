"""The protocol."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bs4 import BeautifulSoup

from staffelstab.core import audit
from staffelstab.identity.enums import Role
from staffelstab.identity.services import accounts, organisations
from staffelstab.workforce.models import Import
from staffelstab.workforce.services.imports import reversal, runs
from tests.factories.identity import member
from tests.factories.register import SMALL, write_folder
from tests.factories.workforce import TaskFactory
from tests.identity.counting import queries_of
from tests.strict_client import StrictClient
from tests.world import NOW, World

ClientAs = Callable[[str], StrictClient]
PATH = "/verwaltung/protokoll/"


def rows(client: StrictClient, query: str = "") -> list[str]:
    page = BeautifulSoup(client.get(PATH + query).content, "html.parser")
    return [" ".join(row.get_text(" ", strip=True).split()) for row in page.select("tbody tr")]


def fill(world: World) -> None:
    with world.inside():
        actor = world.actor("administrator")
        made = member("nele@x.example", "Nele Kaya", Role.ADVISOR)
        accounts.set_roles(membership=made, grants=[("privacy", None)], actor=actor, now=NOW)
        organisations.edit_organisation(
            organisation=world.organisation, values={"short_name": "Muster"}, actor=actor, now=NOW
        )


def test_audit_list_names_everything_for_administrators(world: World, client_as: ClientAs) -> None:
    fill(world)
    found = rows(client_as("administrator"))[:2]
    name = str(world.accounts["administrator"])
    assert found == [
        f"Organisation geändert: Stadt Musterstadt Kurzname: – → Muster {name} 22.11.2026 09:30",
        f"Konto geändert: Nele Kaya Rollen: Beratung → Datenschutz / Personalrat {name} 22.11.2026 09:30",
    ]


def test_audit_list_hides_people_from_data_protection(world: World, client_as: ClientAs) -> None:
    fill(world)
    client = client_as("privacy")
    somebody = "Eine Person der Organisation 22.11.2026 09:30"
    assert rows(client)[:3] == [
        f"Organisation geändert: Stadt Musterstadt Kurzname: – → Muster {somebody}",
        f"Konto geändert Rollen {somebody}",
        "Konto geändert Rollen System 22.11.2026 09:30",
    ]
    assert rows(client, "?who=Administration") == rows(client)
    assert "Nele Kaya" not in client.get(PATH).content.decode()


def test_audit_list_filters_by_kind_day_and_person(world: World, client_as: ClientAs) -> None:
    fill(world)
    client = client_as("administrator")
    assert len(rows(client, "?kind=identity.organisation&who=administration")) == 1
    assert rows(client, "?day=2026-11-21") == []
    assert len(rows(client, "?day=2026-11-22&kind=identity.organisation")) == 2
    assert rows(client, "?who=niemand") == []
    assert rows(client, "?day=gestern") == rows(client)


def test_audit_list_of_another_house_is_its_own(world: World, client_as: ClientAs) -> None:
    fill(world)
    client = StrictClient()
    client.force_login(world.accounts["stranger.administrator"])
    assert "Nele Kaya" not in client.get(PATH).content.decode()
    assert client_as("executive").get(PATH).status_code == 404


def test_audit_list_costs_the_same_for_one_and_three_rows(world: World, client_as: ClientAs) -> None:
    client = client_as("administrator")

    path = PATH + "?who=zaehler"

    def write() -> None:
        with world.inside():
            actor = type(world.system)(
                organisation_id=world.organisation.pk, display_name="Zaehler", system=True
            )
            audit.record(actor, "identity.organisation.changed", world.organisation, at=NOW)

    write()
    one = queries_of(client, path)
    write()
    write()
    assert len(rows(client, "?who=zaehler")) == 3
    assert (one, queries_of(client, path)) == (4, 4)


def test_audit_list_pages_by_keyset(world: World, client_as: ClientAs) -> None:
    with world.inside():
        for number in range(60):
            audit.record(world.system, f"identity.organisation.x{number:02}", world.organisation, at=NOW)
    client = client_as("administrator")
    page = BeautifulSoup(client.get(PATH + "?kind=identity.organisation").content, "html.parser")
    following = page.select_one("a[rel=next]")
    assert following is not None
    second = rows(client, str(following["href"]))
    assert second[0].split()[1] == "identity.organisation.x09:"
    assert len(second) == 11


def test_audit_list_shows_fields_and_values_of_the_modules_in_words(
    world: World, client_as: ClientAs
) -> None:
    with world.inside():
        task = TaskFactory(title="Wohngeld bescheiden")
        changes = {"topic": (None, "building"), "criticality": (3, 4), "ended_on": (None, "2026-12-31")}
        audit.record(world.actor("administrator"), "workforce.task.edited", task, at=NOW, changes=changes)
        changes = {"50-03": ("responsible", "deputy_ready")}
        audit.record(
            world.actor("administrator"),
            "workforce.task.responsibilities_changed",
            task,
            at=NOW,
            changes=changes,
        )
    found = "\n".join(rows(client_as("administrator"))[:2])
    assert "50-03: zuständig → vertretung, bereit" in found.lower()
    assert "Beendet am: – → 31.12.2026" in found
    assert "workforce" not in found
    assert "topic" not in found


def test_audit_list_says_what_an_import_did_in_words(
    world: World, client_as: ClientAs, tmp_path: Path
) -> None:
    with world.inside():
        outcome = runs.import_file(
            path=write_folder(tmp_path / "register", SMALL),
            name="register",
            actor=world.actor(),
            now=NOW,
        )
        batch = Import.objects.get(pk=outcome.import_id)
        reversal.take_back(batch=batch, actor=world.actor(), now=NOW)
    reversal.reverse(organisation_id=world.organisation.pk, import_id=batch.pk, now=NOW)
    found = rows(client_as("privacy"), "?kind=workforce.import")
    somebody = "Eine Person der Organisation 22.11.2026 09:30"
    assert found == [
        (
            "Import zurückgenommen: register Behalten, weil von Hand geändert oder noch gebraucht: 0 "
            f"Neue Einträge entfernt: 18 Geänderte Einträge wiederhergestellt: 0 {somebody}"
        ),
        f"Import soll zurückgenommen werden: register {somebody}",
        (
            "Import übernommen: register Aufgaben: 2 neu Organisationseinheiten: 3 neu Personen: 3 neu "
            f"Besetzungen: 3 neu Stellen: 3 neu Zuständigkeiten: 4 neu {somebody}"
        ),
    ]
