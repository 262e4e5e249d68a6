"""The risk board, its export, and the page that says how risks are computed."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from staffelstab.core import list_files
from staffelstab.core.ui import kept
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.selectors import assumptions
from staffelstab.foresight.selectors.board import Board, BoardPage, board_export, board_page
from staffelstab.foresight.selectors.details import LOOK
from staffelstab.foresight.selectors.sentences import percent_exact
from staffelstab.foresight.web import board as drawing
from staffelstab.foresight.web import example, finding, steps
from staffelstab.foresight.web.forms.risk import board_query


@access("foresight.risk.view")
def risk_index(_request: Request) -> HttpResponse:
    """The section opens with the board."""
    return redirect("foresight:risk_board")


@access("foresight.risk.view")
@kept.page("foresight", "vocabulary", "workforce")
def risk_board(request: Request) -> HttpResponse:
    """The board. Names are shown for a task that was chosen, and every look at an exit is logged."""
    query, task_id = board_query(request.GET)
    shown = board_page(
        actor=request.actor,
        as_of=timezone.localdate(request.now),
        query=query,
        task_id=task_id,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    if shown.details:
        request.looks.extend((LOOK, holder.subject_id) for holder in shown.details.holders)
    template = "foresight/risk/board.html"
    response = render(
        request, template + ("#results" if request.htmx else ""), _board_context(request, shown)
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


def _board_context(request: Request, shown: BoardPage) -> dict[str, object]:
    board, details = shown.board, shown.details
    return {
        "board": board,
        "page": shown.page,
        "details": details,
        "selected": shown.selected,
        "urgent": shown.urgent,
        "red_tone": details.red_tone(board.query.quarter) if details else "",
        "filters": drawing.filters(shown, request.GET),
        "turnover": percent_exact(board.picture.assessment.turnover),
        "bars": drawing.bars(board, request.GET),
        "pressing": finding.pressing(shown),
        "red_only": finding.red_only(board, request.GET),
        "matrix": drawing.matrix(board, request.GET),
        "exit_labels": tuple(drawing.EXIT_LABELS.values()),
        "table": drawing.table(shown, request.GET),
        "facts": drawing.facts(details, board.picture.quarter) if details else [],
        "rest_risk": drawing.risk_number(details.rest_risk) if details else "",
        "holders": [(each.name, drawing.holder_text(each)) for each in details.holders] if details else [],
        "withheld": drawing.withheld_text(details.withheld) if details else "",
        "steps": steps.next_steps(details) if details and details.may_record else [],
        "figures": drawing.figures(shown),
        "scope_total": int(board.scope.sum()),
        "may_import": request.actor.may("workforce.import.use"),
    }


@access("foresight.risk.view")
def risk_export(request: Request) -> HttpResponse:
    """The list of the board, all pages, as XLSX or CSV."""
    query, _task_id = board_query(request.GET)
    found = board_export(actor=request.actor, as_of=timezone.localdate(request.now), query=query)
    return file_response(request, name=_("Knowledge risk"), heads=_export_heads(), rows=_export_rows(found))


def _export_heads() -> list[str]:
    return [
        _("Key"),
        _("Task"),
        _("Unit"),
        _("Service"),
        _("Red from"),
        _("Act by"),
        _("Can do it"),
        _("Position risk"),
        _("Exit risk"),
        _("Rest risk"),
    ]


def _export_rows(board: Board) -> list[list[list_files.Value]]:
    return [
        [
            row.task.key,
            row.task.title,
            row.task.unit.name,
            row.task.service_key,
            label(row.red),
            label(row.act_by),
            row.holders,
            row.position_risk,
            row.exit_risk,
            round(row.rest_risk, 2),
        ]
        for row in board.rows()
    ]


def label(quarter: Quarter | None) -> str | None:
    """A quarter for people, nothing for none."""
    return None if quarter is None else quarter.label


def file_response(
    request: Request,
    *,
    name: str,
    heads: list[str],
    rows: list[list[list_files.Value]],
    formats: Mapping[int, str] | None = None,
) -> HttpResponse:
    """A list as the file that the parameter ``format`` asks for; XLSX unless it says csv.

    `formats`: as for ``list_files.render_xlsx``.
    """
    as_csv = request.GET.get("format") == "csv"
    content = (
        list_files.render_csv(heads, rows)
        if as_csv
        else list_files.render_xlsx(name, heads, rows, formats=formats)
    )
    day = timezone.localdate(request.now)
    return HttpResponse(
        content,
        content_type=list_files.CSV_TYPE if as_csv else list_files.XLSX_TYPE,
        headers=list_files.attachment(
            list_files.file_name(name, day=day, ending="csv" if as_csv else "xlsx")
        ),
    )


@access("foresight.risk.view")
def risk_method(request: Request) -> HttpResponse:
    """How risks are computed, with the assumptions of the house."""
    current = assumptions.current()
    context = {
        "turnover": percent_exact(current.turnover),
        "assumptions": current,
        "example": example.sentences(current, Quarter.from_date(timezone.localdate(request.now))),
        "may_edit": request.actor.may("foresight.settings.edit"),
    }
    return render(request, "foresight/risk/method.html", context)
