"""The start page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request


@access("portal.start")
def start_show(request: Request) -> HttpResponse:
    """*Mein Bereich*: what is due for me, nothing else."""
    return render(request, "portal/start/show.html", {})
