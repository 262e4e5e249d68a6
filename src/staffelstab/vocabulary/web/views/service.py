"""The catalogue of public services: list, page, editing, and suggestions for other forms."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from staffelstab.core import audit, list_files
from staffelstab.core.errors import DomainError, NotFound
from staffelstab.core.ui.access import access
from staffelstab.core.ui.paging import keyset_page
from staffelstab.core.ui.requests import Request
from staffelstab.vocabulary.domain.services import key_parts
from staffelstab.vocabulary.formats.services import write_services
from staffelstab.vocabulary.models import Service
from staffelstab.vocabulary.selectors import catalogue as selectors
from staffelstab.vocabulary.services import entries
from staffelstab.vocabulary.web import tables
from staffelstab.vocabulary.web.forms.service import ServiceEditForm
from staffelstab.vocabulary.web.picking import picked_text


@access("vocabulary.service.view")
def service_list(request: Request) -> HttpResponse:
    """Search and filters; ``?format=csv`` is the same list as a file that can be imported again."""
    query = request.GET
    filters = tables.service_filters(query, sources=selectors.sources(actor=request.actor))
    rows, similar = selectors.listed(
        actor=request.actor,
        q=query.get("q", ""),
        topic=filters[0].value,
        source=filters[1].value,
        own={tables.OWN: True, tables.SHARED: False}.get(filters[2].value),
    )
    if query.get("format") == "csv":
        return _csv(
            rows.order_by("sort_key", "pk").iterator(chunk_size=2000), day=timezone.localdate(request.now)
        )
    page = keyset_page(rows, order=("rank", "sort_key", "pk"), query=query)
    may_import = request.actor.may("vocabulary.service.import")
    context = {
        "page": page,
        "count": rows.count(),
        "filters": filters,
        "similar": similar and bool(page.rows),
        "q": query.get("q", ""),
        "table": tables.service_table(
            page.rows, query, owners=selectors.owner_names(page.rows), may_import=may_import
        ),
        "may_import": may_import,
    }
    template = "vocabulary/service/list.html" + ("#results" if request.htmx else "")
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _csv(rows: object, *, day: dt.date) -> HttpResponse:
    cells = (
        (row.key, row.name, ", ".join([*row.terms, *row.own_terms]), row.local_id)
        for row in rows  # type: ignore[attr-defined]
    )
    name = list_files.file_name("verwaltungsleistungen", day=day, ending="csv")
    return HttpResponse(
        write_services(cells), content_type=list_files.CSV_TYPE, headers=list_files.attachment(name)
    )


@access("vocabulary.service.view")
def service_detail(request: Request, service_id: UUID) -> HttpResponse:
    """One service: its key part by part, its words, where it comes from."""
    service = selectors.service(actor=request.actor, service_id=service_id)
    owner = selectors.owner_names([service]).get(service.organisation_id, "")
    own = service.organisation_id == request.actor.organisation_id
    context = {
        "service": service,
        "own": own,
        "owner": owner,
        "parts": key_parts(service.key),
        "facts": _facts(service, owner, own=own),
        "tasks_url": _tasks_url(service),
        "may_edit": request.actor.may("vocabulary.service.edit", service),
        "history": audit.history(service)[:20] if own else [],
    }
    return render(request, "vocabulary/service/detail.html", context)


def _facts(service: Service, owner: str, *, own: bool) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        (_("Topic"), service.get_topic_display()),
        (_("Catalogue"), service.source),
        (_("Number in this catalogue"), service.local_id),
    ]
    if own:
        facts.append((_("Visible to"), service.get_visibility_display()))
    else:
        facts.append((_("Shared by"), owner or _("another organisation")))
    return facts


def _tasks_url(service: Service) -> str:
    """The register filtered by the service. The register is a module above this one: only its address is known here."""
    if not service.key:
        return ""
    try:
        return reverse("workforce:task_list", query={"leistung": service.key})
    except NoReverseMatch:
        return ""


@access("vocabulary.service.edit", methods=("GET", "POST"))
def service_edit(request: Request, service_id: UUID) -> HttpResponse:
    """Change what the house adds to its service."""
    service = selectors.service(actor=request.actor, service_id=service_id)
    if not request.actor.may("vocabulary.service.edit", service):
        raise NotFound
    form = ServiceEditForm(
        request.POST or None,
        initial={
            "topic": service.topic,
            "visibility": service.visibility,
            "own_terms": "\n".join(service.own_terms),
            "seen": entries.edition(service),
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            entries.edit_service(service=service, **form.cleaned_data, actor=request.actor, now=request.now)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("The service was saved."))
            return redirect("vocabulary:service_detail", service_id)
    context = {"form": form, "service": service}
    return render(request, "vocabulary/service/edit.html", context, status=422 if form.errors else 200)


@access("vocabulary.service.view")
def service_pick(request: Request) -> HttpResponse:
    """Suggestions for a field that takes a service's key."""
    found = selectors.pick_services(actor=request.actor, q=picked_text(request))
    options = [(row.key, row.name) for row in found]
    return render(request, "vocabulary/service/pick.html", {"options": options})
