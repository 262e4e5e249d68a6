"""Background work of the foresight module: the news of a requested report becomes a job of its own.

The subscriber only enqueues: delivery runs inside one transaction, while a report needs several.
"""

from __future__ import annotations

from uuid import UUID

from django.tasks import task
from django.utils import timezone

from staffelstab.core.outbox import Event
from staffelstab.foresight.services import reports


@task()
def make_report(organisation_id: str, report_id: str) -> None:
    """Make a requested report."""
    reports.make(organisation_id=UUID(organisation_id), report_id=UUID(report_id), now=timezone.now())


def on_report_requested(event: Event) -> None:
    """A report was requested: have it made."""
    make_report.enqueue(str(event.organisation_id), str(event.payload["report_id"]))
