"""``staffelstab services``."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from staffelstab.vocabulary.models import Service
from tests.world import World

CSV = "Schlüssel;Bezeichnung;Begriffe\n99008001000000;Personalausweis;Perso\n1;Pass;\n"


def run(path: Path, *options: str) -> str:
    output = StringIO()
    call_command("services", str(path), "--organisation", "musterstadt", *options, stdout=output)
    return output.getvalue()


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "LeiKa.csv"
    path.write_text(CSV, encoding="cp1252")
    return path


def test_services_are_imported(world: World, catalogue: Path) -> None:
    assert run(catalogue, "--visibility", "network") == (
        "Zeile 3: „1“ ist kein Leistungsschlüssel (14 Ziffern, beginnend mit 99); die Zeile wurde ausgelassen, weil "
        "sie ohne Schlüssel beim nächsten Mal nicht wiedererkannt würde.\n"
        "1 neu, 0 geändert, 0 unverändert, 0 beendet\n"
    )
    with world.inside():
        assert list(Service.objects.values_list("name", "source", "visibility")) == [
            ("Personalausweis", "LeiKa", "network")
        ]


def test_outcome_as_json(world: World, catalogue: Path) -> None:
    run(catalogue)
    found = json.loads(run(catalogue, "--json"))
    problems = found.pop("problems")
    assert found == {"new": 0, "changed": 0, "unchanged": 1, "ended": 0}
    assert [(problem["row"], problem["code"]) for problem in problems] == [(3, "key_needed")]


@pytest.mark.usefixtures("world")
def test_what_cannot_be_used_is_refused(catalogue: Path) -> None:
    with pytest.raises(CommandError, match="gibt es nicht"):
        call_command("services", str(catalogue), "--organisation", "nirgendwo")
    with pytest.raises(CommandError, match="lässt sich nicht lesen"):
        run(catalogue.with_name("missing.csv"))
    with pytest.raises(CommandError, match="höchstens 100 Zeichen"):
        run(catalogue, "--source", "x" * 101)
    catalogue.write_bytes(b"\x00")
    with pytest.raises(CommandError, match="keine Textdatei"):
        run(catalogue)
