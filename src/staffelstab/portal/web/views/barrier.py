"""Reporting a barrier (open to everybody) and answering it (administrators)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from staffelstab.core.days import day_of
from staffelstab.core.errors import DomainError
from staffelstab.core.ui.access import access, public
from staffelstab.core.ui.requests import Request
from staffelstab.portal.selectors import barriers as selectors
from staffelstab.portal.services import barriers as services
from staffelstab.portal.web.forms.barrier import BarrierAnswerForm, BarrierReportForm


@public(methods=("GET", "POST"))
def barrier_report(request: Request) -> HttpResponse:
    """The feedback form of the accessibility declaration."""
    form = BarrierReportForm(request.POST or None, initial={"page": request.GET.get("seite", "")[:500]})
    if request.method == "POST" and form.is_valid():
        try:
            report = services.report_barrier(**form.cleaned_data, actor=request.actor, now=request.now)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return render(request, "portal/barrier/thanks.html", {"report": report})
    return render(request, "portal/barrier/report.html", {"form": form}, status=422 if form.errors else 200)


@access("portal.barrier.answer")
def barrier_list(request: Request) -> HttpResponse:
    """Reports by due day, open ones first."""
    rows = list(selectors.reports(actor=request.actor)[:200])
    return render(request, "portal/barrier/list.html", {"reports": rows, "today": day_of(request.now)})


@access("portal.barrier.answer", methods=("GET", "POST"))
def barrier_answer(request: Request, barrier_id: UUID) -> HttpResponse:
    """Read a report and record the answer."""
    report = selectors.report(actor=request.actor, barrier_id=barrier_id)
    form = BarrierAnswerForm(request.POST or None, initial={"answer": report.answer})
    if request.method == "POST" and form.is_valid():
        try:
            services.answer_barrier(
                report=report, answer=form.cleaned_data["answer"], actor=request.actor, now=request.now
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("The answer was recorded."))
            return redirect("portal:barrier_list")
    context = {"report": report, "form": form, "today": day_of(request.now)}
    return render(request, "portal/barrier/answer.html", context, status=422 if form.errors else 200)
