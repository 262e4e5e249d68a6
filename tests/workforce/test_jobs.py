"""The day's work on uploaded files."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from staffelstab.core import jobs as core_jobs
from staffelstab.workforce import jobs
from staffelstab.workforce.models import Import
from staffelstab.workforce.services.imports import runs
from tests import daily_work
from tests.world import NOW, World


def upload(world: World) -> Import:
    return runs.upload(
        file=ContentFile(b"x", name="register.zip"), name="register.zip", actor=world.actor(), now=NOW
    )


class Rollback(Exception):
    """Something that goes wrong after the file was stored."""


def test_upload_that_was_rolled_back_leaves_its_file_for_a_day_at_most(world: World) -> None:
    with world.inside():
        kept = upload(world)
        try:
            with transaction.atomic():
                left = upload(world).stored_as
                raise Rollback
        except Rollback:
            pass
        elsewhere = default_storage.save(f"imports/{world.stranger_id}/left", ContentFile(b"x"))
    key, later = world.organisation.pk, timezone.now() + timedelta(hours=25)
    path = "staffelstab.workforce.jobs.forget_leftovers_in"
    core_jobs.run_daily_in.call(path, str(key), timezone.now().isoformat())
    assert default_storage.exists(left)
    core_jobs.run_daily_in.call(path, str(key), later.isoformat())
    found: Any = [default_storage.exists(name) for name in (kept.stored_as, left, elsewhere)]
    assert found == [True, False, True]


def test_leftovers_are_forgotten_in_every_house(world: World) -> None:
    names = [
        default_storage.save(f"imports/{key}/left", ContentFile(b"x"))
        for key in (world.organisation.pk, world.stranger_id)
    ]
    jobs.forget_leftovers(now=timezone.now() + timedelta(hours=25))
    assert daily_work.do_what_was_handed_out() == 3
    assert [default_storage.exists(name) for name in names] == [False, False]
