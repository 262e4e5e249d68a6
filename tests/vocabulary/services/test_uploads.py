"""From a file over the preview into the catalogue."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from staffelstab.core.errors import NotFound, PermissionRefused
from staffelstab.identity.enums import Role
from staffelstab.vocabulary.models import Service, ServiceUpload
from staffelstab.vocabulary.services import catalogue, uploads
from tests.world import World

CSV = b"key;name;terms\n99008001000000;Personalausweis;Perso\n1;Pass;\n"


def store(world: World, now: datetime, **options: Any) -> ServiceUpload:
    arguments = {
        "content": CSV,
        "file_name": "LeiKa Export.csv",
        "source": "",
        "visibility": "house",
        "end_missing": False,
        "actor": world.actor(),
    }
    return uploads.store_upload(now=now, **(arguments | options))


def test_upload_is_previewed_and_applied_once(world: World, now: datetime) -> None:
    with world.inside():
        upload = store(world, now)
        plan = uploads.preview(upload=upload, actor=world.actor(), now=now)
        assert ([row.name for row in plan.new], [problem.code for problem in plan.problems]) == (
            ["Personalausweis"],
            ["key_needed"],
        )
        assert Service.objects.count() == 0
        assert uploads.apply_upload(upload_id=upload.pk, actor=world.actor(), now=now) == plan.outcome
        assert list(Service.objects.values_list("name", "source")) == [("Personalausweis", "LeiKa Export")]
        with pytest.raises(uploads.AlreadyApplied):
            uploads.apply_upload(upload_id=upload.pk, actor=world.actor(), now=now)
        upload.refresh_from_db()
        assert upload.outcome == {"new": 1, "changed": 0, "unchanged": 0, "ended": 0}
        assert [row["problem"] for row in upload.rows] == ["key_needed"]


def test_uploads_left_behind_go(world: World, now: datetime) -> None:
    with world.inside():
        store(world, now)
        kept = store(world, now + timedelta(hours=1))
        latest = store(world, now + timedelta(days=1, minutes=1))
        assert set(ServiceUpload.objects.values_list("pk", flat=True)) == {kept.pk, latest.pk}


def test_upload_refuses_what_cannot_be_imported(world: World, now: datetime) -> None:
    with world.inside():
        with pytest.raises(uploads.UploadRefused) as refused:
            store(world, now, content=b"\x00")
        assert refused.value.message == (
            "Das ist keine Textdatei. Erwartet wird eine CSV-Datei oder der JSON-Export eines Leistungskatalogs."
        )
        with pytest.raises(catalogue.VisibilityNotPossible):
            store(world, now, visibility="unit")
        assert ServiceUpload.objects.count() == 0


def test_text_no_database_takes_is_cleaned(world: World, now: datetime) -> None:
    content = b'[{"id": "1\\u0000", "name": "Pa\\ud800ss\\u0000", "meta": {"keywords": "a\\u0000,b"}}]'
    with world.inside():
        upload = store(world, now, content=content, file_name="a\x00.json")
        uploads.apply_upload(upload_id=upload.pk, actor=world.actor(), now=now)
        assert list(Service.objects.values_list("local_id", "name", "terms")) == [("1", "Pass", ["a", "b"])]


def test_upload_of_another_organisation_does_not_exist(world: World, now: datetime) -> None:
    with world.inside():
        upload = store(world, now)
        with pytest.raises(NotFound):
            uploads.apply_upload(upload_id=uuid4(), actor=world.actor(), now=now)
    with world.inside(organisation_id=world.neighbour_id), pytest.raises(NotFound):
        uploads.apply_upload(upload_id=upload.pk, actor=world.actor(), now=now)


def test_upload_needs_the_permission(world: World, now: datetime) -> None:
    with world.inside():
        with pytest.raises(PermissionRefused):
            store(world, now, actor=world.actor(Role.EMPLOYEE))
        upload = store(world, now)
        with pytest.raises(PermissionRefused):
            uploads.apply_upload(upload_id=upload.pk, actor=world.actor(Role.EMPLOYEE), now=now)
