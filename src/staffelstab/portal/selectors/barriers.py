"""Reads of barrier reports."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import QuerySet

from staffelstab.core import permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.portal.models import BarrierReport


def reports(*, actor: Actor) -> QuerySet[BarrierReport]:
    """The organisation's reports, open ones first, then by the day they are due. Raises PermissionRefused."""
    permissions.require(actor, "portal.barrier.answer")
    return BarrierReport.objects.order_by(
        models.F("answered_at").desc(nulls_first=True), "answer_by", "id"
    ).fetch_mode(models.FETCH_RAISE)


def report(*, actor: Actor, barrier_id: UUID) -> BarrierReport:
    """One report. Raises NotFound."""
    found = reports(actor=actor).filter(pk=barrier_id).first()
    if found is None:
        raise NotFound
    return found
