"""Barrier reports: received from anybody, answered within a month."""

from __future__ import annotations

import calendar
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from staffelstab.core import audit, permissions
from staffelstab.core.actors import ANONYMOUS, Actor
from staffelstab.core.days import day_of
from staffelstab.core.errors import DomainError
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.portal.models import BarrierReport


class NobodyResponsible(DomainError):
    """The installation has no organisation yet that could answer."""

    code = "portal.nobody_responsible"
    template = _("This installation has no organisation yet that could answer. Please write to the operator.")


class AlreadyAnswered(DomainError):
    """Somebody else has answered in the meantime."""

    code = "portal.already_answered"
    status = 409
    template = _("This report has already been answered.")


def month_later(day: date) -> date:
    """The same day of the next month, or its last day (§ 12b (4) BGG: within one month)."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def report_barrier(*, text: str, page: str, contact: str, actor: Actor, now: datetime) -> BarrierReport:
    """Take a report. It goes to the reporter's organisation, or to the operator's when nobody is signed in.

    Raises NobodyResponsible.
    """
    organisation_id = actor.organisation_id or _operator_id()
    if organisation_id is None:
        raise NobodyResponsible
    with activate(TenancyContext(organisation_id=organisation_id)):
        report: BarrierReport = BarrierReport.objects.create(
            organisation_id=organisation_id,
            text=text,
            page=page,
            contact=contact,
            received_at=now,
            answer_by=month_later(day_of(now)),
        )
        # Whoever reports a barrier need not be named: the trail says that a report came in.
        audit.record(ANONYMOUS, "portal.barrier.reported", report, at=now)
    return report


@transaction.atomic
def answer_barrier(*, report: BarrierReport, answer: str, actor: Actor, now: datetime) -> BarrierReport:
    """Record the answer. Raises PermissionRefused, AlreadyAnswered."""
    permissions.require(actor, "portal.barrier.answer", report)
    report = BarrierReport.objects.select_for_update().get(pk=report.pk)
    if report.answered_at is not None:
        raise AlreadyAnswered
    report.answer, report.answered_at = answer, now
    report.save(update_fields=["answer", "answered_at"])
    audit.record(actor, "portal.barrier.answered", report, at=now)
    return report


def _operator_id() -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_operator_id()")
        found = cursor.fetchone()[0]
    return UUID(str(found)) if found else None
