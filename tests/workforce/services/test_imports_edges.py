"""Imports where something comes in between: another worker, a changed register, a lost database, damage."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError
from pytest_django import Settings

from staffelstab.core.errors import NotFound
from staffelstab.core.ids import new_id
from staffelstab.core.tenancy.context import TenancyContext
from staffelstab.workforce.enums import ImportState
from staffelstab.workforce.models import Import, Task, Unit
from staffelstab.workforce.services.imports import reversal, runs, staging, steps
from staffelstab.workforce.services.imports.errors import ImportTooLarge
from tests.factories.register import SMALL, Sheets, with_rows, write_folder, zip_bytes
from tests.world import World


def import_now(world: World, now: datetime, tmp_path: Path, sheets: Sheets) -> runs.Outcome:
    path = write_folder(tmp_path / "register", sheets)
    with world.inside():
        return runs.import_file(path=path, name="register", actor=world.system, now=now)


def codes(outcome: runs.Outcome) -> list[tuple[str, str, int | None]]:
    return [(p.code, p.sheet, p.row) for p in outcome.examination.problems.problems]


def confirmed(world: World, now: datetime, sheets: Sheets) -> Import:
    """An import whose job is about to apply it."""
    with world.inside():
        file = ContentFile(zip_bytes(sheets))
        batch = runs.upload(file=file, name="register.zip", actor=world.actor(), now=now)
    runs.check(organisation_id=world.organisation.pk, import_id=batch.pk, now=now)
    with world.inside():
        return runs.confirm(batch=batch, end_missing=False, actor=world.actor(), now=now)


def state_of(world: World, batch: Import) -> str:
    with world.inside():
        return str(Import.objects.get(pk=batch.pk).state)


def test_upload_refuses_what_is_too_large(world: World, now: datetime, settings: Settings) -> None:
    settings.IMPORT_LARGEST_FILE = 10
    with world.inside():
        with pytest.raises(ImportTooLarge):
            runs.upload(file=ContentFile(b"x" * 11), name="a.csv", actor=world.actor(), now=now)
        assert Import.objects.count() == 0
        runs.upload(file=ContentFile(b"x" * 10), name="a.csv", actor=world.actor(), now=now)


def test_apply_rejects_when_the_register_has_changed_since_the_check(
    world: World, now: datetime, tmp_path: Path
) -> None:
    import_now(world, now, tmp_path, SMALL)
    rows = [SMALL["Aufgaben"][0], ["50-W9", "Neue Aufgabe", "50.1", "", "", "", "", ""]]
    batch = confirmed(world, now, {"Aufgaben": rows})
    with world.inside():
        Unit.objects.filter(code="50.1").update(ended_on=now.date() - timedelta(days=1))
    runs.apply(organisation_id=world.organisation.pk, import_id=batch.pk, now=now)
    assert state_of(world, batch) == "rejected"
    with world.inside():
        assert Task.objects.filter(key="50-W9").count() == 0


def test_apply_does_nothing_when_another_worker_was_faster(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = confirmed(world, now, SMALL)
    # Whoever waits for the lock finds the work done.
    monkeypatch.setattr(
        steps, "serialise", lambda _id: Import.objects.filter(pk=batch.pk).update(state=ImportState.APPLIED)
    )
    runs.apply(organisation_id=world.organisation.pk, import_id=batch.pk, now=now)
    assert state_of(world, batch) == "applied"
    with world.inside():
        assert Task.objects.count() == 0


def undoing(world: World, now: datetime, tmp_path: Path) -> Import:
    """An applied import whose job is about to undo it."""
    outcome = import_now(world, now, tmp_path, SMALL)
    with world.inside():
        batch = Import.objects.get(pk=outcome.import_id)
        return reversal.take_back(batch=batch, actor=world.actor(), now=now + timedelta(hours=1))


def test_reverse_does_nothing_when_another_worker_was_faster(
    world: World, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = undoing(world, now, tmp_path)
    monkeypatch.setattr(
        steps, "serialise", lambda _id: Import.objects.filter(pk=batch.pk).update(state=ImportState.UNDONE)
    )
    reversal.reverse(organisation_id=world.organisation.pk, import_id=batch.pk, now=now)
    assert state_of(world, batch) == "undone"
    with world.inside():
        assert Task.objects.count() == 2


def test_reverse_stays_under_way_when_the_database_is_lost(
    world: World, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = undoing(world, now, tmp_path)

    def lost(**_arguments: object) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(reversal, "undo", lost)
    with pytest.raises(OperationalError):
        reversal.reverse(organisation_id=world.organisation.pk, import_id=batch.pk, now=now)
    assert state_of(world, batch) == "undoing"


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (OperationalError("the connection is closed"), "applying"),
        (ZeroDivisionError("of the program"), "failed"),
    ],
)
def test_failure_is_noted_unless_the_database_is_lost(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch, error: Exception, state: str
) -> None:
    def broken(*_args: object, **_values: object) -> None:
        raise error

    batch = confirmed(world, now, SMALL)
    monkeypatch.setattr(runs, "merge", broken)  # a connection cannot be lost on demand
    with pytest.raises(type(error)):
        runs.apply(organisation_id=world.organisation.pk, import_id=batch.pk, now=now)
    assert state_of(world, batch) == state


def test_end_of_what_has_ended_changes_nothing(world: World, now: datetime, tmp_path: Path) -> None:
    outcome = import_now(world, now, tmp_path, SMALL)
    assert outcome.import_id is not None
    steps.end_without_change(
        TenancyContext(world.organisation.pk), outcome.import_id, ImportState.FAILED, "x", now=now
    )
    with world.inside():
        batch = Import.objects.get(pk=outcome.import_id)
    assert (batch.state, batch.failure) == ("applied", "")


def test_import_that_is_gone_cannot_be_moved(world: World, now: datetime) -> None:
    with world.inside(), pytest.raises(NotFound):
        steps.move(Import(id=new_id()), ImportState.DISCARDED, now=now)


def test_discard_without_a_stored_file(world: World, now: datetime) -> None:
    with world.inside():
        batch = Import.objects.create(
            id=new_id(),
            organisation_id=world.organisation.pk,
            state=ImportState.READY,
            file_name="register",
            size=0,
            created_at=now,
            changed_at=now,
        )
        assert runs.discard(batch=batch, actor=world.actor(), now=now).state == "discarded"


def test_units_without_the_column_of_their_parents_keep_them(
    world: World, now: datetime, tmp_path: Path
) -> None:
    import_now(world, now, tmp_path, SMALL)
    again = {"Einheiten": [["Kürzel", "Name"], ["50", "Amt für Soziales"], ["50.1", "Wohngeld"]]}
    assert codes(import_now(world, now, tmp_path, again)) == []
    with world.inside():
        found = list(Unit.objects.order_by("code").values_list("code", "name", "parent__code"))
    assert found == [
        ("50", "Amt für Soziales", "FB3"),
        ("50.1", "Wohngeld", "50"),
        ("FB3", "Fachbereich Soziales", None),
    ]


def test_references_to_a_damaged_sheet_are_not_blamed(world: World, now: datetime, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "register", SMALL)
    # One row with an error in the first batch of rows, the damage in the second.
    many = "".join(f"{number};Amt {number};\r\n" for number in range(100, 4250))
    damaged = f'Kürzel;Name;Übergeordnet\r\n50;;\r\n{many}52;"Bauamt;\r\n'
    (folder / "Einheiten.csv").write_text(damaged, encoding="utf-8")
    with world.inside():
        outcome = runs.import_file(path=folder, name="register", actor=world.system, now=now)
    assert codes(outcome) == [("value.required", "units", 2), ("csv.quotes", "units", 4153)]


def test_references_into_too_many_refused_rows_are_not_blamed(
    world: World, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "_REFUSED_LIMIT", 0)
    sheets = with_rows("Einheiten", ["60", "", ""])
    sheets["Stellen"].append(["60-01", "Leitung", "60", ""])
    assert codes(import_now(world, now, tmp_path, sheets)) == [("value.required", "units", 5)]
