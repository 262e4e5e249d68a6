"""Changing the assumptions of an organisation."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from staffelstab.core import audit, editions, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import DomainError, Stale, on_violation
from staffelstab.core.tenancy import context
from staffelstab.foresight.models import RiskSettings


class ReasonMissing(DomainError):
    """Other figures need a reason that a council or an auditor can read."""

    code = "foresight.reason_missing"
    template = _("Please give a reason for the change: it stands beside every figure.")


def edition_of(row: RiskSettings) -> str:
    """A short text that changes with the assumptions; a form carries it."""
    return editions.edition((f"{Decimal(row.turnover):.4f}", row.lead_quarters))


@transaction.atomic
def change_assumptions(
    *,
    turnover: Decimal,
    lead_quarters: int,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    seen: str | None = None,
) -> RiskSettings:
    """Set yearly turnover (share 0 … 1) and lead time in quarters. Unchanged values change nothing.

    The figures follow at once: the assumptions are part of the key under which results are kept.
    ``seen``: their :func:`edition_of` when the form was opened.
    Raises PermissionRefused, ReasonMissing, ValidationError, Stale when somebody else has changed them since, or two
    people save for the first time at once.
    """
    permissions.require(actor, "foresight.settings.edit")
    found = RiskSettings.objects.select_for_update().first()
    row = found or RiskSettings(organisation_id=context.current_organisation())
    before = {"turnover": Decimal(row.turnover), "lead_quarters": row.lead_quarters}
    after = {"turnover": turnover, "lead_quarters": lead_quarters}
    changes = audit.differences(before, after)
    if not changes:
        return row
    editions.compare(edition_of(row), seen)
    if not reason.strip():
        raise ReasonMissing
    row.turnover, row.lead_quarters = turnover, lead_quarters
    row.reason, row.changed_at, row.changed_by = reason.strip(), now, actor.display_name[:200]
    row.clean_fields(exclude=("organisation",))
    with on_violation({"risk_settings_once": Stale()}), transaction.atomic():
        row.save()
    shown = {
        name: (f"{old:f}", f"{new:f}") if name == "turnover" else (old, new)
        for name, (old, new) in changes.items()
    }
    audit.record(
        actor, "foresight.settings.changed", row, at=now, changes={**shown, "reason": (None, row.reason)}
    )
    return row
