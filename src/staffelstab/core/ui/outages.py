"""What people see while the database or the disk is not there: a plain page with what to do, never a technical one."""

from __future__ import annotations

import logging

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from staffelstab.core.outages import Outage

logger = logging.getLogger("staffelstab.request")

SAFE_METHODS = frozenset({"GET", "HEAD"})
HEALTH = "/gesundheit/"
ALIVE = "/gesundheit/lebt/"
"""Answers without the database; everything else opens a transaction first."""

_TITLES = {
    Outage.UNREACHABLE: _("Not available for a moment"),
    Outage.FULL: _("There is no space left to save anything"),
    Outage.BUSY: _("Somebody else is working on the same data"),
}


def outage_page(
    request: HttpRequest, found: Outage, error: BaseException | None = None, *, uncertain: bool = False
) -> HttpResponse:
    """The answer for the kind of outage, with Retry-After; asks neither database nor session.

    ``uncertain``: the change was on its way to the disk when the connection broke, so it may have been saved.
    """
    logger.error("not available: %s", found.value, exc_info=error)
    if error is not None:
        connection.close_if_unusable_or_obsolete()
    response = _answer(request, found, uncertain=uncertain)
    response.headers["Retry-After"] = str(found.retry_after)
    response.headers["Cache-Control"] = "no-store"
    return response


def _answer(request: HttpRequest, found: Outage, *, uncertain: bool) -> HttpResponse:
    title = _TITLES[found]
    if request.path_info == HEALTH:
        return JsonResponse({"status": "unavailable", "reason": found.value}, status=found.status)
    if not request.accepts("text/html"):
        problem = {
            "type": f"urn:staffelstab:core.outage.{found.value}",
            "title": title,
            "status": found.status,
        }
        return JsonResponse(problem, status=found.status, content_type="application/problem+json")
    shown = {
        "kind": found.value,
        "title": title,
        "sent": request.method not in SAFE_METHODS,
        "uncertain": uncertain,
        "again": request.get_full_path() if request.method in SAFE_METHODS else "",
    }
    if request.headers.get("HX-Request") == "true":
        # Above what is on the screen: what was typed stays.
        response = HttpResponse(render_to_string("core/ui/outage.html", shown), status=found.status)
        response.headers["HX-Retarget"] = "#content"
        response.headers["HX-Reswap"] = "afterbegin"
        return response
    page = "507.html" if found is Outage.FULL else "503.html"
    return HttpResponse(render_to_string(page, shown), status=found.status)
