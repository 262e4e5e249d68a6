"""Screens about holdings: who is on which position, and until when."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from staffelstab.core.errors import NotFound
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.workforce.domain.quarters import quarter_of
from staffelstab.workforce.models import Holding
from staffelstab.workforce.selectors import holdings, persons, positions
from staffelstab.workforce.services import holdings as service
from staffelstab.workforce.web.forms.person import ExitForm, HoldingForm, LastDayForm, NewHoldingForm
from staffelstab.workforce.web.forms.task import read_uuid
from staffelstab.workforce.web.views.pages import Crumb, data_of, form_page, history_page

EDIT = "workforce.holding.edit"
EXIT = "workforce.exit.edit"
PERSON = "workforce.person.edit"


def _address(holding: Holding) -> str:
    return reverse("workforce:position_detail", args=[holding.position_id])


def _crumbs(holding: Holding) -> list[Crumb]:
    return [
        (_("Positions"), reverse("workforce:position_list")),
        (str(holding.position), _address(holding)),
        (holding.person.name, reverse("workforce:person_detail", args=[holding.person_id])),
    ]


def _proposal(request: Request) -> dict[str, object]:
    """Person and position the form was opened for; what does not exist, or not for the actor, counts as not given."""
    proposal: dict[str, object] = {"starts_on": timezone.localdate(request.now), "share": 100}
    try:
        if person_id := read_uuid(request.GET.get("person", "")):
            proposal["person"] = persons.label_of(
                persons.get_person(actor=request.actor, person_id=person_id, permission=PERSON)
            )
        if position_id := read_uuid(request.GET.get("stelle", "")):
            proposal["position"] = str(positions.get_position(actor=request.actor, position_id=position_id))
    except NotFound:
        return proposal
    return proposal


@access(EDIT, methods=("GET", "POST"))
def holding_create(request: Request) -> HttpResponse:
    """Put a person on a position."""
    form = NewHoldingForm(data_of(request), initial=_proposal(request), actor=request.actor)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        holding = form.submit(
            lambda: service.create_holding(
                position=data["position"],
                person=data["person"],
                actor=request.actor,
                now=request.now,
                **form.period,
            )
        )
        if holding is not None:
            messages.success(request, _("The position is filled."))
            return redirect(_address(holding))
    return form_page(
        request,
        template="workforce/holding/create.html",
        form=form,
        heading=_("Fill a position"),
        crumbs=[(_("Positions"), reverse("workforce:position_list"))],
        submit=_("Fill position"),
        cancel=reverse("workforce:position_list"),
    )


@access(EDIT, methods=("GET", "POST"))
def holding_edit(request: Request, holding_id: UUID) -> HttpResponse:
    """Change share or period."""
    holding = holdings.get_holding(actor=request.actor, holding_id=holding_id, permission=EDIT)
    form = HoldingForm(data_of(request), initial=HoldingForm.initial_of(holding))
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        done = form.submit(
            lambda: service.edit_holding(
                holding=holding, seen=seen, actor=request.actor, now=request.now, **form.period
            )
        )
        if done is not None:
            messages.success(request, _("The holding was saved."))
            return redirect(_address(holding))
    return form_page(
        request,
        template="workforce/holding/edit.html",
        form=form,
        heading=_("Edit holding"),
        crumbs=_crumbs(holding),
        submit=_("Save"),
        cancel=_address(holding),
    )


@access(EDIT, methods=("GET", "POST"))
def holding_end(request: Request, holding_id: UUID) -> HttpResponse:
    """A person leaves a position."""
    holding = holdings.get_holding(actor=request.actor, holding_id=holding_id, permission=EDIT)
    initial = {"last_day": timezone.localdate(request.now), "seen": holding.changed_at.isoformat()}
    form = LastDayForm(data_of(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        done = form.submit(
            lambda: service.end_holding(
                holding=holding, actor=request.actor, now=request.now, **form.cleaned_data
            )
        )
        if done is not None:
            messages.success(request, _("The holding has ended. The history stays."))
            return redirect(_address(holding))
    return form_page(
        request,
        template="workforce/holding/end.html",
        form=form,
        heading=_("End this holding?"),
        crumbs=_crumbs(holding),
        submit=_("End holding"),
        cancel=_address(holding),
        danger=True,
        holding=holding,
    )


@access(EXIT, methods=("GET", "POST"))
def holding_exit(request: Request, holding_id: UUID) -> HttpResponse:
    """Enter the exit horizon. Only personnel; looking at it is logged and visible to the person."""
    holding = holdings.get_holding(actor=request.actor, holding_id=holding_id, permission=EXIT)
    request.looks.append(("workforce.exit", holding.person.account_id or holding.person_id))
    form = ExitForm(
        data_of(request),
        initial=ExitForm.initial_of(holding),
        quarter=quarter_of(timezone.localdate(request.now)),
        kept=holding.exit_quarter,
    )
    if request.method == "POST" and form.is_valid():
        done = form.submit(
            lambda: service.set_exit(
                holding=holding, actor=request.actor, now=request.now, **form.cleaned_data
            )
        )
        if done is not None:
            messages.success(request, _("The exit horizon was saved."))
            return redirect(_address(holding))
    return form_page(
        request,
        template="workforce/holding/exit.html",
        form=form,
        heading=_("Exit horizon"),
        crumbs=_crumbs(holding),
        submit=_("Save"),
        cancel=_address(holding),
        holding=holding,
    )


@access("workforce.history.view")
def holding_history(request: Request, holding_id: UUID) -> HttpResponse:
    """All changes of a holding, exits among them."""
    holding = holdings.get_holding(
        actor=request.actor, holding_id=holding_id, permission="workforce.exit.view"
    )
    request.looks.append(("workforce.exit", holding.person.account_id or holding.person_id))
    return history_page(
        request,
        template="workforce/holding/history.html",
        obj=holding,
        name=f"{holding.position} – {holding.person.name}",
        crumbs=_crumbs(holding),
        back=_address(holding),
    )
