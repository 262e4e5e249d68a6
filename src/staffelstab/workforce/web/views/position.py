"""Screens about positions."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from staffelstab.core.ui import kept
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.core.ui.tables import Column, Table, choice_filter
from staffelstab.workforce.models import Position
from staffelstab.workforce.selectors import history, positions
from staffelstab.workforce.selectors.positions import PositionFilter
from staffelstab.workforce.services import positions as service
from staffelstab.workforce.web.forms.position import EndPositionForm, PositionForm
from staffelstab.workforce.web.forms.task import read_unit
from staffelstab.workforce.web.views.pages import (
    Crumb,
    data_of,
    form_page,
    history_page,
    may,
    suggestions,
    unit_filter,
)

EDIT = "workforce.position.edit"
STATES = ("vacant", "filled", "lead", "ended")


def _address(position: Position) -> str:
    return reverse("workforce:position_detail", args=[position.pk])


def _crumbs(position: Position | None = None) -> list[Crumb]:
    start: list[Crumb] = [(_("Positions"), reverse("workforce:position_list"))]
    return [*start, (str(position), _address(position))] if position else start


def read_filter(request: Request) -> PositionFilter:
    """The filter the address asks for."""
    state = request.GET.get("stand", "")
    return PositionFilter(
        unit=read_unit(request.GET, actor=request.actor),
        state=state if state in STATES else "",
        text=request.GET.get("q", "")[:200],
        sort=request.GET.get("sort", "number"),
    )


@access("workforce.position.view")
@kept.page("workforce")
def position_list(request: Request) -> HttpResponse:
    """All positions."""
    actor, today, query = request.actor, timezone.localdate(request.now), request.GET
    wanted = read_filter(request)
    page = positions.position_page(actor=actor, wanted=wanted, query=query.dict(), today=today)
    states = [
        ("vacant", _("vacant")),
        ("filled", _("filled")),
        ("lead", _("with lead")),
        ("ended", _("ended")),
    ]
    chips = [
        unit_filter(query, selected=wanted.unit),
        choice_filter(query, name="stand", label=_("State"), choices=states, all_label=_("all current")),
    ]
    narrowed = wanted.unit or wanted.state or wanted.text
    table = Table(
        caption=_("Positions"),
        columns=(
            Column(
                key="position",
                label=_("Position"),
                sort="number",
                primary=True,
                href=lambda row: _address(row.position),
            ),
            Column(key="position.unit.name", label=pgettext("short", "Unit"), sort="unit"),
            Column(key="holders", label=_("Filled by"), template="workforce/position/cells/holders.html"),
            Column(key="tasks", label=_("Tasks"), numeric=True),
        ),
        rows=page.rows,
        query=query,
        sort=wanted.sort,
        empty_title="" if narrowed else _("No position yet"),
        empty_text=_("Import your register, or add the first position by hand."),
        empty_url=reverse("workforce:position_create") if actor.may(EDIT) else "",
        empty_action=_("Add a position"),
    )
    context = {
        "page": page,
        "table": table,
        "filters": chips,
        "count": page.count.number,
        "and_more": page.count.more,
        "query": query,
        "may": may(actor, create=EDIT),
    }
    return render(request, "workforce/position/list.html", context)


@access("workforce.position.view")
def position_detail(request: Request, position_id: UUID) -> HttpResponse:
    """One position: who is on it, what it does."""
    actor = request.actor
    found = positions.position_detail(
        actor=actor, position_id=position_id, today=timezone.localdate(request.now)
    )
    for row in found.holdings:
        if row.exit_seen:
            person = row.holding.person
            request.looks.append(("workforce.exit", person.account_id or person.pk))
    context = {
        "found": found,
        "position": found.position,
        "crumbs": [*_crumbs(), (str(found.position), "")],
        "history": history.latest(actor=actor, obj=found.position),
        "may": may(
            actor,
            found.position,
            edit=EDIT,
            hold="workforce.holding.edit",
            history="workforce.history.view",
        ),
    }
    return render(request, "workforce/position/detail.html", context)


@access(EDIT, methods=("GET", "POST"))
def position_create(request: Request) -> HttpResponse:
    """A new position."""
    unit = read_unit(request.GET, actor=request.actor)
    form = PositionForm(data_of(request), initial={"unit": str(unit) if unit else ""})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        position = form.submit(
            lambda: service.create_position(
                number=data["number"],
                title=data["title"],
                unit=data["unit"],
                is_lead=data["is_lead"],
                actor=request.actor,
                now=request.now,
            )
        )
        if position is not None:
            messages.success(request, _("The position was created."))
            return redirect(_address(position))
    return form_page(
        request,
        template="workforce/position/create.html",
        form=form,
        heading=_("New position"),
        crumbs=_crumbs(),
        submit=_("Create position"),
        cancel=reverse("workforce:position_list"),
    )


@access(EDIT, methods=("GET", "POST"))
def position_edit(request: Request, position_id: UUID) -> HttpResponse:
    """Change a position or move it to another unit."""
    position = positions.get_position(actor=request.actor, position_id=position_id, permission=EDIT)
    form = PositionForm(data_of(request), initial=PositionForm.initial_of(position))
    if request.method == "POST" and form.is_valid():
        done = form.submit(
            lambda: service.edit_position(
                position=position, actor=request.actor, now=request.now, **form.cleaned_data
            )
        )
        if done is not None:
            messages.success(request, _("The position was saved."))
            return redirect(_address(position))
    return form_page(
        request,
        template="workforce/position/edit.html",
        form=form,
        heading=_("Edit position"),
        crumbs=_crumbs(position),
        submit=_("Save"),
        cancel=_address(position),
    )


@access(EDIT, methods=("GET", "POST"))
def position_end(request: Request, position_id: UUID) -> HttpResponse:
    """End a position, with a successor for its tasks."""
    actor, today = request.actor, timezone.localdate(request.now)
    position = positions.get_position(actor=actor, position_id=position_id, permission=EDIT)
    initial = {"last_day": today, "seen": position.changed_at.isoformat()}
    form = EndPositionForm(data_of(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        done = form.submit(
            lambda: service.end_position(position=position, actor=actor, now=request.now, **form.cleaned_data)
        )
        if done is not None:
            messages.success(request, _("The position has ended."))
            return redirect(_address(position))
    return form_page(
        request,
        template="workforce/position/end.html",
        form=form,
        heading=_("End this position?"),
        crumbs=_crumbs(position),
        submit=_("End position"),
        cancel=_address(position),
        danger=True,
        found=positions.position_detail(actor=actor, position_id=position_id, today=today),
    )


@access("workforce.history.view")
def position_history(request: Request, position_id: UUID) -> HttpResponse:
    """All changes of a position."""
    position = positions.get_position(actor=request.actor, position_id=position_id)
    return history_page(
        request,
        template="workforce/position/history.html",
        obj=position,
        name=str(position),
        crumbs=_crumbs(position),
        back=_address(position),
    )


@access("workforce.position.view")
def position_pick(request: Request) -> HttpResponse:
    """Suggestions for a position."""
    return suggestions(request, positions.position_pick)
