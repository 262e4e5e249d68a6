"""``staffelstab import`` and ``staffelstab export``: what machines read, exit status, round trip."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from staffelstab.workforce.models import Import, Unit
from tests.factories.register import SMALL, with_rows, write_folder
from tests.world import World


def run(path: Path, *options: str) -> tuple[int, Any]:
    """Exit status and the printed JSON."""
    out = StringIO()
    try:
        call_command(
            "import_workbook", str(path), "--organisation", "musterstadt", "--json", *options, stdout=out
        )
    except SystemExit as stop:
        return int(str(stop.code)), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_import_command_prints_counts_and_problems(world: World, tmp_path: Path) -> None:
    status, result = run(write_folder(tmp_path / "register", SMALL))
    assert (status, result["state"], result["problems"], result["problem_count"]) == (0, "applied", [], 0)
    assert result["sheets"]["Einheiten"] == {
        "rows": 3,
        "new": 3,
        "changed": 0,
        "ended": 0,
        "unchanged": 0,
        "missing": 0,
    }
    assert [*result["sheets"]] == [
        "Einheiten",
        "Stellen",
        "Personen",
        "Besetzungen",
        "Aufgaben",
        "Zuständigkeiten",
    ]
    with world.inside():
        assert Import.objects.get().actor_name == "staffelstab import"


def test_import_command_refuses_with_places_and_status_1(world: World, tmp_path: Path) -> None:
    status, result = run(
        write_folder(tmp_path / "register", with_rows("Stellen", ["50-09", "Neu", "99", ""]))
    )
    assert (status, result["state"], result["problem_count"]) == (1, "rejected", 1)
    assert result["problems"] == [
        {
            "severity": "error",
            "code": "position.unknown_unit",
            "sheet": "Stellen",
            "row": 5,
            "column": "Einheit",
            "value": "99",
            "message": "Die Einheit der Stelle „99“ gibt es weder in der Datei noch im Bestand.",
            "hint": "Korrigieren Sie den Schlüssel oder ergänzen Sie die Zeile auf dem Blatt „Einheiten“.",
        }
    ]
    with world.inside():
        assert Unit.objects.count() == 0


def test_import_command_dry_run_writes_nothing(world: World, tmp_path: Path) -> None:
    status, result = run(write_folder(tmp_path / "register", SMALL), "--dry-run")
    assert (status, result["state"], result["sheets"]["Aufgaben"]["new"]) == (0, "ready", 2)
    with world.inside():
        assert (Unit.objects.count(), Import.objects.count()) == (0, 0)


@pytest.mark.usefixtures("world")
def test_import_command_prints_sentences_for_people(tmp_path: Path) -> None:
    out = StringIO()
    path = write_folder(tmp_path / "register", with_rows("Stellen", ["50-09", "Neu", "99", ""]))
    with pytest.raises(SystemExit):
        call_command("import_workbook", str(path), "--organisation", "musterstadt", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("Stellen Zeile 5 Einheit: Die Einheit der Stelle „99“ gibt es")
    assert lines[-1] == "Die Datei enthält Fehler. Es wurde nichts geschrieben."


@pytest.mark.usefixtures("world")
def test_import_command_knows_missing_files_and_organisations(tmp_path: Path) -> None:
    status, result = run(tmp_path / "fehlt.xlsx")
    assert (status, result["problems"][0]["code"]) == (1, "file.not_found")
    with pytest.raises(CommandError, match="nirgends"):
        call_command("import_workbook", str(tmp_path), "--organisation", "nirgends")


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("name", ["register.xlsx", "register.zip"])
def test_export_command_round_trip(tmp_path: Path, name: str) -> None:
    run(write_folder(tmp_path / "register", SMALL))
    call_command("export_workbook", str(tmp_path / name), "--organisation", "musterstadt", stdout=StringIO())
    status, result = run(tmp_path / name)
    assert (status, result["problem_count"]) == (0, 0)
    assert sum(sheet["new"] + sheet["changed"] + sheet["missing"] for sheet in result["sheets"].values()) == 0
    with pytest.raises(CommandError):
        call_command("export_workbook", str(tmp_path / "fehlt" / name), "--organisation", "musterstadt")
