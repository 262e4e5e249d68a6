"""Measures: list, record, change."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffelstab.core.errors import DomainError, NotFound
from staffelstab.core.ids import new_id
from staffelstab.core.ui.access import access
from staffelstab.core.ui.paging import keyset_page
from staffelstab.core.ui.requests import Request
from staffelstab.core.ui.tables import Column, Table, choice_filter
from staffelstab.foresight.enums import MeasureKind, MeasureState
from staffelstab.foresight.models import Measure
from staffelstab.foresight.selectors import measures as selectors
from staffelstab.foresight.services import measures as services
from staffelstab.foresight.web import history
from staffelstab.foresight.web.forms.measure import MeasureForm
from staffelstab.foresight.web.views.risk import file_response
from staffelstab.workforce.models import Task

HISTORY = 50
TONES = {
    MeasureState.PLANNED: "neutral",
    MeasureState.RUNNING: "info",
    MeasureState.DONE: "ok",
    MeasureState.DROPPED: "neutral",
}
WORDINGS = {
    MeasureKind.PAGE: gettext_lazy("Describe the task “%(task)s” so that a deputy can do it"),
    MeasureKind.DEPUTY: gettext_lazy("Train a deputy for “%(task)s”"),
    MeasureKind.HANDOVER: gettext_lazy("Hand over “%(task)s” in good time"),
    MeasureKind.HIRE: gettext_lazy("Fill the position for “%(task)s”"),
}
LABELS = {
    "kind": gettext_lazy("Kind"),
    "what": gettext_lazy("What will be done"),
    "position": gettext_lazy("Who does it (position)"),
    "due_on": gettext_lazy("Due by"),
    "state": gettext_lazy("State"),
}


@access("foresight.risk.view")
def measure_list(request: Request) -> HttpResponse:
    """All measures the actor may see: open ones first, the next due first; as a file with ``format``."""
    today = timezone.localdate(request.now)
    state, kind = _filters(request)
    found = selectors.list_measures(
        actor=request.actor,
        state=state.value if state.value != "overdue" else "open",
        kind=kind.value,
        overdue_on=today if state.value == "overdue" else None,
        text=request.GET.get("q", ""),
    )
    if request.GET.get("format"):
        return file_response(request, name=_("Measures"), heads=_export_heads(), rows=_export_rows(found))
    page = keyset_page(found, order=selectors.ORDER, query=request.GET)
    table = Table(
        caption=_("Measures"),
        columns=_columns(request, today),
        rows=page.rows,
        query=request.GET,
        empty_title="" if request.GET else _("No measure yet"),
        empty_text="" if request.GET else _("Choose a task on the risk board and plan what lowers its risk."),
        empty_url="" if request.GET else reverse("foresight:risk_board"),
        empty_action="" if request.GET else _("To the risk board"),
    )
    context = {
        "table": table,
        "page": page,
        "count": found.count(),
        "filters": (state, kind),
        "may_plan": request.actor.may("foresight.measure.edit"),
    }
    template = "foresight/measure/list.html"
    return render(request, template + ("#results" if request.htmx else ""), context)


def _filters(request: Request) -> tuple[Any, Any]:
    state = choice_filter(
        request.GET,
        name="stand",
        label=_("State"),
        choices=[("open", _("open")), ("overdue", _("overdue")), *MeasureState.choices],
        all_label=_("all"),
    )
    kind = choice_filter(
        request.GET, name="art", label=_("Kind"), choices=MeasureKind.choices, all_label=_("all")
    )
    return state, kind


def _columns(request: Request, today: dt.date) -> tuple[Column, ...]:
    may_edit = request.actor.may("foresight.measure.edit")
    return (
        Column(
            key="what",
            label=_("What will be done"),
            primary=True,
            href=(lambda row: reverse("foresight:measure_edit", args=[row.pk])) if may_edit else None,
        ),
        Column(key="task.title", label=_("Task"), href=_board_link),
        Column(key="task.unit.name", label=_("Unit"), optional=True),
        Column(key="get_kind_display", label=_("Kind"), optional=True),
        Column(key="position.number", label=_("Position"), template="foresight/measure/position.html"),
        Column(
            key="due_on",
            label=_("Due by"),
            template="foresight/measure/due.html",
            value=lambda row: (row.due_on, row.state in selectors.OPEN and row.due_on < today),
        ),
        Column(
            key="state",
            label=_("State"),
            template="foresight/measure/state.html",
            value=lambda row: (row.get_state_display(), TONES[row.state]),
        ),
    )


def _board_link(row: Measure) -> str:
    return f"{reverse('foresight:risk_board')}?aufgabe={row.task_id}#auswahl"


def _export_heads() -> list[str]:
    return [
        _("Due by"),
        _("State"),
        _("Kind"),
        _("What will be done"),
        _("Task"),
        _("Key"),
        _("Unit"),
        _("Position"),
    ]


def _export_rows(found: QuerySet[Measure]) -> list[list[Any]]:
    return [
        [
            row.due_on,
            row.get_state_display(),
            row.get_kind_display(),
            row.what,
            row.task.title,
            row.task.key,
            row.task.unit.name,
            str(row.position) if row.position else None,
        ]
        for row in found.order_by(*selectors.ORDER)
    ]


@access("foresight.measure.edit", methods=("GET", "POST"))
def measure_create(request: Request) -> HttpResponse:
    """Record a measure on the task of the parameter ``aufgabe``; ``art`` proposes its kind."""
    task = selectors.task_for_measure(actor=request.actor, task_id=_key(request.GET.get("aufgabe", "")))
    kind = request.GET.get("art", "")
    if kind not in MeasureKind.values:
        kind = MeasureKind.OTHER
    wording = WORDINGS.get(MeasureKind(kind))
    initial = {
        "measure_id": new_id(),
        "kind": kind,
        "what": str(wording) % {"task": task.title} if wording else "",
        "state": MeasureState.PLANNED,
    }
    form = MeasureForm(request.POST or None, initial=initial, suggestions=selectors.suggested_positions(task))
    if request.method == "POST" and form.is_valid():
        try:
            services.record_measure(
                measure_id=form.cleaned_data["measure_id"] or new_id(),
                task=task,
                actor=request.actor,
                now=request.now,
                **_values(form),
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(
                request, _("The measure was recorded. It lowers the figures once it takes effect.")
            )
            _warn_when_overdue(request, form)
            return redirect(f"{reverse('foresight:risk_board')}?aufgabe={task.pk}")
    return render(request, "foresight/measure/create.html", _form_context(form, task), status=_status(form))


@access("foresight.measure.edit", methods=("GET", "POST"))
def measure_edit(request: Request, measure_id: UUID) -> HttpResponse:
    """Change a measure; below it its history."""
    measure = selectors.measure_for_edit(actor=request.actor, measure_id=measure_id)
    initial = {
        "kind": measure.kind,
        "what": measure.what,
        "position": str(measure.position) if measure.position else "",
        "due_on": measure.due_on,
        "state": measure.state,
        "seen_at": measure.changed_at.isoformat(),
    }
    form = MeasureForm(
        request.POST or None, initial=initial, suggestions=selectors.suggested_positions(measure.task)
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_measure(
                measure=measure,
                seen_at=form.cleaned_data["seen_at"] or measure.changed_at,
                actor=request.actor,
                now=request.now,
                **_values(form),
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("The measure was saved."))
            _warn_when_overdue(request, form)
            return redirect("foresight:measure_list")
    entries = selectors.measure_history(actor=request.actor, measure=measure)[:HISTORY]
    context = {
        **_form_context(form, measure.task),
        "measure": measure,
        "history": history.changes(entries, labels=LABELS, show=_shown),
    }
    return render(request, "foresight/measure/edit.html", context, status=_status(form))


def _warn_when_overdue(request: Request, form: MeasureForm) -> None:
    """A day in the past is allowed, for what should long have been done; but not without a word."""
    due_on = form.cleaned_data["due_on"]
    if form.cleaned_data["state"] in selectors.OPEN and due_on < timezone.localdate(request.now):
        text = _("Its day %(day)s lies in the past: the measure counts as overdue.")
        messages.warning(request, text % {"day": date_format(due_on, "SHORT_DATE_FORMAT")})


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound from error


def _values(form: MeasureForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("kind", "what", "position", "due_on", "state")}


def _form_context(form: MeasureForm, task: Task) -> dict[str, object]:
    return {
        "form": form,
        "task": task,
        "board_url": f"{reverse('foresight:risk_board')}?aufgabe={task.pk}#auswahl",
    }


def _status(form: MeasureForm) -> int:
    return 422 if form.errors else 200


def _shown(name: str, value: object) -> object:
    if value is None:
        return None
    if name == "kind":
        return dict(MeasureKind.choices).get(str(value), value)
    if name == "state":
        return dict(MeasureState.choices).get(str(value), value)
    if name == "due_on":
        return date_format(dt.date.fromisoformat(str(value)), "SHORT_DATE_FORMAT")
    return value
