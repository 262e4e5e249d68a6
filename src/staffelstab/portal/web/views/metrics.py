"""Figures for monitoring."""

from __future__ import annotations

from django.http import HttpResponse

from staffelstab.core.errors import NotFound
from staffelstab.core.health import metrics, scraping
from staffelstab.core.ui.access import public
from staffelstab.core.ui.requests import Request


@public()
def metrics_show(request: Request) -> HttpResponse:
    """The figures for whoever knows the token or asks from a configured network; for all others 404."""
    if not scraping.permitted(request):
        raise NotFound
    return HttpResponse(metrics.exposition(request.now), content_type=metrics.CONTENT_TYPE)
