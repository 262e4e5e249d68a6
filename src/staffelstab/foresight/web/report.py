"""How a report is drawn as a page: the same document as in the files, with its charts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy

from staffelstab.core.ui.charts import Chart, ChartTable
from staffelstab.core.ui.tables import Text
from staffelstab.foresight.domain.report_document import Document, Table
from staffelstab.foresight.enums import ReportState
from staffelstab.foresight.models import Report
from staffelstab.foresight.selectors.report_files import ShownSection, shown_table
from staffelstab.foresight.selectors.reports import AT_WORK
from staffelstab.foresight.services.reports import is_stuck

TONES: Final[Mapping[str, str]] = {
    ReportState.QUEUED: "info",
    ReportState.RUNNING: "info",
    ReportState.READY: "ok",
    ReportState.FAILED: "critical",
}
_STEPS: Final[Mapping[str, Text]] = {
    "": gettext_lazy("The report is about to be made."),
    "figures": gettext_lazy("Reading the register and computing risks and exits"),
    "words": gettext_lazy("Writing the report"),
    "draw": gettext_lazy("Drawing charts and pages"),
    "keep": gettext_lazy("Completing"),
}
_PATIENCE: Final = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a report that is being made stands. `percent` None while it waits."""

    running: bool
    stalled: bool
    stuck: bool
    step: Text
    percent: int | None


def progress_of(report: Report, *, now: dt.datetime) -> Progress:
    """What the page says while the job is at work."""
    running = report.state in AT_WORK
    total = report.progress_total
    return Progress(
        running=running,
        stalled=running and now - report.changed_at > _PATIENCE,
        stuck=is_stuck(report, now),
        step=_STEPS.get(report.progress_step, _STEPS[""]),
        percent=round(100 * report.progress_done / total) if total else None,
    )


def sections_of(document: Document) -> list[ShownSection]:
    """The sections with their tables; a table with a picture stands in the chart."""
    return [
        ShownSection(
            section=section,
            tables=tuple(shown_table(table, picture=_chart(table)) for table in section.tables),
        )
        for section in document.sections
    ]


def _chart(table: Table) -> Chart | None:
    if table.picture is None:
        return None
    drawn = shown_table(table)
    return Chart(
        key=f"chart-{table.key}",
        title=table.picture.title,
        description=table.picture.description,
        definition=table.picture.definition,
        table=ChartTable(
            heads=[head for head, _numeric in drawn.heads],
            rows=[[cell for cell, *_rest in row] for row in drawn.rows],
        ),
    )
