"""The one search box."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.portal.selectors import search

_LONGEST = 200


@access("portal.search")
def search_list(request: Request) -> HttpResponse:
    """Results by kind; an empty question says what can be asked."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:_LONGEST]
    groups = search.search(actor=request.actor, text=text)
    return render(request, "portal/search/list.html", {"q": text, "groups": groups})
