"""``staffelstab municipalities``: only the owner role writes the reference table."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, transaction

from staffelstab.vocabulary.models import Municipality


def run(path: Path, *options: str) -> str:
    output = StringIO()
    call_command("municipalities", str(path), *options, stdout=output)
    return output.getvalue()


def test_loading_twice_changes_nothing(municipalities: Path) -> None:
    assert Municipality.objects.get(ags="03355025").name == "Münstedt"
    assert run(municipalities) == "0 neu, 0 geändert, 5 unverändert, 0 entfernt\n"


def test_loading_changes_and_removes_only_when_told(municipalities: Path) -> None:
    lines = municipalities.read_text(encoding="utf-8").splitlines()
    municipalities.write_text("\n".join([lines[0], "BY,097610000000,Augsburg,302000", "BY,1,Irgendwo,3"]))
    assert run(municipalities) == (
        "Zeile 3: „1“ ist kein Regionalschlüssel mit 12 Ziffern; die Zeile wurde ausgelassen.\n"
        "0 neu, 1 geändert, 0 unverändert, 0 entfernt\n"
    )
    assert Municipality.objects.get(ags="09761000").population == 302_000
    assert run(municipalities, "--remove-missing").endswith("0 neu, 0 geändert, 1 unverändert, 4 entfernt\n")
    assert list(Municipality.objects.values_list("ags", flat=True)) == ["09761000"]


def test_application_role_cannot_write(municipalities: Path) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Municipality.objects.update(population=1)


def test_unusable_file_is_refused(municipalities: Path) -> None:
    municipalities.write_bytes(b"PK\x03\x04")
    with pytest.raises(CommandError, match="Arbeitsmappe"):
        run(municipalities)
    with pytest.raises(CommandError, match="lässt sich nicht lesen"):
        run(municipalities.with_name("missing.csv"))
