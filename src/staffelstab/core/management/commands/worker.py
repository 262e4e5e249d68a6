"""``staffelstab worker``: runs the jobs of the database queue."""

from __future__ import annotations

import logging
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DEFAULT_DB_ALIAS, close_old_connections, connection, connections, transaction
from django.db import Error as DatabaseFault
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from staffelstab.core import attempts, daily, jobs
from staffelstab.core.outages import Outage, outage

logger = logging.getLogger("staffelstab.worker")

_LOOK = 15.0  # seconds between looks for jobs of killed workers
_LONGEST_PAUSE = 15.0  # seconds between attempts to reach the database


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


def requeue_orphans(*, idle: str = "") -> int:
    """Give jobs of killed workers back to the queue; jobs are safe to repeat. Returns how many.

    Nobody holds the lock of such a job. A worker of this machine is known to be dead by its process number, the one
    that says it is `idle` by its word; but two containers may share name and number, so that they are asked for the
    lock, too. Of any other (another machine, a container that has gone) it tells a while after the job was claimed.
    """
    count = 0
    for row in DBTaskResult.objects.running():
        worker_id = row.worker_ids[-1] if row.worker_ids else ""
        gone = worker_id == idle or not alive(worker_id) or _claimed_long_ago(row)
        if not gone or _is_locked(row):
            continue
        # Another worker may have been quicker: the state is asked for again where it is changed.
        count += DBTaskResult.objects.running().filter(pk=row.pk).update(status=TaskResultStatus.READY)
    return count


_CLAIMED = timedelta(
    seconds=30
)  # from the claim to the lock it is a moment; this is a machine that was very busy
_KEY = "hashtextextended('job:' || %s, 0)"


def _claimed_long_ago(row: DBTaskResult) -> bool:
    return row.started_at is not None and timezone.now() - row.started_at >= _CLAIMED


def _is_locked(row: DBTaskResult) -> bool:
    """Whether a worker holds the job's lock."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({_KEY})", [str(row.pk)])
        return not cursor.fetchone()[0]


@contextmanager
def _locked(row: DBTaskResult) -> Iterator[None]:
    """Hold the job's lock while it runs, in a transaction of a connection of its own.

    It ends with the worker, however that ends and wherever it ran, and needs no session behind a pool.
    """
    second = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with second.cursor() as cursor:
            cursor.execute("BEGIN")
            # The job may take longer than the server lets transactions idle.
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute(f"SELECT pg_advisory_xact_lock({_KEY})", [str(row.pk)])
        try:
            yield
        finally:
            # Closing alone would let the lock stand a moment longer, until the server has noticed. After an outage the
            # server has forgotten it already.
            with suppress(DatabaseFault), second.cursor() as cursor:
                cursor.execute("ROLLBACK")
    finally:
        second.close()


class QuietWorker(Worker):
    """A worker whose results name the place of a failure, not its message, which may quote personal values.

    An outage is no failure of a job: the job waits until it is over, and so does the worker.
    """

    def run_task(self, db_task_result: DBTaskResult) -> None:
        """Run one job; of a failure the class and the path through the code remain."""
        # The library calls this with whatever a job raised.
        db_task_result.set_failed = partial(self._note, db_task_result, db_task_result.set_failed)
        with _locked(db_task_result), attempts.numbered(len(db_task_result.worker_ids)):
            super().run_task(db_task_result)
        if db_task_result.traceback:
            db_task_result.traceback = places(db_task_result.traceback)
            db_task_result.save(update_fields=["traceback"])

    @staticmethod
    def _note(row: DBTaskResult, set_failed: Callable[[BaseException], None], error: BaseException) -> None:
        found = outage(error)
        if found is Outage.UNREACHABLE and isinstance(error, Exception):
            raise error  # nothing can be noted now; `work` gives the job back
        if found is None or not attempts.comes_again(error):
            set_failed(error)
            return
        logger.warning("a job met an outage and waits: %s", found.value, extra={"job": str(row.pk)})
        row.status, row.run_after = TaskResultStatus.READY, timezone.now() + _wait(len(row.worker_ids))
        row.save(update_fields=["status", "run_after"])

    def work(self, *, interval: float, begin: Callable[[], object]) -> None:
        """Run jobs until told to stop; look after those of killed workers; wait while the database is away."""
        pause, begun, looked = interval, False, 0.0
        while self.running:
            try:
                close_old_connections()
                if not begun:
                    begin()
                    begun = True
                if time.monotonic() - looked > _LOOK:
                    requeue_orphans(idle=self.worker_id)
                    looked = time.monotonic()
                self.run()
                pause = interval
            except DatabaseFault as error:
                if outage(error) is None:
                    raise
                logger.warning("the worker waits for the database", extra={"exception": type(error).__name__})
                connection.close()
                pause, looked = min(max(2 * pause, 1.0), _LONGEST_PAUSE), 0.0
            if self.running:
                time.sleep(pause)


def _wait(attempts: int) -> timedelta:
    return timedelta(seconds=min(2**attempts, 60))


_PLACE = re.compile(r'^  File "[^"\n]*", line \d+, in \S+$', re.MULTILINE)


def places(traceback: str) -> str:
    """The lines of a traceback that name files and functions."""
    return "\n".join(_PLACE.findall(traceback))


class Command(BaseCommand):
    """Run jobs until stopped."""

    help = "Run background jobs from the database queue."
    # The checks load every screen; `prepare`, `migrate` and `check` run them before a worker starts.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """``--once`` empties the queue and ends."""
        parser.add_argument("--once", action="store_true", help="work off the queue, then end")
        parser.add_argument(
            "--interval", type=float, default=0.5, help="seconds between looks at an empty queue"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Work."""
        worker = QuietWorker(
            queue_names=["*"],
            interval=options["interval"],
            batch=True,  # a run ends with an empty queue; `work` goes on
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=f"{socket.gethostname()}:{os.getpid()}",
            excluded_queue_names=[],
        )
        if options["once"]:
            requeue_orphans()
            jobs.forget_old()
            worker.run()
            return
        # It says at every look that the queue is empty.
        logging.getLogger("django_tasks_db").setLevel(logging.WARNING)
        worker.configure_signals()
        worker.work(interval=options["interval"], begin=_begin)


def _begin() -> None:
    jobs.forget_old()
    daily.plan(at=None)
