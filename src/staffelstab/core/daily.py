"""Work that is due once a day, run by the worker itself: no timer of the operating system is needed.

Modules register a function; each day's job plans the next day's first and then hands every registered function to
the queue as a job of its own, so that one that fails holds up no other. What is due in every organisation is handed
out once more, one job for each (``hand_out``): a house whose data trip it over does not keep the others waiting, and
its failed job is seen in the queue's figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from staffelstab.core import jobs
from staffelstab.core.days import day_of

HOUR = 3
_LOCK = 7_305_112  # any number that nothing else locks

_paths: list[str] = []


def register(path: str) -> None:
    """Add a function ``(now: datetime) -> None`` by its dotted path. It must be safe to repeat."""
    if path not in _paths:
        _paths.append(path)


def registered() -> tuple[str, ...]:
    """The paths in the order of registration."""
    return tuple(_paths)


def next_run(now: datetime) -> datetime:
    """The next time it is three in the morning here."""
    local = timezone.localtime(now)  # noqa: TID251 - converts, reads no clock
    day = day_of(now) + timedelta(days=1 if local.hour >= HOUR else 0)
    return timezone.make_aware(datetime.combine(day, time(HOUR)))


@transaction.atomic
def hand_out(path: str, organisation_ids: Iterable[UUID], *, now: datetime) -> None:
    """Queue a function ``(organisation_id: UUID, now: datetime) -> None`` for each organisation.

    It runs in the organisation's tenancy, in one transaction, and must be safe to repeat.
    """
    for organisation_id in organisation_ids:
        jobs.run_daily_in.enqueue(path, str(organisation_id), now.isoformat())


@transaction.atomic
def plan(*, at: datetime | None) -> bool:
    """Have the day's work done at ``at`` (``None``: now), unless it is planned already. Returns whether it was not.

    Several workers may ask at once: one of them plans.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    waiting = DBTaskResult.objects.filter(
        task_path=jobs.daily.module_path, status=TaskResultStatus.READY
    ).exists()
    if waiting:
        return False
    jobs.daily.using(run_after=at).enqueue()
    return True
