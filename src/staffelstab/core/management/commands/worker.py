"""``staffelstab worker``: runs the jobs of the database queue."""

from __future__ import annotations

import os
import re
import socket
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

_KEPT = timedelta(days=14)


def alive(worker_id: str) -> bool:
    """Whether a worker of this machine still runs; workers of other machines count as alive."""
    host, _, pid = worker_id.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def requeue_orphans() -> int:
    """Give jobs of killed workers of this machine back to the queue; jobs are safe to repeat. Returns how many."""
    count = 0
    for row in DBTaskResult.objects.running():
        if row.worker_ids and not alive(row.worker_ids[-1]):
            row.status = TaskResultStatus.READY
            row.save(update_fields=["status"])
            count += 1
    return count


class QuietWorker(Worker):
    """A worker whose results name the place of a failure, not its message, which may quote personal values."""

    def run_task(self, db_task_result: DBTaskResult) -> None:
        """Run one job; of a failure the class and the path through the code remain."""
        super().run_task(db_task_result)
        if db_task_result.traceback:
            db_task_result.traceback = places(db_task_result.traceback)
            db_task_result.save(update_fields=["traceback"])


_PLACE = re.compile(r'^  File "[^"\n]*", line \d+, in \S+$', re.MULTILINE)


def places(traceback: str) -> str:
    """The lines of a traceback that name files and functions."""
    return "\n".join(_PLACE.findall(traceback))


class Command(BaseCommand):
    """Run jobs until stopped."""

    help = "Run background jobs from the database queue."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--once`` empties the queue and ends."""
        parser.add_argument("--once", action="store_true", help="work off the queue, then end")
        parser.add_argument(
            "--interval", type=float, default=0.5, help="seconds between looks at an empty queue"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Work."""
        requeue_orphans()
        DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - _KEPT).delete()
        worker = QuietWorker(
            queue_names=["*"],
            interval=options["interval"],
            batch=options["once"],
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=f"{socket.gethostname()}:{os.getpid()}",
            excluded_queue_names=[],
        )
        if not options["once"]:
            worker.configure_signals()
        worker.run()
