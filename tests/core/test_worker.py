"""The worker: what fails is marked, what a killed worker left behind is done again, nothing personal stays."""

from __future__ import annotations

import os
import socket
import threading
import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from staffelstab.core.management.commands.worker import QuietWorker, _locked, alive, requeue_orphans
from tests.world import World

HOST = socket.gethostname()
DONE: list[str] = []
NOBODY = 2**22 + 1
"""No process has a number above the kernel's limit."""


@task()
def note(word: str) -> None:
    """A job that works."""
    DONE.append(word)


@task()
def stumble() -> None:
    """A job that fails with a value in its message."""
    raise ValueError("Key (email)=(kim@example.org) already exists")


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    DONE.clear()


@pytest.mark.parametrize(
    ("worker_id", "expected"),
    [
        (f"{HOST}:{os.getpid()}", True),
        (f"{HOST}:{NOBODY}", False),
        (f"elsewhere:{NOBODY}", True),
        (f"{HOST}:unknown", True),
        (f"{HOST}:1", True),
    ],
    # without process numbers: workers of one run have to collect the same names
    ids=["this process", "ended", "other machine", "no number", "not ours"],
)
def test_worker_is_alive_unless_this_machine_knows_better(worker_id: str, expected: bool) -> None:  # noqa: FBT001
    assert alive(worker_id) is expected


def test_jobs_of_killed_workers_return_to_the_queue(db: None) -> None:
    for worker_id in (f"{HOST}:{NOBODY}", f"{HOST}:{os.getpid()}", f"elsewhere:{NOBODY}"):
        row = DBTaskResult.objects.get(pk=note.enqueue(worker_id).id)
        row.claim(worker_id)
    assert requeue_orphans() == 1
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    assert [row.args_kwargs["args"] for row in waiting] == [[f"{HOST}:{NOBODY}"]]


def test_worker_does_what_waits_and_what_was_left_behind(committed_database: str) -> None:
    World.load()
    left = DBTaskResult.objects.get(pk=note.enqueue("left behind").id)
    left.claim(f"{HOST}:{NOBODY}")
    note.enqueue("waiting")
    call_command("worker", once=True)
    assert sorted(DONE) == ["left behind", "waiting"]
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {TaskResultStatus.SUCCESSFUL}


def test_failing_job_is_marked_and_keeps_no_value(committed_database: str) -> None:
    stumble.enqueue()
    note.enqueue("afterwards")
    call_command("worker", once=True)
    failed = DBTaskResult.objects.get(status=TaskResultStatus.FAILED)
    assert (failed.exception_class_path, DONE) == ("builtins.ValueError", ["afterwards"])
    assert "kim@example.org" not in failed.traceback
    assert "in stumble" in failed.traceback


def test_worker_forgets_old_jobs(committed_database: str) -> None:
    for days in (13, 15):
        row = DBTaskResult.objects.get(pk=note.enqueue(f"{days}").id)
        row.status, row.finished_at = TaskResultStatus.SUCCESSFUL, timezone.now() - timedelta(days=days)
        row.save()
    call_command("worker", once=True)
    assert [row.args_kwargs["args"] for row in DBTaskResult.objects.all()] == [["13"]]


@task()
def meet_outage(state: str) -> None:
    """A job that the server ends with an error of the given state, the first two times."""
    if len(DONE) < 2:
        DONE.append(state)
        with connection.cursor() as cursor:
            cursor.execute("DO $$BEGIN RAISE EXCEPTION 'words' USING ERRCODE = '%s'; END$$" % state)  # noqa: UP031 - quoted by the test
    DONE.append("done")


def working(once_done: int) -> QuietWorker:
    """A worker that works until that many words were noted."""
    worker = QuietWorker(
        queue_names=["*"], interval=0.01, batch=True, backend_name="default", startup_delay=False,
        max_tasks=None, worker_id=f"{HOST}:{os.getpid()}", excluded_queue_names=[],
    )  # fmt: skip

    def begin() -> None:
        def look() -> None:
            # Jobs that wait for the end of an outage need not wait in a test.
            deadline = time.monotonic() + 60
            while len(DONE) < once_done and time.monotonic() < deadline:
                time.sleep(0.05)
            worker.running = False

        threading.Thread(target=look, daemon=True).start()

    worker.work(interval=0.01, begin=begin)
    return worker


def test_job_that_loses_the_database_is_done_again(committed_database: str) -> None:
    meet_outage.enqueue("57P01")
    working(once_done=3)
    row = DBTaskResult.objects.get()
    assert (DONE, row.status, len(row.worker_ids)) == (
        ["57P01", "57P01", "done"],
        TaskResultStatus.SUCCESSFUL,
        3,
    )


@pytest.mark.parametrize("state", ["53100", "40P01"])
def test_job_that_meets_a_full_disk_or_a_deadlock_waits_its_turn(committed_database: str, state: str) -> None:
    meet_outage.enqueue(state)
    call_command("worker", once=True)
    row = DBTaskResult.objects.get()
    assert (DONE, row.status) == ([state], TaskResultStatus.READY)
    assert row.run_after > timezone.now()


def test_job_that_no_worker_holds_is_given_back_whatever_its_machine(committed_database: str) -> None:
    held, free, fresh = (DBTaskResult.objects.get(pk=note.enqueue(word).id) for word in ("a", "b", "c"))
    for row in (held, free, fresh):
        row.claim(f"container-that-is-gone:{NOBODY}")
    DBTaskResult.objects.exclude(pk=fresh.pk).update(started_at=timezone.now() - timedelta(minutes=1))
    with _locked(held):
        assert requeue_orphans() == 1
    assert DBTaskResult.objects.get(status=TaskResultStatus.READY).pk == free.pk
    assert requeue_orphans() == 1


@pytest.mark.parametrize("number", [os.getpid(), NOBODY], ids=["the same number", "a number not in use here"])
def test_job_of_another_container_with_our_name_is_left_to_it(committed_database: str, number: int) -> None:
    row = DBTaskResult.objects.get(pk=note.enqueue("a").id)
    row.claim(f"{HOST}:{number}")
    with _locked(row):
        assert requeue_orphans(idle=f"{HOST}:{os.getpid()}") == 0
    assert requeue_orphans(idle=f"{HOST}:{os.getpid()}") == 1
