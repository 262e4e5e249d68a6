"""The exits forecast: of the own people, of an age table, and how it is computed."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from staffelstab.core import list_files
from staffelstab.core.ui import kept
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.foresight.domain.exits import Scenario
from staffelstab.foresight.domain.forecast import Forecast, forecast_age_structure
from staffelstab.foresight.domain.forecast_ages import steps
from staffelstab.foresight.formats.age_table import TEMPLATE
from staffelstab.foresight.selectors import assumptions
from staffelstab.foresight.selectors.forecast import (
    OrganisationForecast,
    organisation_forecast,
    until_years,
)
from staffelstab.foresight.selectors.sentences import percent_exact
from staffelstab.foresight.web import forecast as drawing
from staffelstab.foresight.web.forms.forecast import DEFAULT_YEARS, AgeTableForm, forecast_query
from staffelstab.foresight.web.views.risk import file_response

PERMISSION = "foresight.forecast.view"


def _own(request: Request) -> tuple[dict[str, Any], OrganisationForecast]:
    today = timezone.localdate(request.now)
    query = forecast_query(request.GET, as_of=today)
    turnover = assumptions.current().turnover if query["with_turnover"] else 0.0
    found = organisation_forecast(
        actor=request.actor,
        as_of=today,
        until=query["until"],
        unit_ids=None if query["unit_id"] is None else {query["unit_id"]},
        turnover=turnover,
        threshold=request.house.group_threshold,
    )
    return query, found


@access(PERMISSION)
@kept.page("foresight", "workforce")
def forecast_board(request: Request) -> HttpResponse:
    """Exits of the organisation's own people."""
    query, found = _own(request)
    scenario: Scenario = query["scenario"]
    last_years = until_years(found.as_of)
    context: dict[str, object] = {
        "found": found,
        "scenario": drawing.SCENARIOS[scenario],
        "turnover": percent_exact(found.turnover),
        "holders": drawing.people(found.holders),
        "unknown": drawing.people(found.unknown) if found.unknown >= found.threshold else "",
        "known": drawing.people(found.holders - found.unknown),
        "not_shown": ", ".join(unit.name for unit in found.not_shown),
        "filters": drawing.filters(
            found,
            request.GET,
            last_years=last_years,
            until=min(found.as_of.year + DEFAULT_YEARS, last_years[-1]),
        ),
        "may_import": request.actor.may("workforce.import.use"),
    }
    if found.periods:
        context |= {
            "finding": drawing.finding(found.periods, scenario),
            **drawing.charts(
                found.periods,
                scenario,
                counted_on=found.as_of,
                share_title=_(
                    "By the end of %(year)s %(share)s of the employees whose exit is known have left"
                ),
            ),
            "table": drawing.periods_table(found.periods, scenario),
            "rounding": drawing.ROUNDING,
            "joined": any(period.years > 1 for period in found.periods),
            "units_table": drawing.units_table(found.units, request.GET),
        }
    template = "foresight/forecast/board.html" + ("#results" if request.htmx else "")
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@access(PERMISSION)
def forecast_export(request: Request) -> HttpResponse:
    """The table of the own people as XLSX or CSV."""
    _query, found = _own(request)
    return file_response(
        request,
        name=_("Exits forecast"),
        heads=drawing.export_heads(),
        rows=drawing.export_rows(found.periods),
        formats=drawing.export_formats(),
    )


@access(PERMISSION, methods=("GET", "POST"))
def forecast_table(request: Request) -> HttpResponse:
    """An age table in, its forecast out: on the page, or as a file. Nothing is stored."""
    today = timezone.localdate(request.now)
    if request.method != "POST":
        form = AgeTableForm(initial={"date": today, "until": today.year + 2 * DEFAULT_YEARS})
        return render(request, "foresight/forecast/table.html", {"form": form})
    form = AgeTableForm.of_request(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "foresight/forecast/table.html", {"form": form}, status=422)
    until, turnover = form.cleaned_data["until"], form.share
    structure = form.structure
    found = forecast_age_structure(structure, until=until, turnover=turnover)
    periods = drawing.yearly(found)
    if kind := request.POST.get("format", ""):
        rows = drawing.export_rows(periods)
        as_csv = kind == "csv"
        heads = drawing.export_heads()
        content = (
            list_files.render_csv(heads, rows)
            if as_csv
            else list_files.render_xlsx(_("Age table"), heads, rows, formats=drawing.export_formats())
        )
        return _attachment(
            content,
            kind=list_files.CSV_TYPE if as_csv else list_files.XLSX_TYPE,
            name=list_files.file_name(_("Age table"), day=structure.date, ending="csv" if as_csv else "xlsx"),
        )
    groups: dict[str, Forecast] = {
        group or _("without group"): forecast_age_structure(
            structure.of_group(group), until=until, turnover=turnover
        )
        for group in structure.groups
    }
    context = {
        "form": form,
        "result": True,
        "counted_on": structure.date,
        "total": drawing.people(structure.total),
        "finding": drawing.finding(periods, Scenario.REGULAR),
        "turnover": percent_exact(turnover),
        **drawing.charts(
            periods,
            Scenario.REGULAR,
            counted_on=structure.date,
            share_title=_("By the end of %(year)s %(share)s of the people counted have left"),
        ),
        "groups_chart": drawing.groups_chart(groups, Scenario.REGULAR) if len(groups) > 1 else None,
        "table": drawing.periods_table(periods, Scenario.REGULAR),
        "rounding": drawing.ROUNDING,
    }
    return render(request, "foresight/forecast/table.html", context)


@access(PERMISSION)
def forecast_template(request: Request) -> HttpResponse:  # noqa: ARG001 - the same for everybody
    """An age table to fill in."""
    return _attachment(
        TEMPLATE,
        kind=list_files.CSV_TYPE,
        name="altersstruktur-vorlage.csv",
    )


@access(PERMISSION)
def forecast_method(request: Request) -> HttpResponse:
    """How the forecast is computed: law, assumptions, protection of small groups."""
    context = {
        "rules": drawing.law_tables(steps()),
        "turnover": percent_exact(assumptions.current().turnover),
        "threshold": request.house.group_threshold,
    }
    return render(request, "foresight/forecast/method.html", context)


def _attachment(content: bytes, *, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers=list_files.attachment(name))
