"""Imports at once: what is written, what is not, and what happens the second time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from staffelstab.core import revisions
from staffelstab.core.models import AuditEntry
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.models import Account
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
from tests.factories.register import SMALL, Sheets, with_rows, without_rows, write_folder
from tests.world import World

type Importing = Callable[..., runs.Outcome]

MODELS = (Unit, Position, Person, Holding, Task, Responsibility)


@pytest.fixture
def importing(world: World, now: datetime, tmp_path: Path) -> Importing:
    """``importing(sheets, …)``: import at once as the system, one minute later each time."""
    count = 0

    def run(sheets: Sheets, **options: bool) -> runs.Outcome:
        nonlocal count
        count += 1
        folder = write_folder(tmp_path / "register", sheets)
        with world.inside():
            return runs.import_file(
                path=folder,
                name="register",
                actor=world.system,
                now=now + timedelta(minutes=count),
                **options,
            )

    return run


def counts(outcome: runs.Outcome) -> dict[str, tuple[int, int, int, int]]:
    """(new, changed, unchanged, missing) by sheet."""
    return {
        key: (sheet.new, sheet.changed, sheet.unchanged, sheet.missing)
        for key, sheet in outcome.examination.sheets.items()
    }


def codes(outcome: runs.Outcome) -> list[tuple[str, str, int | None, str]]:
    """(code, sheet, row, value) of each problem."""
    return [(p.code, p.sheet, p.row, p.value) for p in outcome.examination.problems.problems]


def test_import_file_writes_the_register(importing: Importing, world: World) -> None:
    outcome = importing(SMALL)
    assert codes(outcome) == []
    assert outcome.state == "applied"
    assert counts(outcome) == {
        "units": (3, 0, 0, 0),
        "positions": (3, 0, 0, 0),
        "persons": (3, 0, 0, 0),
        "holdings": (3, 0, 0, 0),
        "tasks": (2, 0, 0, 0),
        "responsibilities": (4, 0, 0, 0),
    }
    with world.inside():
        units = {unit.code: unit for unit in Unit.objects.all()}
        assert units["50.1"].ancestor_ids == [units["FB3"].pk, units["50"].pk, units["50.1"].pk]
        assert (units["50.1"].parent_id, units["FB3"].parent_id) == (units["50"].pk, None)
        task = Task.objects.get(key="50-W1")
        assert (task.title, task.purpose, task.service_key) == (
            "Wohngeldantrag bescheiden",
            "Miete entlasten",
            "99107023017000",
        )
        assert (task.criticality, task.position_risk, task.minimum_holders) == (4, 4, 2)
        assert (task.sort_key, task.search) == (
            "wohngeldantrag bescheiden",
            "wohngeldantrag bescheiden\n50 w1\nmiete entlasten",
        )
        holding = Holding.objects.get(person__personnel_number="4712")
        assert (holding.share, holding.starts_on, holding.ends_on) == (Decimal(1), date(2019, 4, 1), None)
        assert (holding.exit_quarter, holding.exit_band, holding.exit_fixed) == (8114, "", True)
        other = Holding.objects.get(person__personnel_number="4713")
        assert (other.share, other.exit_quarter, other.exit_band) == (Decimal("0.500"), None, "unknown")
        deputy = Responsibility.objects.get(task=task, kind="deputy")
        assert (deputy.position.number, deputy.ready) == ("50-04", True)
        assert Position.objects.get(number="50-01").is_lead is True
        batch = Import.objects.get()
        assert (batch.state, batch.pk, batch.file_name) == ("applied", outcome.import_id, "register")
        assert {unit.import_id for unit in units.values()} == {batch.pk}
        assert [entry.action for entry in AuditEntry.objects.filter(object_id=batch.pk)] == [
            "workforce.import.applied"
        ]


def test_imported_people_get_no_account(importing: Importing, world: World) -> None:
    with activate(TenancyContext()):  # sees all accounts
        before = Account.objects.count()
    importing(SMALL)
    with world.inside():
        assert list(Person.objects.values_list("account_id", flat=True)) == [None, None, None]
    with activate(TenancyContext()):
        assert Account.objects.count() == before


def test_import_file_twice_changes_nothing(importing: Importing, world: World) -> None:
    importing(SMALL)
    with world.inside():
        before = [list(model.objects.order_by("pk").values()) for model in MODELS]
    outcome = importing(SMALL)
    assert (outcome.state, counts(outcome)) == (
        "applied",
        {
            "units": (0, 0, 3, 0),
            "positions": (0, 0, 3, 0),
            "persons": (0, 0, 3, 0),
            "holdings": (0, 0, 3, 0),
            "tasks": (0, 0, 2, 0),
            "responsibilities": (0, 0, 4, 0),
        },
    )
    with world.inside():
        assert [list(model.objects.order_by("pk").values()) for model in MODELS] == before
        assert ImportChange.objects.count() == 0


def test_import_file_dry_run_writes_nothing(importing: Importing, world: World) -> None:
    outcome = importing(SMALL, dry_run=True)
    assert outcome.state == "ready"
    with world.inside():
        assert [model.objects.count() for model in (*MODELS, Import)] == [0] * 7
        assert revisions.value(world.organisation.pk, "workforce") == 0


def test_import_file_keeps_what_absent_columns_hold(importing: Importing, world: World) -> None:
    importing(SMALL)
    sheets = {
        "Aufgaben": [["Schlüssel", "Titel", "Einheit"], ["50-W1", "Wohngeldantrag entscheiden", "50.1"]],
        "Personen": [["Personalnummer", "Nachname"], ["4711", "Zander"]],
        "Besetzungen": [["Stellennummer", "Personalnummer"], ["50-03", "4712"]],
        "Zuständigkeiten": [["Aufgabe", "Stellennummer", "Art"], ["50-W1", "50-04", "Vertretung"]],
    }
    outcome = importing(sheets)
    assert counts(outcome) == {
        "persons": (0, 1, 0, 2),
        "holdings": (0, 0, 1, 2),
        "tasks": (0, 1, 0, 1),
        "responsibilities": (0, 0, 1, 1),
    }
    with world.inside():
        task = Task.objects.get(key="50-W1")
        assert (task.title, task.purpose, task.criticality) == (
            "Wohngeldantrag entscheiden",
            "Miete entlasten",
            4,
        )
        assert task.search == "wohngeldantrag entscheiden\n50 w1\nmiete entlasten"
        person = Person.objects.get(personnel_number="4711")
        assert (person.name, person.sort_key) == ("Ines Zander", "zander ines")


def test_import_file_empties_what_empty_cells_say(importing: Importing, world: World) -> None:
    importing(SMALL)
    outcome = importing(
        {"Aufgaben": [["Schlüssel", "Titel", "Einheit", "Zweck"], ["50-W1", "Wohngeld", "50", ""]]}
    )
    assert outcome.examination.sheets["tasks"].examples["changed"][0].changes == (
        ("title", "Wohngeldantrag bescheiden", "Wohngeld"),
        ("unit", "50.1", "50"),
        ("purpose", "Miete entlasten", ""),
    )
    with world.inside():
        assert (Task.objects.get(key="50-W1").purpose, Task.objects.get(key="50-W1").unit.code) == ("", "50")


def test_import_file_ends_what_is_missing_only_when_told(importing: Importing, world: World) -> None:
    importing(SMALL)
    smaller = without_rows("Aufgaben", "50-W2")
    smaller["Zuständigkeiten"] = [row for row in smaller["Zuständigkeiten"] if row[0] != "50-W2"]
    smaller["Besetzungen"] = [row for row in smaller["Besetzungen"] if row[1] != "4713"]
    smaller["Personen"] = [row for row in smaller["Personen"] if row[0] != "4713"]
    outcome = importing(smaller)
    assert (outcome.ended, counts(outcome)["tasks"]) == ({}, (0, 0, 1, 1))
    outcome = importing(smaller, end_missing=True)
    assert outcome.ended == {"holdings": 1, "persons": 1, "tasks": 1}
    with world.inside():
        assert Task.objects.get(key="50-W2").ended_on == date(2026, 11, 22)
        assert Person.objects.get(personnel_number="4713").ended_on == date(2026, 11, 22)
        assert Holding.objects.get(person__personnel_number="4713").ends_on == date(2026, 11, 21)
        assert Responsibility.objects.count() == 4


def test_import_file_reactivates_what_reappears(importing: Importing, world: World) -> None:
    importing(SMALL)
    with world.inside():
        before = {model: set(model.objects.values_list("pk", flat=True)) for model in MODELS}
    smaller = without_rows("Aufgaben", "50-W2")
    smaller["Zuständigkeiten"] = [row for row in smaller["Zuständigkeiten"] if row[0] != "50-W2"]
    smaller["Besetzungen"] = [row for row in smaller["Besetzungen"] if row[1] != "4713"]
    importing(smaller, end_missing=True)
    outcome = importing(SMALL)
    assert counts(outcome)["tasks"] == (0, 1, 1, 0)
    assert counts(outcome)["holdings"] == (0, 1, 2, 0)
    with world.inside():
        assert {model: set(model.objects.values_list("pk", flat=True)) for model in MODELS} == before
        assert Task.objects.get(key="50-W2").ended_on is None
        assert Holding.objects.get(person__personnel_number="4713").ends_on is None


def test_import_file_refuses_to_end_what_is_still_used(importing: Importing, world: World) -> None:
    importing(SMALL)
    only_units = {"Einheiten": without_rows("Einheiten", "50.1")["Einheiten"]}
    outcome = importing(only_units, end_missing=True)
    assert (outcome.state, codes(outcome)) == ("rejected", [("unit.not_empty", "units", None, "50.1")])
    outcome = importing(without_rows("Stellen", "50-04"), end_missing=True)
    assert codes(outcome) == [
        ("position.still_used", "holdings", None, "50-04"),
        ("position.still_used", "responsibilities", None, "50-04"),
    ]
    with world.inside():
        assert Unit.objects.filter(ended_on=None).count() == 3


def test_import_file_moves_units_with_everything_below(importing: Importing, world: World) -> None:
    importing(SMALL)
    outcome = importing({"Einheiten": [["Kürzel", "Name", "Übergeordnet"], ["50", "Sozialamt", ""]]})
    assert counts(outcome) == {"units": (0, 1, 0, 2)}
    with world.inside():
        units = {unit.code: unit for unit in Unit.objects.all()}
        assert units["50.1"].ancestor_ids == [units["50"].pk, units["50.1"].pk]


def test_import_file_extends_a_history_of_holdings(importing: Importing, world: World) -> None:
    head = SMALL["Besetzungen"][0]
    importing(SMALL)
    again = [
        ["50-03", "4712", "", "2019-04-01", "2024-12-31", "", "", ""],
        ["50-03", "4712", "0,8", "2025-01-01", *[""] * 4],
    ]
    outcome = importing({"Besetzungen": [head, *again]})
    assert counts(outcome) == {"holdings": (1, 1, 0, 2)}
    with world.inside():
        rows = Holding.objects.filter(person__personnel_number="4712").order_by("starts_on")
        assert [(row.starts_on, row.ends_on, row.share) for row in rows] == [
            (date(2019, 4, 1), date(2024, 12, 31), Decimal(1)),
            (date(2025, 1, 1), None, Decimal("0.8")),
        ]
    outcome = importing({"Besetzungen": [head, ["50-03", "4712", "0,8", "2025-02-01", *[""] * 4]]})
    assert counts(outcome) == {"holdings": (0, 1, 0, 2)}


def test_import_file_rejects_and_writes_nothing(importing: Importing, world: World) -> None:
    outcome = importing(with_rows("Stellen", ["50-09", "Sachbearbeitung", "99", ""]))
    assert (outcome.state, codes(outcome)) == ("rejected", [("position.unknown_unit", "positions", 5, "99")])
    with world.inside():
        assert [model.objects.count() for model in (*MODELS, Import)] == [0] * 7
