"""Progress is seen by others while the job's transaction is open."""

from __future__ import annotations

import contextlib

import pytest

from staffelstab.core import progress
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.workforce.models import Import
from tests.guards import rows
from tests.world import World

pytestmark = pytest.mark.slow  # a database of its own


def test_progress_is_committed_apart_from_the_job(committed_database: str) -> None:
    world = World.load()
    with world.inside():
        batch = rows.upload()
    context = TenancyContext(world.organisation.pk)
    with contextlib.suppress(ZeroDivisionError), activate(context):
        with progress.written_to(batch, context) as say:
            say("read", 2, 5)
        raise ZeroDivisionError
    with world.inside():
        seen = Import.objects.get(pk=batch.pk)
    assert (seen.progress_step, seen.progress_done, seen.progress_total) == ("read", 2, 5)


def test_progress_stays_within_the_tenancy(committed_database: str) -> None:
    world = World.load()
    with world.inside():
        batch = rows.upload()
    with progress.written_to(batch, TenancyContext(world.stranger_id)) as say:
        say("read", 2, 5)
    with world.inside():
        assert Import.objects.get(pk=batch.pk).progress_step == ""


def test_progress_is_written_no_more_often_than_asked(committed_database: str) -> None:
    world = World.load()
    with world.inside():
        batch = rows.upload()
    with progress.written_to(batch, TenancyContext(world.organisation.pk), interval=60) as say:
        say("read", 2, 5)
        say("read", 3, 5)
    with world.inside():
        assert Import.objects.get(pk=batch.pk).progress_done == 2


def test_silent_progress_says_nothing() -> None:
    assert progress.silent("read", 1, 2) is None
