"""Background work: Django Tasks with the database queue. A job takes ids, opens the tenancy and makes one call."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.tasks import task

deliverers: list[Callable[[UUID, UUID, str], None]] = []
"""Filled by ``core.outbox``: the queue knows the function, not the other way round."""


@task()
def deliver(organisation_id: str, event_id: str, path: str) -> None:
    """Deliver one outbox event to one subscriber."""
    for function in deliverers:
        function(UUID(organisation_id), UUID(event_id), path)
