"""The component page: every part of the user interface in every state, for developers and testers."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from staffelstab.core.ui import samples
from staffelstab.core.ui.access import public
from staffelstab.core.ui.requests import Request


@public()
def component_list(request: Request) -> HttpResponse:
    """All components with sample data; shows nothing of anybody's."""
    return render(request, "core/ui/components.html", samples.component_samples(request))
