"""The day's work that was handed out per organisation, done at once in the test's own transaction."""

from __future__ import annotations

from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from staffelstab.core import jobs


def do_what_was_handed_out() -> int:
    """Do each job that waits; returns how many there were. The first that fails raises."""
    waiting = DBTaskResult.objects.filter(
        task_path=jobs.run_daily_in.module_path, status=TaskResultStatus.READY
    )
    for row in waiting:
        jobs.run_daily_in.func(*row.args_kwargs["args"])
    return len(waiting)
