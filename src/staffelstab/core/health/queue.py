"""How the queue of jobs is doing, computed from its table: true for any number of workers on any machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

_FIGURES = """SELECT
  count(*) FILTER (WHERE status = 'READY' AND due <= %(now)s),
  count(*) FILTER (WHERE status = 'READY' AND due > %(now)s),
  count(*) FILTER (WHERE status = 'RUNNING'),
  count(*) FILTER (WHERE status = 'SUCCESSFUL'),
  count(*) FILTER (WHERE status = 'FAILED'),
  count(*) FILTER (WHERE status = 'SUCCESSFUL' AND finished_at > %(hour)s),
  count(*) FILTER (WHERE status = 'FAILED' AND finished_at > %(hour)s),
  min(due) FILTER (WHERE status = 'READY' AND due <= %(now)s),
  min(started_at) FILTER (WHERE status = 'RUNNING')
FROM (SELECT status, finished_at, started_at,
        CASE WHEN run_after > '9000-01-01' THEN enqueued_at ELSE run_after END AS due
      FROM django_tasks_database_dbtaskresult) AS job"""


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """Numbers of jobs; ``planned`` are not due yet. Finished ones are kept for 14 days."""

    waiting: int
    planned: int
    running: int
    succeeded: int
    failed: int
    succeeded_last_hour: int
    failed_last_hour: int
    oldest_waiting: timedelta
    """How long the oldest waiting job has been due; zero when none waits."""
    longest_running: timedelta

    @property
    def success_rate(self) -> float | None:
        """Share of the jobs finished in the last hour that succeeded; None when none finished."""
        finished = self.succeeded_last_hour + self.failed_last_hour
        return self.succeeded_last_hour / finished if finished else None


def figures(now: datetime) -> QueueFigures:
    """Read the figures: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"now": now, "hour": now - timedelta(hours=1)})
        row = cursor.fetchone()
    none = timedelta()
    waiting, planned, running, succeeded, failed, succeeded_last_hour, failed_last_hour = map(int, row[:7])
    oldest, longest = row[7:]
    return QueueFigures(
        waiting=waiting,
        planned=planned,
        running=running,
        succeeded=succeeded,
        failed=failed,
        succeeded_last_hour=succeeded_last_hour,
        failed_last_hour=failed_last_hour,
        oldest_waiting=max(now - oldest, none) if oldest else none,
        longest_running=max(now - longest, none) if longest else none,
    )
