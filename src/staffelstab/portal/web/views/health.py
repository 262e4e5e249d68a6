"""Is the program well? For load balancers and monitoring."""

from __future__ import annotations

from django.db import connection
from django.http import HttpResponse, JsonResponse

from staffelstab.core.ui.access import public
from staffelstab.core.ui.requests import Request


@public()
def health_show(_request: Request) -> HttpResponse:
    """200 when the database answers; the outage handler makes it 503 otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
