"""Importing a catalogue of services."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from staffelstab.core import audit
from staffelstab.core.errors import PermissionRefused
from staffelstab.core.models import AuditEntry
from staffelstab.identity.enums import Role
from staffelstab.vocabulary.domain.services import ServiceRow
from staffelstab.vocabulary.enums import Visibility
from staffelstab.vocabulary.formats.services import read_services
from staffelstab.vocabulary.models import Service
from staffelstab.vocabulary.services import catalogue
from staffelstab.vocabulary.services.catalogue import Outcome
from tests.world import World

ROWS = [
    ("99008001000000", "Personalausweis", "Perso, Ausweis, Identitätskarte"),
    ("99010001000000", "Aufenthaltserlaubnis", ("Aufenthaltstitel",)),
]


def load(world: World, now: datetime, rows: object = ROWS, **options: object) -> Outcome:
    arguments = {"source": "Demo", "visibility": Visibility.NETWORK, "actor": world.system} | options
    return catalogue.import_rows(rows=rows, now=now, **arguments)  # type: ignore[arg-type]


def test_import_creates_services(world: World, now: datetime) -> None:
    with world.inside():
        assert load(world, now) == Outcome(new=2, changed=0, unchanged=0, ended=0, problems=())
        row = Service.objects.get(key="99008001000000")
        assert (row.name, row.terms, row.source, row.visibility) == (
            "Personalausweis",
            ["Perso", "Ausweis", "Identitätskarte"],
            "Demo",
            "network",
        )
        assert row.sort_key == "personalausweis"
        assert row.search == " personalausweis | perso | ausweis | identitatskarte | 99008001000000"


def test_import_twice_changes_nothing(world: World, now: datetime) -> None:
    with world.inside():
        load(world, now)
        lines = AuditEntry.objects.count()
        assert load(world, now) == Outcome(new=0, changed=0, unchanged=2, ended=0, problems=())
        assert AuditEntry.objects.count() == lines


def test_import_changes_and_ends(world: World, now: datetime) -> None:
    later = now + timedelta(days=1)
    with world.inside():
        load(world, now)
        rows = [("99008001000000", "Personalausweis beantragen", "Perso")]
        assert load(world, later, rows, end_missing=True) == Outcome(0, 1, 0, 1, ())
        ended = Service.objects.get(key="99010001000000")
        assert str(ended.ended_on) == "2026-11-23"
        assert load(world, later).changed == 2
        assert [row.ended_on for row in Service.objects.all()] == [None, None]


def test_import_reports_rows_it_cannot_take(world: World, now: datetime) -> None:
    with world.inside():
        outcome = load(world, now, [("123", "Pass", ()), ("", "Visum", ()), *ROWS])
    assert [problem.code for problem in outcome.problems] == ["key_needed", "key_missing"]
    assert outcome.new == 2


def test_import_keeps_what_the_house_added(world: World, now: datetime) -> None:
    with world.inside():
        load(world, now)
        Service.objects.filter(key="99008001000000").update(
            own_terms=["Plastikkarte"], topic="law", visibility="house"
        )
        load(world, now, [("99008001000000", "Ausweis", "Perso")])
        row = Service.objects.get(key="99008001000000")
        assert (row.name, row.own_terms, row.topic, row.visibility) == (
            "Ausweis",
            ["Plastikkarte"],
            "law",
            "house",
        )
        assert row.search == " ausweis | perso | plastikkarte | 99008001000000"


def test_import_recognises_a_service_by_the_id_of_its_source(world: World, now: datetime) -> None:
    with world.inside():
        load(world, now, [ServiceRow("", "Fundbüro", (), "7")])
        assert load(world, now, [ServiceRow("99008001000000", "Fundsachen", (), "7")]) == Outcome(
            0, 1, 0, 0, ()
        )
        row = Service.objects.get()
        assert (row.key, row.local_id, row.name) == ("99008001000000", "7", "Fundsachen")


def test_import_takes_over_a_key_from_another_source(world: World, now: datetime) -> None:
    rows = [ServiceRow("99008001000000", "Ausweis", (), "7")]
    with world.inside():
        load(world, now)
        assert load(world, now, rows, source="Stadt") == Outcome(0, 1, 0, 0, ())
        row = Service.objects.get(key="99008001000000")
        assert (row.source, row.local_id) == ("Stadt", "7")
        assert load(world, now, rows, source="Stadt").unchanged == 1


def test_import_exchanges_keys(world: World, now: datetime) -> None:
    first, second = "99008001000000", "99010001000000"
    with world.inside():
        load(world, now, [ServiceRow(first, "A", (), "1"), ServiceRow(second, "B", (), "2")])
        swapped = [ServiceRow(second, "A", (), "1"), ServiceRow(first, "B", (), "2")]
        assert load(world, now, swapped).changed == 2
        assert dict(Service.objects.values_list("name", "key")) == {"A": second, "B": first}


def test_import_leaves_a_key_with_the_service_that_has_it(world: World, now: datetime) -> None:
    with world.inside():
        load(world, now, [ServiceRow("99008001000000", "A", (), "1"), ServiceRow("", "B", (), "2")])
        outcome = load(world, now, [ServiceRow("99008001000000", "B", (), "2")])
        assert [problem.code for problem in outcome.problems] == ["key_taken"]
        assert outcome.unchanged == 1


def test_import_records_each_change(world: World, now: datetime) -> None:
    with world.inside():
        load(world, now)
        load(world, now, [("99008001000000", "Ausweis", "Perso")])
        row = Service.objects.get(key="99008001000000")
        entries = list(audit.history(row).values_list("action", "changes"))
    assert [action for action, _changes in entries] == [
        "vocabulary.service.changed",
        "vocabulary.service.created",
    ]
    assert entries[0][1] == {
        "name": ["Personalausweis", "Ausweis"],
        "terms": [["Perso", "Ausweis", "Identitätskarte"], ["Perso"]],
    }


def test_plan_writes_nothing(world: World, now: datetime) -> None:
    with world.inside():
        plan = catalogue.plan_import(
            rows=ROWS, source="Demo", visibility=Visibility.HOUSE, actor=world.system, now=now
        )
        assert plan.outcome == Outcome(2, 0, 0, 0, ())
        assert Service.objects.count() == 0


@pytest.mark.parametrize("source", ["", "  ", "x" * 101])
def test_import_without_a_source_is_refused(world: World, now: datetime, source: str) -> None:
    with world.inside(), pytest.raises(catalogue.CatalogueUnnamed):
        load(world, now, source=source)


def test_import_for_a_unit_is_refused(world: World, now: datetime) -> None:
    with world.inside(), pytest.raises(catalogue.VisibilityNotPossible):
        load(world, now, visibility=Visibility.UNIT)


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in {Role.KNOWLEDGE_MANAGER, Role.ADMINISTRATOR}]
)
def test_import_needs_the_permission(world: World, now: datetime, role: Role) -> None:
    with world.inside(), pytest.raises(PermissionRefused):
        load(world, now, actor=world.actor(role))


@pytest.mark.data
def test_import_of_the_munich_export_twice(world: World, now: datetime, data_folder: Path) -> None:
    content = (data_folder / "muenchen_services_2026" / "services_de.json").read_bytes()
    with world.inside():
        first = load(world, now, read_services(content), source="München")
        second = load(world, now, read_services(content), source="München")
    assert (first.new, first.changed, len(first.problems)) == (287, 0, 25)
    assert (second.new, second.changed, second.unchanged, len(second.problems)) == (0, 0, 287, 25)
