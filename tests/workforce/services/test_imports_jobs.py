"""Imports as jobs on committed data: two at once, a killed worker, an unexpected error."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError, connection
from django.test import override_settings

from staffelstab.core import attempts
from staffelstab.core.actors import system_actor
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.workforce.models import Import, Responsibility, Task, Unit
from staffelstab.workforce.services.imports import reversal, runs
from tests.factories.register import SMALL, write_folder, zip_bytes
from tests.locks import somebody_waits
from tests.world import NOW, World

pytestmark = pytest.mark.slow  # processes and a database of their own


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Path]:
    """A file storage that other processes see too."""
    folder = tmp_path / "files"
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder)}}
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={"default": backend, "staticfiles": static}):
        yield folder


@pytest.fixture
def committed_world(committed_database: str) -> World:
    """The world of a database in which tests commit."""
    assert committed_database
    return World.load()


def upload(world: World, content: bytes) -> Import:
    with world.inside():
        return runs.upload(
            file=ContentFile(content, name="register.zip"), name="register.zip", actor=world.actor(), now=NOW
        )


def reload(world: World, batch: Import) -> Import:
    with world.inside():
        return Import.objects.get(pk=batch.pk)


def start_worker(url: str, files: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "DATABASE_URL": url,
        "STAFFELSTAB_FILES": str(files),
        "STAFFELSTAB_SECRET_KEY": "x",
        "DJANGO_SETTINGS_MODULE": "staffelstab.config.settings.base",
    }
    command = [sys.executable, "-m", "staffelstab.config.program", "worker", "--once"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_two_imports_at_once_wait_for_each_other(committed_world: World, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "register", SMALL)
    key = committed_world.organisation.pk
    actor = system_actor(organisation_id=key, reason="test")

    def run(minute: int) -> tuple[str, int, int]:
        try:
            with activate(TenancyContext(key)):
                outcome = runs.import_file(
                    path=folder, name="register", actor=actor, now=NOW + timedelta(minutes=minute)
                )
            sheets = outcome.examination.sheets.values()
            return outcome.state, sum(s.new for s in sheets), sum(s.unchanged for s in sheets)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        results = sorted(pool.map(run, range(4)))
    assert results == [("applied", 0, 18), ("applied", 0, 18), ("applied", 0, 18), ("applied", 18, 0)]


def test_killed_worker_leaves_nothing_and_the_next_one_completes(
    committed_world: World, committed_database: str, files: Path
) -> None:
    world = committed_world
    batch = upload(world, zip_bytes(SMALL))
    assert start_worker(committed_database, files).wait(60) == 0
    assert reload(world, batch).state == "ready"
    with world.inside():
        runs.confirm(batch=batch, end_missing=False, actor=world.actor(), now=NOW)
    with psycopg.connect(committed_database) as blocker:
        # The import has written everything else when it comes to this table, and waits there.
        blocker.execute("LOCK TABLE workforce_responsibility IN SHARE MODE")
        worker = start_worker(committed_database, files)
        wait_for_the_lock(committed_database)
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
    with world.inside():
        assert (Unit.objects.count(), Task.objects.count()) == (0, 0)
    assert reload(world, batch).state == "applying"
    assert start_worker(committed_database, files).wait(60) == 0
    done = reload(world, batch)
    assert (done.state, done.stored_as) == ("applied", "")
    assert [path for path in files.rglob("*") if path.is_file()] == []
    with world.inside():
        assert (Unit.objects.count(), Responsibility.objects.count()) == (3, 4)


def test_worker_killed_while_undoing_leaves_everything_and_the_next_one_completes(
    committed_world: World, committed_database: str, files: Path
) -> None:
    world = committed_world
    batch = upload(world, zip_bytes(SMALL))
    key = world.organisation.pk
    runs.check(organisation_id=key, import_id=batch.pk, now=NOW)
    with world.inside():
        runs.confirm(batch=batch, end_missing=False, actor=world.actor(), now=NOW)
    runs.apply(organisation_id=key, import_id=batch.pk, now=NOW)
    with world.inside():
        reversal.take_back(batch=batch, actor=world.actor(), now=NOW)
    with psycopg.connect(committed_database) as blocker:
        # Undoing has removed the responsibilities when it comes to this table, and waits there.
        blocker.execute("LOCK TABLE workforce_holding IN SHARE MODE")
        worker = start_worker(committed_database, files)
        wait_for_the_lock(committed_database, "workforce_holding")
        seen = reload(world, batch)
        assert (seen.state, seen.progress_step, seen.progress_total) == (
            "undoing",
            "remove:responsibilities",
            12,
        )
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
    with world.inside():
        assert (Unit.objects.count(), Responsibility.objects.count()) == (3, 4)
    assert reload(world, batch).state == "undoing"
    assert start_worker(committed_database, files).wait(60) == 0
    assert reload(world, batch).state == "undone"
    with world.inside():
        assert (Unit.objects.count(), Responsibility.objects.count()) == (0, 0)


def wait_for_the_lock(url: str, table: str = "workforce_responsibility") -> None:
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as observer:
        for _attempt in range(300):
            if somebody_waits(observer, f"relation = '{table}'::regclass"):
                return
            time.sleep(0.1)
    raise AssertionError("the import never came to the table")


def test_progress_is_seen_while_the_import_is_not_committed(
    committed_world: World, committed_database: str, files: Path
) -> None:
    world = committed_world
    batch = upload(world, zip_bytes(SMALL))
    assert start_worker(committed_database, files).wait(60) == 0
    with world.inside():
        runs.confirm(batch=batch, end_missing=False, actor=world.actor(), now=NOW)
    with psycopg.connect(committed_database) as blocker:
        blocker.execute("LOCK TABLE workforce_responsibility IN SHARE MODE")
        worker = start_worker(committed_database, files)
        wait_for_the_lock(committed_database)
        seen = reload(world, batch)
    assert worker.wait(60) == 0
    # Written at most twice a second: which step is seen last depends on the machine.
    assert seen.state == "applying"
    assert seen.progress_step.partition(":")[0] in {"read", "check", "compare", "write"}
    assert reload(world, batch).state == "applied"


@pytest.mark.usefixtures("files")
def test_unexpected_error_leaves_a_sentence_and_no_name_in_the_log(
    committed_world: World, files: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = committed_world
    batch = upload(world, zip_bytes(SMALL))
    for path in files.rglob("*"):
        if path.is_file():
            path.unlink()
    with caplog.at_level(logging.DEBUG), pytest.raises(FileNotFoundError):
        runs.check(organisation_id=world.organisation.pk, import_id=batch.pk, now=NOW)
    failed = reload(world, batch)
    assert (failed.state, failed.failure) == (
        "failed",
        "The import stopped because of an internal error. Nothing was changed.",
    )
    assert "Albers" not in caplog.text


@pytest.mark.usefixtures("files")
def test_import_thrown_away_while_it_is_checked_stays_thrown_away(
    committed_world: World, committed_database: str
) -> None:
    world = committed_world
    batch = upload(world, zip_bytes(SMALL))
    key = world.organisation.pk
    with ThreadPoolExecutor(1) as pool, psycopg.connect(committed_database) as blocker:
        # The check has read the file when it comes to this table, and waits there.
        blocker.execute("LOCK TABLE workforce_responsibility IN ACCESS EXCLUSIVE MODE")
        checked = pool.submit(check_and_hang_up, key, batch.pk)
        wait_for_the_lock(committed_database)
        with world.inside():
            runs.discard(batch=batch, actor=world.actor(), now=NOW)
        blocker.rollback()
        assert checked.result(20) is None
    done = reload(world, batch)
    assert (done.state, done.stored_as, done.preview, done.problems) == ("discarded", "", {}, [])


def check_and_hang_up(organisation_id: UUID, import_id: UUID) -> None:
    try:
        runs.check(organisation_id=organisation_id, import_id=import_id, now=NOW)
    finally:
        connection.close()


def meet_a_deadlock(*_args: object, **_values: object) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("DO $$BEGIN RAISE EXCEPTION 'words' USING ERRCODE = '40P01'; END$$")


@pytest.mark.usefixtures("files")
def test_import_is_under_way_as_long_as_its_job_comes_again(
    committed_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = committed_world
    batch = upload(world, zip_bytes(SMALL))
    key = world.organisation.pk
    runs.check(organisation_id=key, import_id=batch.pk, now=NOW)
    with world.inside():
        runs.confirm(batch=batch, end_missing=False, actor=world.actor(), now=NOW)
    states = []
    with monkeypatch.context() as patch:
        # A deadlock cannot be had on demand.
        patch.setattr(runs, "merge", meet_a_deadlock)
        for number in (1, 19, 20):
            with pytest.raises(OperationalError), attempts.numbered(number):
                runs.apply(organisation_id=key, import_id=batch.pk, now=NOW)
            states.append(reload(world, batch).state)
    assert states == ["applying", "applying", "failed"]


@pytest.mark.usefixtures("files")
def test_undoing_is_under_way_as_long_as_its_job_comes_again(
    committed_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = committed_world
    batch = upload(world, zip_bytes(SMALL))
    key = world.organisation.pk
    runs.check(organisation_id=key, import_id=batch.pk, now=NOW)
    with world.inside():
        runs.confirm(batch=batch, end_missing=False, actor=world.actor(), now=NOW)
    runs.apply(organisation_id=key, import_id=batch.pk, now=NOW)
    with world.inside():
        reversal.take_back(batch=batch, actor=world.actor(), now=NOW)
    states = []
    with monkeypatch.context() as patch:
        patch.setattr(reversal, "undo", meet_a_deadlock)
        for number in (1, 20):
            with pytest.raises(OperationalError), attempts.numbered(number):
                reversal.reverse(organisation_id=key, import_id=batch.pk, now=NOW)
            states.append((reload(world, batch).state, reload(world, batch).failure))
    assert states == [
        ("undoing", ""),
        ("applied", "Undoing stopped because of an internal error. Please try again later."),
    ]


@pytest.mark.usefixtures("files")
def test_check_and_apply_are_safe_to_repeat(committed_world: World) -> None:
    world = committed_world
    batch = upload(world, zip_bytes(SMALL))
    key = world.organisation.pk
    runs.check(organisation_id=key, import_id=batch.pk, now=NOW)
    runs.apply(organisation_id=key, import_id=batch.pk, now=NOW)
    assert reload(world, batch).state == "ready"
    with world.inside():
        runs.confirm(batch=batch, end_missing=False, actor=world.actor(), now=NOW)
    for _each in range(2):
        runs.apply(organisation_id=key, import_id=batch.pk, now=NOW)
        runs.check(organisation_id=key, import_id=batch.pk, now=NOW)
    assert reload(world, batch).state == "applied"
