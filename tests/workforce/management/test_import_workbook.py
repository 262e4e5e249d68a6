"""``staffelstab import`` and ``staffelstab export``: what machines read, exit status, round trip."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from staffelstab.workforce.models import Import, Person, Unit
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
def test_import_command_refuses_an_empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write_folder(tmp_path / "register", SMALL))
    for text in ("", " "):
        with pytest.raises(CommandError, match="der Pfad ist leer"):
            call_command("import_workbook", text, "--organisation", "musterstadt")


@pytest.mark.usefixtures("world")
def test_import_command_says_that_a_device_is_no_file() -> None:
    status, result = run(Path("/dev/null"))
    assert (status, result["problems"][0]["code"]) == (1, "file.not_regular")
    assert result["problems"][0]["message"] == (
        "„null“ ist weder eine Datei noch ein Ordner, sondern ein Gerät oder eine Verbindung."
    )


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--end-missing",)])
def test_import_command_refuses_a_workbook_that_was_never_filled_in(
    world: World, tmp_path: Path, options: tuple[str, ...]
) -> None:
    run(write_folder(tmp_path / "register", SMALL))
    headings = {sheet: rows[:1] for sheet, rows in SMALL.items()}
    status, result = run(write_folder(tmp_path / "leer", headings), *options)
    assert (status, result["state"]) == (1, "rejected")
    assert [problem["code"] for problem in result["problems"]] == ["file.no_rows"]
    assert result["problems"][0]["message"] == (
        "In „leer“ steht nichts: Kein Blatt hat eine Zeile unter der Überschrift."
    )
    with world.inside():
        assert Unit.objects.filter(ended_on=None).count() == 3


@pytest.mark.parametrize("sheets", [("Stellen", "Personen", "Besetzungen"), ("Stellen", "Personen")])
def test_import_command_dry_run_shows_what_would_end(
    world: World, tmp_path: Path, sheets: tuple[str, ...]
) -> None:
    run(write_folder(tmp_path / "register", SMALL))
    path = write_folder(tmp_path / "weniger", {sheet: SMALL[sheet][:2] for sheet in sheets})
    status, previewed = run(path, "--dry-run", "--end-missing")
    ended = {sheet: counts["ended"] for sheet, counts in previewed["sheets"].items()}
    assert (status, previewed["state"]) == (0, "ready")
    assert ended == {"Stellen": 2, "Personen": 2, "Besetzungen": 2}
    with world.inside():
        assert Person.objects.exclude(ended_on=None).count() == 0
    status, applied = run(path, "--end-missing")
    assert {sheet: counts["ended"] for sheet, counts in applied["sheets"].items()} == ended


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("options", "words"), [((), "fehlen in der Datei und bleiben"), (("--end-missing",), "beendet")]
)
def test_import_command_says_what_happens_to_what_is_missing(
    tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    run(write_folder(tmp_path / "register", SMALL))
    path = write_folder(tmp_path / "weniger", {"Aufgaben": SMALL["Aufgaben"][:2]})
    out = StringIO()
    call_command(
        "import_workbook", str(path), "--organisation", "musterstadt", "--dry-run", *options, stdout=out
    )
    first = out.getvalue().splitlines()[0]
    assert (
        first
        == {
            (): "Aufgaben: 0 neu, 0 geändert, 0 beendet, 1 unverändert; 1 fehlen in der Datei und bleiben",
            ("--end-missing",): "Aufgaben: 0 neu, 0 geändert, 1 beendet, 1 unverändert",
        }[options]
    )
    assert words in first


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


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("path", ["", "/"])
def test_export_command_refuses_a_path_without_a_name(path: str) -> None:
    with pytest.raises(CommandError, match="kann nicht geschrieben werden"):
        call_command("export_workbook", path, "--organisation", "musterstadt")
