"""Screens about persons."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from staffelstab.core.ui import kept
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.core.ui.tables import Column, Table, choice_filter
from staffelstab.workforce.models import Person
from staffelstab.workforce.selectors import history, persons
from staffelstab.workforce.selectors.persons import PersonFilter
from staffelstab.workforce.services import persons as service
from staffelstab.workforce.web.forms.person import LastDayForm, LinkForm, PersonForm
from staffelstab.workforce.web.forms.task import read_unit, read_uuid
from staffelstab.workforce.web.views.pages import (
    Crumb,
    data_of,
    form_page,
    history_page,
    may,
    suggestions,
    unit_filter,
)

EDIT = "workforce.person.edit"
STATES = ("unplaced", "ended")


def _address(person: Person) -> str:
    return reverse("workforce:person_detail", args=[person.pk])


def _crumbs(person: Person | None = None) -> list[Crumb]:
    start: list[Crumb] = [(_("Persons"), reverse("workforce:person_list"))]
    return [*start, (person.name, _address(person))] if person else start


@access("workforce.person.view")
@kept.page("workforce")
def person_list(request: Request) -> HttpResponse:
    """The directory."""
    actor, today, query = request.actor, timezone.localdate(request.now), request.GET
    state = query.get("stand", "")
    wanted = PersonFilter(
        unit=read_unit(query, actor=actor),
        state=state if state in STATES else "",
        text=query.get("q", "")[:200],
        sort=query.get("sort", "name"),
    )
    page = persons.person_page(actor=actor, wanted=wanted, query=query.dict(), today=today)
    states = [("unplaced", _("without a position")), ("ended", _("left"))]
    chips = [
        unit_filter(query, selected=wanted.unit),
        choice_filter(query, name="stand", label=_("State"), choices=states, all_label=_("all current")),
    ]
    narrowed = wanted.unit or wanted.state or wanted.text
    table = Table(
        caption=_("Persons"),
        columns=(
            Column(
                key="person.name",
                label=_("Name"),
                sort="name",
                primary=True,
                href=lambda row: _address(row.person),
            ),
            Column(key="positions", label=_("Position"), template="workforce/person/cells/positions.html"),
            Column(
                key="person.email",
                label=_("E-mail"),
                template="workforce/person/cells/email.html",
                optional=True,
            ),
        ),
        rows=page.rows,
        query=query,
        sort=wanted.sort,
        empty_title="" if narrowed else _("No person yet"),
        empty_text=_("Import your register, or add the first person by hand."),
        empty_url=reverse("workforce:person_create") if actor.may(EDIT) else "",
        empty_action=_("Add a person"),
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
    return render(request, "workforce/person/list.html", context)


@access("workforce.person.view")
def person_detail(request: Request, person_id: UUID) -> HttpResponse:
    """One person. Looking at somebody else is logged and visible to that person."""
    actor = request.actor
    found = persons.person_detail(actor=actor, person_id=person_id, today=timezone.localdate(request.now))
    if not found.own:
        request.looks.append(("workforce.person", found.subject_id))
        if found.shows_exit:
            request.looks.append(("workforce.exit", found.subject_id))
    offered = may(actor, found.person, edit=EDIT, link="workforce.person.link")
    # Of a role of a unit each question about a person costs a statement.
    latest = history.latest(actor=actor, obj=found.person)
    context = {
        "found": found,
        "person": found.person,
        "crumbs": [*_crumbs(), (found.person.name, "")],
        "history": latest,
        # Which position it may be is a question about that position.
        "may": offered
        | {"history": latest is not None, "hold": offered["edit"] and actor.may("workforce.holding.edit")},
    }
    return render(request, "workforce/person/detail.html", context)


@access(EDIT, methods=("GET", "POST"))
def person_create(request: Request) -> HttpResponse:
    """A new person."""
    form = PersonForm(data_of(request))
    if request.method == "POST" and form.is_valid():
        person = form.submit(
            lambda: service.create_person(values=form.values, actor=request.actor, now=request.now)
        )
        if person is not None:
            messages.success(request, _("The person was added. Now say which position they hold."))
            return redirect(_address(person))
    return form_page(
        request,
        template="workforce/person/create.html",
        form=form,
        heading=_("New person"),
        crumbs=_crumbs(),
        submit=_("Add person"),
        cancel=reverse("workforce:person_list"),
    )


@access(EDIT, methods=("GET", "POST"))
def person_edit(request: Request, person_id: UUID) -> HttpResponse:
    """Change name, number or address."""
    person = persons.get_person(actor=request.actor, person_id=person_id, permission=EDIT)
    form = PersonForm(data_of(request), initial=PersonForm.initial_of(person))
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        done = form.submit(
            lambda: service.edit_person(
                person=person, values=form.values, seen=seen, actor=request.actor, now=request.now
            )
        )
        if done is not None:
            messages.success(request, _("The person was saved."))
            return redirect(_address(person))
    return form_page(
        request,
        template="workforce/person/edit.html",
        form=form,
        heading=_("Edit person"),
        crumbs=_crumbs(person),
        submit=_("Save"),
        cancel=_address(person),
    )


@access("workforce.person.link", methods=("GET", "POST"))
def person_link(request: Request, person_id: UUID) -> HttpResponse:
    """Which account is the person's own."""
    actor = request.actor
    person = persons.get_person(actor=actor, person_id=person_id, permission="workforce.person.link")
    initial = {"account": str(person.account_id or ""), "seen": person.changed_at.isoformat()}
    choices = persons.account_choices(actor=actor, person=person)
    form = LinkForm(data_of(request), initial=initial, choices=choices)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        account_id = read_uuid(data["account"] or "")
        done = form.submit(
            lambda: service.link_account(
                person=person, account_id=account_id, seen=data["seen"], actor=actor, now=request.now
            )
        )
        if done is not None:
            messages.success(request, _("The person was saved."))
            return redirect(_address(person))
    return form_page(
        request,
        template="workforce/person/link.html",
        form=form,
        heading=_("Own account"),
        crumbs=_crumbs(person),
        submit=_("Save"),
        cancel=_address(person),
    )


@access(EDIT, methods=("GET", "POST"))
def person_end(request: Request, person_id: UUID) -> HttpResponse:
    """A person leaves."""
    actor, today = request.actor, timezone.localdate(request.now)
    person = persons.get_person(actor=actor, person_id=person_id, permission=EDIT)
    form = LastDayForm(data_of(request), initial={"last_day": today, "seen": person.changed_at.isoformat()})
    if request.method == "POST" and form.is_valid():
        done = form.submit(
            lambda: service.end_person(person=person, actor=actor, now=request.now, **form.cleaned_data)
        )
        if done is not None:
            messages.success(request, _("All holdings of this person end on the day given."))
            return redirect(_address(person))
    return form_page(
        request,
        template="workforce/person/end.html",
        form=form,
        heading=_("This person leaves"),
        crumbs=_crumbs(person),
        submit=_("End all holdings"),
        cancel=_address(person),
        danger=True,
    )


@access("workforce.history.view")
def person_history(request: Request, person_id: UUID) -> HttpResponse:
    """All changes of a person; personal values are masked."""
    person = persons.get_person(actor=request.actor, person_id=person_id, permission="workforce.history.view")
    request.looks.append(("workforce.person", person.account_id or person.pk))
    return history_page(
        request,
        template="workforce/person/history.html",
        obj=person,
        name=person.name,
        crumbs=_crumbs(person),
        back=_address(person),
    )


@access(EDIT)
def person_pick(request: Request) -> HttpResponse:
    """Suggestions for a person."""
    return suggestions(request, persons.person_pick)
