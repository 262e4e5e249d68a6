"""*Was das System über Sie speichert*."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from staffelstab.core import list_files
from staffelstab.core.ui.access import access
from staffelstab.core.ui.pdf import render_pdf
from staffelstab.core.ui.requests import Request
from staffelstab.portal.selectors import stored


@access("portal.own_data")
def stored_show(request: Request) -> HttpResponse:
    """The own data, in words, with who looked at them when."""
    return render(request, "portal/stored/show.html", {"stored": stored.stored_about(actor=request.actor)})


def _name(request: Request, ending: str) -> str:
    return list_files.file_name("meine-daten", day=timezone.localdate(request.now), ending=ending)


@access("portal.own_data")
def stored_export(request: Request) -> HttpResponse:
    """The same as JSON, to take along."""
    data = stored.stored_about(actor=request.actor, looks=None).as_json()
    return JsonResponse(
        data,
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers=list_files.attachment(_name(request, "json")),
    )


@access("portal.own_data")
def stored_print(request: Request) -> HttpResponse:
    """The same as a tagged PDF, every look included."""
    context = {
        "stored": stored.stored_about(actor=request.actor, looks=None),
        "organisation": request.actor.organisation_name,
        "moment": request.now,
    }
    return HttpResponse(
        render_pdf("portal/stored/document.html", context),
        content_type="application/pdf",
        headers=list_files.attachment(_name(request, "pdf")),
    )
