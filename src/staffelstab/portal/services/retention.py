"""How long the portal keeps what was reported."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from staffelstab.core import retention
from staffelstab.portal.models import BarrierReport


def _answered() -> QuerySet[BarrierReport]:
    return BarrierReport.objects.filter(answered_at__isnull=False)


RULES = (
    retention.Rule(
        code="portal.barrier",
        label=_("Answered barrier reports"),
        gone=_("Reported barriers with the contact given and the answer."),
        reason=_("To show that reports were answered within a month (§ 12b BGG)."),
        rows=_answered,
        moment="answered_at",
        default_days=1095,
        minimum_days=30,
    ),
)
