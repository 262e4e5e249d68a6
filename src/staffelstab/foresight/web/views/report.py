"""Reports: the list, the request, the page with its files, trying again, deleting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from staffelstab.core import list_files
from staffelstab.core.errors import DomainError, NotFound
from staffelstab.core.ids import new_id
from staffelstab.core.ui.access import access
from staffelstab.core.ui.paging import keyset_page
from staffelstab.core.ui.requests import Request
from staffelstab.core.ui.tables import Column, Table
from staffelstab.foresight.enums import ReportState
from staffelstab.foresight.models import Report
from staffelstab.foresight.selectors import reports as selectors
from staffelstab.foresight.selectors.report_files import FORMATS, document_of, file_of
from staffelstab.foresight.services import reports as services
from staffelstab.foresight.web.forms.report import ReportForm
from staffelstab.foresight.web.report import TONES, progress_of, sections_of


@access("foresight.report.view")
def report_list(request: Request) -> HttpResponse:
    """All reports the actor may read, the latest first."""
    page = keyset_page(
        selectors.list_reports(actor=request.actor), order=("-requested_at", "-pk"), query=request.GET
    )
    may_make = request.actor.may("foresight.report.make")
    table = Table(
        caption=_("Reports"),
        columns=_columns(),
        rows=page.rows,
        query=request.GET,
        empty_title=_("No report yet"),
        empty_text=_(
            "A report shows exits, risks, coverage and measures of the house or of a unit on a few pages, without "
            "names."
        ),
        empty_url=reverse("foresight:report_create") if may_make else "",
        empty_action=_("Make a report") if may_make else "",
    )
    context = {
        "table": table,
        "page": page,
        "may_make": may_make,
        "may_release": request.actor.may("foresight.release.edit"),
    }
    return render(request, "foresight/report/list.html", context)


def _columns() -> tuple[Column, ...]:
    return (
        Column(
            key="subject_name",
            label=_("Subject of the report"),
            primary=True,
            href=lambda row: reverse("foresight:report_detail", args=[row.pk]),
        ),
        Column(key="get_subject_display", label=_("Kind"), optional=True),
        Column(key="as_of", label=_("As of"), value=lambda row: date_format(row.as_of, "SHORT_DATE_FORMAT")),
        Column(
            key="state",
            label=_("Status"),
            template="foresight/report/state.html",
            value=lambda row: (row.get_state_display(), TONES[row.state]),
        ),
        Column(
            key="requested_at",
            label=_("Requested"),
            value=lambda row: _moment(row.requested_at),
            optional=True,
        ),
        Column(key="actor_name", label=_("By"), optional=True),
    )


def _moment(value: Any) -> str:
    return str(date_format(localtime(value), "SHORT_DATETIME_FORMAT"))


@access("foresight.report.make", methods=("GET", "POST"))
def report_create(request: Request) -> HttpResponse:
    """Choose subject and day; a job makes the report."""
    today = timezone.localdate(request.now)
    subjects = selectors.subject_choices(actor=request.actor, today=today)
    form = ReportForm(request.POST or None, subjects=subjects, today=today, initial={"report_id": new_id()})
    if request.method == "POST" and form.is_valid():
        try:
            report = services.request_report(
                report_id=form.cleaned_data["report_id"],
                subject=form.cleaned_data["subject"],
                as_of=form.cleaned_data["as_of"],
                language=translation.get_language() or "de",
                actor=request.actor,
                now=request.now,
            )
        except DomainError as error:
            form.add_error("as_of", error.message)
        else:
            return redirect("foresight:report_detail", report.pk)
    return render(request, "foresight/report/create.html", {"form": form}, status=422 if form.errors else 200)


@access("foresight.report.view")
def report_detail(request: Request, report_id: UUID) -> HttpResponse:
    """The report, or where it stands. Asked again every second while a job is at work."""
    report = selectors.get_report(actor=request.actor, report_id=report_id)
    return _detail(request, report)


def _detail(request: Request, report: Report, *, error: DomainError | None = None) -> HttpResponse:
    document = document_of(report) if report.state == ReportState.READY else None
    context = {
        "report": report,
        "error": error,
        "tone": TONES[report.state],
        "progress": progress_of(report, now=request.now),
        "document": document,
        "sections": sections_of(document) if document else [],
        "formats": FORMATS,
        "previous": selectors.readable(actor=request.actor, report_id=report.previous_id),
        "may_make": request.actor.may("foresight.report.make", report),
    }
    template = "foresight/report/detail.html"
    status = error.status if error else 200
    # What polls gets its part of the page; once the report is ready, the whole page comes with its files.
    return render(request, template + ("#state" if request.htmx else ""), context, status=status)


@access("foresight.report.view")
def report_file(request: Request, report_id: UUID, kind: str) -> HttpResponse:
    """The report as PDF, XLSX or CSV."""
    report = selectors.ready_report(actor=request.actor, report_id=report_id)
    if kind not in FORMATS:
        raise NotFound
    file = file_of(report, kind)
    return HttpResponse(
        file.content,
        content_type=file.content_type,
        headers=list_files.attachment(file.name),
    )


@access("foresight.report.make", methods=("POST",))
def report_retry(request: Request, report_id: UUID) -> HttpResponse:
    """Try a failed report again."""
    report = selectors.get_report(actor=request.actor, report_id=report_id, permission=selectors.MAKE)
    try:
        services.retry_report(report=report, actor=request.actor, now=request.now)
    except DomainError as error:
        return _detail(request, report, error=error)
    return redirect("foresight:report_detail", report_id)


@access("foresight.report.make", methods=("GET", "POST"))
def report_delete(request: Request, report_id: UUID) -> HttpResponse:
    """Delete a report, after a question."""
    report = selectors.get_report(actor=request.actor, report_id=report_id, permission=selectors.MAKE)
    if request.method == "POST":
        services.delete_report(report=report, actor=request.actor, now=request.now)
        messages.success(request, _("The report was deleted."))
        return redirect("foresight:report_list")
    return render(request, "foresight/report/delete.html", {"report": report})
