"""Importing a catalogue of services."""

from __future__ import annotations

from datetime import datetime, timedelta

from staffelstab.core.models import AuditEntry
from staffelstab.vocabulary.enums import Visibility
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
        assert load(world, later, rows, end_missing=True) == Outcome(1 - 1, 1, 0, 1, ())
        ended = Service.objects.get(key="99010001000000")
        assert str(ended.ended_on) == "2026-11-23"
        assert load(world, later).changed == 2
        assert [row.ended_on for row in Service.objects.all()] == [None, None]
