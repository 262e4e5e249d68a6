"""How long reports stay."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from staffelstab.core import retention
from staffelstab.foresight.models import Report
from staffelstab.foresight.selectors.reports import AT_WORK
from staffelstab.foresight.services.reports import forget_files


def _reports() -> QuerySet[Report]:
    """Reports nobody is making."""
    return Report.objects.exclude(state__in=AT_WORK)


def _delete_reports(rows: QuerySet[Any]) -> int:
    forget_files(rows.only("stored_as"))
    return retention.delete_rows(rows)


RULES = (
    retention.Rule(
        code="foresight.report",
        label=_("Reports on exits and knowledge"),
        gone=_("Reports with their figures, their explanation and their PDF."),
        reason=_("To compare over the years and to explain what a council was shown; they hold no names."),
        rows=_reports,
        moment="requested_at",
        default_days=3650,
        minimum_days=365,
        maximum_days=10950,
        delete=_delete_reports,
    ),
)
