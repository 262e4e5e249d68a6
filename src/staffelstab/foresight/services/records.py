"""The record of an organisation's head figures, one row per quarter, so that the next one can be compared."""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.db import transaction

from staffelstab.core import audit, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.tenancy import context
from staffelstab.foresight.models import RiskRecord
from staffelstab.foresight.selectors import risks


@transaction.atomic
def record_quarter(*, actor: Actor, today: dt.date, now: dt.datetime) -> RiskRecord:
    """Write the figures of `today` into the row of the current quarter; the last record of a quarter remains.

    Raises PermissionRefused.
    """
    permissions.require(actor, "foresight.record.write")
    picture = risks.assessment(actor=actor, as_of=today)
    figures = dataclasses.asdict(risks.head_figures(picture))
    row: RiskRecord
    row, created = RiskRecord.objects.update_or_create(
        organisation_id=context.current_organisation(),
        quarter=picture.quarter.index,
        defaults={"recorded_on": today, **figures},
    )
    if created:
        # One entry per quarter: the daily repetition is no news.
        audit.record(actor, "foresight.quarter.recorded", row, at=now)
    return row
