"""The municipalities of the country: list, and suggestions for other forms."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from staffelstab.core.ui.access import access
from staffelstab.core.ui.paging import keyset_page
from staffelstab.core.ui.requests import Request
from staffelstab.core.ui.tables import choice_filter
from staffelstab.vocabulary.domain.municipalities import STATES
from staffelstab.vocabulary.selectors import municipalities as selectors
from staffelstab.vocabulary.web import tables
from staffelstab.vocabulary.web.picking import picked_text


@access("vocabulary.municipality.view")
def municipality_list(request: Request) -> HttpResponse:
    """Search by name or key, filter by state."""
    query = request.GET
    states = sorted((code, code) for code in STATES.values())
    state = choice_filter(query, name="land", label=_("Federal state"), choices=states, all_label=_("all"))
    rows, similar = selectors.listed(actor=request.actor, q=query.get("q", ""), state=state.value)
    page = keyset_page(rows, order=("rank", "sort_key", "pk"), query=query)
    context = {
        "page": page,
        "count": rows.count(),
        "filters": [state],
        "similar": similar and bool(page.rows),
        "q": query.get("q", ""),
        "table": tables.municipality_table(page.rows, query),
    }
    template = "vocabulary/municipality/list.html" + ("#results" if request.htmx else "")
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@access("vocabulary.municipality.view")
def municipality_pick(request: Request) -> HttpResponse:
    """Suggestions for a field that takes a municipality's key."""
    found = selectors.find_municipalities(actor=request.actor, q=picked_text(request))
    options = [(row.ags, f"{row.name} ({row.state})") for row in found]
    return render(request, "vocabulary/municipality/pick.html", {"options": options})
