"""The start page."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from staffelstab.core.ui import kept
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.portal.selectors import start as selectors

NOON, EVENING = 11, 18


def greeting(now: datetime) -> str:
    """The greeting of the hour, in local time."""
    hour = timezone.localtime(now).hour
    if hour < NOON:
        return _("Good morning")
    return _("Good day") if hour < EVENING else _("Good evening")


@access("portal.start")
@kept.page(
    "foresight",
    "imports",
    "portal",
    "workforce",
    personal=True,
    also=lambda request: greeting(request.now),
)
def start_show(request: Request) -> HttpResponse:
    """*Mein Bereich*: what is due for me, nothing else."""
    start = selectors.start(actor=request.actor, today=timezone.localdate(request.now))
    context = {"start": start, "greeting": greeting(request.now), "name": request.actor.display_name}
    return render(request, "portal/start/show.html", context)
