"""Screens about units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staffelstab.core.ui import kept
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.workforce.models import Unit
from staffelstab.workforce.selectors import history, positions, units
from staffelstab.workforce.selectors.units import UnitCounts, UnitNode
from staffelstab.workforce.services import units as service
from staffelstab.workforce.web.forms.spine import ConfirmForm, SpineForm
from staffelstab.workforce.web.forms.task import read_unit
from staffelstab.workforce.web.forms.unit import MergeUnitForm, MoveUnitForm, NewUnitForm, UnitForm
from staffelstab.workforce.web.views.pages import (
    data_of,
    form_page,
    history_page,
    may,
    suggestions,
    unit_crumbs,
)

EDIT = "workforce.unit.edit"
OPEN_LEVELS = 1
"""Levels of the tree that are unfolded at first sight."""


def _address(unit: Unit) -> str:
    return reverse("workforce:unit_detail", args=[unit.pk])


def _note(counts: UnitCounts) -> str:
    parts = [
        ngettext("%(count)s task", "%(count)s tasks", counts.tasks) % {"count": counts.tasks},
        ngettext("%(count)s position", "%(count)s positions", counts.positions) % {"count": counts.positions},
    ]
    if counts.vacant:
        parts.append(_("%(count)s of them vacant") % {"count": counts.vacant})
    return " · ".join(parts)


def _drawn(nodes: tuple[UnitNode, ...], level: int = 1) -> list[dict[str, Any]]:
    """The nodes as the tree component takes them."""
    drawn = []
    for node in nodes:
        note = _note(node.counts)
        if node.hidden:
            more = ngettext("%(count)s sub-unit", "%(count)s sub-units", node.hidden) % {"count": node.hidden}
            note = f"{note} · {more}"
        drawn.append(
            {
                "label": str(node.unit),
                "url": _address(node.unit),
                "note": note,
                "open": level <= OPEN_LEVELS,
                "children": _drawn(node.children, level + 1),
            }
        )
    return drawn


@access("workforce.unit.view")
@kept.page("workforce")
def unit_list(request: Request) -> HttpResponse:
    """The tree of units."""
    tree = units.unit_tree(actor=request.actor, today=timezone.localdate(request.now))
    context = {
        "tree": tree,
        "nodes": _drawn(tree.nodes),
        "may": may(request.actor, create=EDIT, load="workforce.import.use"),
    }
    return render(request, "workforce/unit/list.html", context)


@access("workforce.unit.view")
@kept.page("workforce")
def unit_detail(request: Request, unit_id: UUID) -> HttpResponse:
    """One unit: sub-units, lead, where its tasks and positions are."""
    found = units.unit_detail(actor=request.actor, unit_id=unit_id, today=timezone.localdate(request.now))
    context = {
        "found": found,
        "unit": found.unit,
        "unit_key": str(found.unit.pk),
        "crumbs": [*unit_crumbs(found.path[:-1]), (found.unit.name, "")],
        "nodes": _drawn(found.children),
        "history": history.latest(actor=request.actor, obj=found.unit),
        "named": request.actor.may("workforce.person.view"),
        "may": may(
            request.actor,
            found.unit,
            edit=EDIT,
            history="workforce.history.view",
            add_task="workforce.task.edit",
            add_position="workforce.position.edit",
        ),
    }
    return render(request, "workforce/unit/detail.html", context)


@access(EDIT, methods=("GET", "POST"))
def unit_create(request: Request) -> HttpResponse:
    """A new unit."""
    parent = read_unit(request.GET, actor=request.actor)
    form = NewUnitForm(data_of(request), initial={"parent": str(parent) if parent else ""})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        unit = form.submit(
            lambda: service.create_unit(
                code=data["code"],
                name=data["name"],
                parent=data["parent"],
                actor=request.actor,
                now=request.now,
            )
        )
        if unit is not None:
            messages.success(request, _("The unit was created."))
            return redirect(_address(unit))
    return form_page(
        request,
        template="workforce/unit/create.html",
        form=form,
        heading=_("New unit"),
        crumbs=unit_crumbs(()),
        submit=_("Create unit"),
        cancel=_address(parent) if parent else reverse("workforce:unit_list"),
    )


def _command_page(
    request: Request,
    unit: Unit,
    form: SpineForm,
    command: Callable[[], Unit],
    *,
    template: str,
    heading: str,
    submit: str,
    done: str,
    **context: Any,
) -> HttpResponse:
    """Form and command for one existing unit; afterwards the page of the unit the command returns."""
    if request.method == "POST" and form.is_valid():
        result = form.submit(command)
        if result is not None:
            messages.success(request, done)
            return redirect(_address(result))
    return form_page(
        request,
        template=template,
        form=form,
        heading=heading,
        crumbs=unit_crumbs(positions.path_of(unit)),
        submit=submit,
        cancel=_address(unit),
        unit=unit,
        counts=units.counts_of([unit.pk], today=timezone.localdate(request.now)).get(unit.pk, UnitCounts()),
        **context,
    )


@access(EDIT, methods=("GET", "POST"))
def unit_edit(request: Request, unit_id: UUID) -> HttpResponse:
    """Rename a unit."""
    unit = units.get_unit(actor=request.actor, unit_id=unit_id, permission=EDIT)
    form = UnitForm(data_of(request), initial=UnitForm.initial_of(unit))
    return _command_page(
        request,
        unit,
        form,
        lambda: service.edit_unit(unit=unit, actor=request.actor, now=request.now, **form.cleaned_data),
        template="workforce/unit/edit.html",
        heading=_("Edit unit"),
        submit=_("Save"),
        done=_("The unit was saved."),
    )


@access(EDIT, methods=("GET", "POST"))
def unit_move(request: Request, unit_id: UUID) -> HttpResponse:
    """Hang a unit elsewhere."""
    unit = units.get_unit(actor=request.actor, unit_id=unit_id, permission=EDIT)
    initial = {"parent": str(unit.parent) if unit.parent else "", "seen": unit.changed_at.isoformat()}
    form = MoveUnitForm(data_of(request), initial=initial)
    return _command_page(
        request,
        unit,
        form,
        lambda: service.move_unit(unit=unit, actor=request.actor, now=request.now, **form.cleaned_data),
        template="workforce/unit/move.html",
        heading=_("Move unit"),
        submit=_("Move unit"),
        done=_("The unit was moved with everything below it."),
    )


@access(EDIT, methods=("GET", "POST"))
def unit_merge(request: Request, unit_id: UUID) -> HttpResponse:
    """Merge a unit into another one."""
    unit = units.get_unit(actor=request.actor, unit_id=unit_id, permission=EDIT)
    form = MergeUnitForm(data_of(request), initial={"seen": unit.changed_at.isoformat()})
    return _command_page(
        request,
        unit,
        form,
        lambda: service.merge_units(source=unit, actor=request.actor, now=request.now, **form.cleaned_data),
        template="workforce/unit/merge.html",
        heading=_("Merge unit"),
        submit=_("Merge unit"),
        done=_("The units were merged. Everything moved along, and all history stays."),
        danger=True,
    )


@access(EDIT, methods=("GET", "POST"))
def unit_end(request: Request, unit_id: UUID) -> HttpResponse:
    """End an empty unit."""
    unit = units.get_unit(actor=request.actor, unit_id=unit_id, permission=EDIT)
    form = ConfirmForm(data_of(request), initial={"seen": unit.changed_at.isoformat()})
    return _command_page(
        request,
        unit,
        form,
        lambda: service.end_unit(
            unit=unit, seen=form.cleaned_data["seen"], actor=request.actor, now=request.now
        ),
        template="workforce/unit/end.html",
        heading=_("End this unit?"),
        submit=_("End unit"),
        done=_("The unit has ended."),
        danger=True,
    )


@access("workforce.history.view")
def unit_history(request: Request, unit_id: UUID) -> HttpResponse:
    """All changes of a unit."""
    unit = units.get_unit(actor=request.actor, unit_id=unit_id)
    return history_page(
        request,
        template="workforce/unit/history.html",
        obj=unit,
        name=str(unit),
        crumbs=unit_crumbs(positions.path_of(unit)),
        back=_address(unit),
    )


@access("workforce.unit.view")
def unit_pick(request: Request) -> HttpResponse:
    """Suggestions for a unit."""
    return suggestions(request, units.unit_pick)
