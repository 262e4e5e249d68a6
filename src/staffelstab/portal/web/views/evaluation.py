"""The evaluation catalogue: what the system evaluates, for staff council, data protection and everybody else."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from staffelstab.core import list_files
from staffelstab.core.days import day_of
from staffelstab.core.ui.access import access
from staffelstab.core.ui.pdf import render_pdf
from staffelstab.core.ui.requests import Request
from staffelstab.portal.selectors import evaluations


@access("portal.evaluations")
def evaluation_list(request: Request) -> HttpResponse:
    """All evaluations with purpose, inputs, audience and the protection of persons; printable."""
    return render(request, "portal/evaluation/list.html", {"evaluations": evaluations.catalogue()})


@access("portal.evaluations")
def evaluation_export(request: Request) -> HttpResponse:
    """The catalogue as a tagged PDF: the annex of a works agreement."""
    context = {
        "evaluations": evaluations.catalogue(),
        "organisation": request.actor.organisation_name,
        "day": day_of(request.now),
    }
    day = timezone.localdate(request.now)
    return HttpResponse(
        render_pdf("portal/evaluation/document.html", context),
        content_type="application/pdf",
        headers=list_files.attachment(list_files.file_name("auswertungskatalog", day=day, ending="pdf")),
    )
