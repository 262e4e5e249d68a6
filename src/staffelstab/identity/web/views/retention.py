"""Retention: what is kept how long, what will be deleted when, and what was."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staffelstab.core.errors import DomainError
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.identity.selectors import retention as selectors
from staffelstab.identity.services import retention
from staffelstab.identity.web.forms.retention import PeriodForm


@access("identity.retention.view")
def retention_list(request: Request) -> HttpResponse:
    """Every kind of data with its period and the dry run: what would go today, what soon."""
    found = selectors.findings(actor=request.actor, today=timezone.localdate(request.now))
    context = {
        "findings": found,
        "due": sum(each.due for each in found),
        "soon": sum(each.soon for each in found),
        "runs": selectors.latest_runs(actor=request.actor),
        "may_manage": request.actor.may("identity.retention.manage"),
    }
    return render(request, "identity/retention/list.html", context)


@access("identity.retention.manage", methods=("GET", "POST"))
def retention_edit(request: Request, code: str) -> HttpResponse:
    """Set the period of one kind of data; the preview says what that would delete."""
    found = selectors.finding(actor=request.actor, code=code, today=timezone.localdate(request.now))
    form = PeriodForm(request.POST or None, finding=found)
    if request.method == "POST" and form.is_valid():
        try:
            retention.set_period(code=code, **form.cleaned_data, actor=request.actor, now=request.now)
        except DomainError as error:
            form.add_error("days", error.message)
        else:
            messages.success(request, _("The period was saved. It counts from the next deletion on."))
            return redirect("identity:retention_list")
    context = {"form": form, "finding": found}
    return render(request, "identity/retention/edit.html", context, status=422 if form.errors else 200)


@access("identity.retention.manage", methods=("GET", "POST"))
def retention_run(request: Request) -> HttpResponse:
    """Delete what is due now instead of tonight, after a question."""
    today = timezone.localdate(request.now)
    if request.method == "POST":
        deleted = sum(retention.forget(actor=request.actor, today=today, now=request.now).values())
        text = ngettext("%(count)s entry was deleted.", "%(count)s entries were deleted.", deleted)
        messages.success(request, text % {"count": deleted})
        return redirect("identity:retention_list")
    due = [each for each in selectors.findings(actor=request.actor, today=today) if each.due]
    return render(request, "identity/retention/run.html", {"findings": due})
