"""Background work: Django Tasks with the database queue. A job takes ids, opens the tenancy and makes one call."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore
from django.tasks import task
from django.utils import timezone
from django.utils.module_loading import import_string

deliverers: list[Callable[[UUID, UUID, str], None]] = []
"""Filled by ``core.outbox``: the queue knows the function, not the other way round."""


@task()
def deliver(organisation_id: str, event_id: str, path: str) -> None:
    """Deliver one outbox event to one subscriber."""
    for function in deliverers:
        function(UUID(organisation_id), UUID(event_id), path)


@task()
def daily() -> None:
    """Plan the next day's work, then hand out this day's."""
    plans = import_module("staffelstab.core.daily")  # it plans this very job
    plans.plan(at=plans.next_run(timezone.now()))
    SessionStore.clear_expired()
    for path in plans.registered():
        run_daily.enqueue(path)


@task()
def run_daily(path: str) -> None:
    """Do one piece of the day's work."""
    import_string(path)(now=timezone.now())
