"""The assumptions an organisation computes with, and how they came about."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

from django.db.models import QuerySet

from staffelstab.core import audit, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.models import AuditEntry
from staffelstab.foresight.domain.exits import DEFAULT_TURNOVER
from staffelstab.foresight.domain.risk import DEFAULT_LEAD
from staffelstab.foresight.models import RiskSettings


@dataclasses.dataclass(frozen=True, slots=True)
class Assumptions:
    """`turnover`: yearly share 0 … 1; `lead`: quarters before the red one in which to act; the reason for both."""

    turnover: float = DEFAULT_TURNOVER
    lead: int = DEFAULT_LEAD
    reason: str = ""


def current() -> Assumptions:
    """The assumptions of the active organisation; the defaults until it enters its own. One query."""
    row = RiskSettings.objects.values_list("turnover", "lead_quarters", "reason").first()
    return Assumptions(float(row[0]), row[1], row[2]) if row else Assumptions()


def settings_for_edit(actor: Actor) -> RiskSettings:
    """The row to edit, not saved yet when there is none. Raises PermissionRefused."""
    permissions.require(actor, "foresight.settings.edit")
    found = RiskSettings.objects.first()
    return found or RiskSettings(turnover=Decimal(str(DEFAULT_TURNOVER)), lead_quarters=DEFAULT_LEAD)


def settings_history(actor: Actor) -> QuerySet[AuditEntry]:
    """Changes of the assumptions, newest first. Raises PermissionRefused."""
    return audit.history(settings_for_edit(actor))
