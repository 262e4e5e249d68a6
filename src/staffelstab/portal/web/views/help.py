"""Help: the few things everybody asks."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from staffelstab.core.ui.access import public
from staffelstab.core.ui.requests import Request


@public()
def help_show(request: Request) -> HttpResponse:
    """Short answers, the keyboard shortcuts and whom to ask."""
    return render(request, "portal/help/show.html", {})
