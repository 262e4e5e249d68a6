"""Is the program well? For load balancers and monitoring."""

from __future__ import annotations

from django.db import connection
from django.http import HttpResponse, JsonResponse

from staffelstab.core.outages import space_is_short
from staffelstab.core.ui.access import public
from staffelstab.core.ui.requests import Request


@public()
def health_show(_request: Request) -> HttpResponse:
    """Readiness: 200 when the database answers; the outage handler makes it 503 with a reason otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"} | ({"storage": "short"} if space_is_short() else {}))


@public()
def health_live(_request: Request) -> HttpResponse:
    """Liveness: the process answers, whatever the database does; restarting it would not help the database."""
    return JsonResponse({"status": "alive"})
