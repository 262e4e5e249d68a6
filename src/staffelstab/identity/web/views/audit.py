"""The protocol of changes."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.core.ui.tables import Column, Table, choice_filter
from staffelstab.identity.selectors import protocol

COLUMNS = (
    Column(key="name", label=gettext_lazy("What"), primary=True, template="identity/audit/what_cell.html"),
    Column(key="who", label=gettext_lazy("Who")),
    Column(key="at", label=gettext_lazy("When"), template="identity/audit/when_cell.html"),
)


@access("identity.audit.view")
def audit_list(request: Request) -> HttpResponse:
    """Who did what when, newest first."""
    page = protocol.protocol_page(actor=request.actor, query=request.GET)
    kinds = sorted(
        ((key, str(kind.label)) for key, kind in protocol.types().items()), key=lambda pair: pair[1]
    )
    table = Table(
        columns=COLUMNS,
        rows=page.rows,
        caption=_("Changes, newest first"),
        query=request.GET,
        row_key=lambda row: str(row.id),
    )
    context = {
        "page": page,
        "table": table,
        "filters": [
            choice_filter(request.GET, name="kind", label=_("Kind"), choices=kinds, all_label=_("all"))
        ],
        "query": request.GET,
        "kind": request.GET.get("kind", ""),
        "day": request.GET.get("day", ""),
        "who": request.GET.get("who", ""),
    }
    return render(request, "identity/audit/list.html", context)
