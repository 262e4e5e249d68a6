"""The worker: what fails is marked, what a killed worker left behind is done again, nothing personal stays."""

from __future__ import annotations

import os
import socket
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from staffelstab.core.management.commands.worker import alive, requeue_orphans
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
