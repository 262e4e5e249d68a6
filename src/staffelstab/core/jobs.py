"""Background work: Django Tasks with the database queue. A job takes ids, opens the tenancy and makes one call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore
from django.tasks import task
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from staffelstab.core.tenancy.context import TenancyContext, activate

KEPT = timedelta(days=14)
"""How long a finished job is kept, for whoever asks what happened."""

deliverers: list[Callable[[UUID, UUID, str], None]] = []
"""Filled by ``core.outbox``: the queue knows the function, not the other way round."""


@task()
def deliver(organisation_id: str, event_id: str, path: str) -> None:
    """Deliver one outbox event to one subscriber."""
    for function in deliverers:
        function(UUID(organisation_id), UUID(event_id), path)


def forget_old() -> None:
    """Remove the jobs that were finished long ago."""
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - KEPT).delete()


@task()
def daily() -> None:
    """Plan the next day's work, then hand out this day's."""
    plans = import_module("staffelstab.core.daily")  # it plans this very job
    plans.plan(at=plans.next_run(timezone.now()))
    SessionStore.clear_expired()
    forget_old()
    for path in plans.registered():
        run_daily.enqueue(path)


@task()
def run_daily(path: str) -> None:
    """Do one piece of the day's work."""
    import_string(path)(now=timezone.now())


@task()
def run_daily_in(path: str, organisation_id: str, now: str) -> None:
    """Do one piece of the day's work in one organisation."""
    house = UUID(organisation_id)
    with activate(TenancyContext(organisation_id=house)):
        import_string(path)(organisation_id=house, now=datetime.fromisoformat(now))
