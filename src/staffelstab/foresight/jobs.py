"""Background work of the foresight module."""

from __future__ import annotations

from uuid import UUID

from django.tasks import task
from django.utils import timezone

from staffelstab.core.actors import system_actor
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.foresight.services.records import record_quarter


@task()
def record_risks(organisation_id: str) -> None:
    """Record the head figures of one organisation. Safe to repeat."""
    key = UUID(organisation_id)
    with activate(TenancyContext(organisation_id=key)):
        actor = system_actor(organisation_id=key, reason="record_risks")
        record_quarter(actor=actor, today=timezone.localdate(), now=timezone.now())
