"""Screens about one task."""

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
from staffelstab.workforce.models import Task
from staffelstab.workforce.selectors import history, tasks
from staffelstab.workforce.services import responsibilities
from staffelstab.workforce.services import tasks as service
from staffelstab.workforce.web.forms.spine import ConfirmForm
from staffelstab.workforce.web.forms.task import TaskForm, part_lines, read_unit
from staffelstab.workforce.web.views.pages import Crumb, data_of, form_page, history_page, may, suggestions

EDIT = "workforce.task.edit"


def _address(task: Task) -> str:
    return reverse("workforce:task_detail", args=[task.pk])


def _crumbs(task: Task | None = None) -> list[Crumb]:
    start: list[Crumb] = [(_("Tasks"), reverse("workforce:task_list"))]
    if task is None:
        return start
    by_unit = reverse("workforce:task_list", query={"einheit": str(task.unit_id)})
    return [*start, (task.unit.name, by_unit), (task.title, _address(task))]


@access("workforce.task.view")
@kept.page("foresight", "vocabulary", "workforce")
def task_detail(request: Request, task_id: UUID) -> HttpResponse:
    """The task page; the place ``workforce.task`` beside it is filled by modules above (core.ui.slots)."""
    found = tasks.task_detail(actor=request.actor, task_id=task_id, today=timezone.localdate(request.now))
    context = {
        "found": found,
        "task": found.task,
        "crumbs": [*_crumbs(found.task)[:-1], (found.task.title, "")],
        "history": history.latest(actor=request.actor, obj=found.task),
        "may": may(request.actor, found.task, edit=EDIT, history="workforce.history.view"),
        "named": request.actor.may("workforce.person.view"),
    }
    return render(request, "workforce/task/detail.html", context)


@access(EDIT, methods=("GET", "POST"))
def task_create(request: Request) -> HttpResponse:
    """A new task."""
    unit = read_unit(request.GET, actor=request.actor)
    form = TaskForm(data_of(request), initial={"unit": str(unit) if unit else ""})
    if request.method == "POST" and form.is_valid():
        task = form.submit(
            lambda: service.create_task(values=form.values, actor=request.actor, now=request.now)
        )
        if task is not None:
            messages.success(request, _("The task was created. Now say who does it."))
            return redirect("workforce:task_responsibilities", task.pk)
    return form_page(
        request,
        template="workforce/task/create.html",
        form=form,
        heading=_("New task"),
        crumbs=_crumbs(),
        submit=_("Create task"),
        cancel=reverse("workforce:task_list"),
    )


@access(EDIT, methods=("GET", "POST"))
def task_edit(request: Request, task_id: UUID) -> HttpResponse:
    """Change a task."""
    task = tasks.get_task(actor=request.actor, task_id=task_id, permission=EDIT)
    form = TaskForm(data_of(request), initial=TaskForm.initial_of(task))
    if request.method == "POST" and form.is_valid():
        done = form.submit(
            lambda: service.edit_task(
                task=task,
                values=form.values,
                seen=form.cleaned_data["seen"],
                actor=request.actor,
                now=request.now,
            )
        )
        if done is not None:
            messages.success(request, _("The task was saved."))
            return redirect(_address(task))
    return form_page(
        request,
        template="workforce/task/edit.html",
        form=form,
        heading=_("Edit task"),
        crumbs=_crumbs(task),
        submit=_("Save"),
        cancel=_address(task),
    )


@access(EDIT, methods=("GET", "POST"))
def task_responsibilities(request: Request, task_id: UUID) -> HttpResponse:
    """Who does the task: responsible, deputies, helpers."""
    actor = request.actor
    task = tasks.get_task(actor=actor, task_id=task_id, permission=EDIT)
    parts = tasks.task_parts(actor=actor, task=task, today=timezone.localdate(request.now))
    rows = [
        {"position": str(part.position), "kind": part.responsibility.kind, "ready": part.responsibility.ready}
        for part in parts
    ]
    known = {str(part.position): part.position for part in parts}
    form = ConfirmForm(data_of(request), initial={"seen": task.changed_at.isoformat()})
    lines = part_lines(data_of(request), initial=rows, known=known)
    if request.method == "POST" and form.is_valid() and lines.is_valid():

        def command() -> bool:
            responsibilities.replace_responsibilities(
                task=task, parts=lines.parts, seen=form.cleaned_data["seen"], actor=actor, now=request.now
            )
            return True

        if form.submit(command):
            messages.success(request, _("Who does this task was saved."))
            return redirect(_address(task))
    return form_page(
        request,
        template="workforce/task/responsibilities.html",
        form=form,
        heading=_("Who does this task?"),
        crumbs=_crumbs(task),
        submit=_("Save"),
        cancel=_address(task),
        task=task,
        lines=lines,
    )


@access(EDIT, methods=("GET", "POST"))
def task_end(request: Request, task_id: UUID) -> HttpResponse:
    """The task is not done any more."""
    task = tasks.get_task(actor=request.actor, task_id=task_id, permission=EDIT)
    form = ConfirmForm(data_of(request), initial={"seen": task.changed_at.isoformat()})
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        if form.submit(lambda: service.end_task(task=task, seen=seen, actor=request.actor, now=request.now)):
            messages.success(request, _("The task has ended. You can take it up again at any time."))
            return redirect(_address(task))
    return form_page(
        request,
        template="workforce/task/end.html",
        form=form,
        heading=_("End this task?"),
        crumbs=_crumbs(task),
        submit=_("End task"),
        cancel=_address(task),
        task=task,
        danger=True,
    )


@access(EDIT, methods=("GET", "POST"))
def task_reactivate(request: Request, task_id: UUID) -> HttpResponse:
    """An ended task is done again."""
    task = tasks.get_task(actor=request.actor, task_id=task_id, permission=EDIT)
    form = ConfirmForm(data_of(request), initial={"seen": task.changed_at.isoformat()})
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        if form.submit(
            lambda: service.reactivate_task(task=task, seen=seen, actor=request.actor, now=request.now)
        ):
            messages.success(request, _("The task is done again."))
            return redirect(_address(task))
    return form_page(
        request,
        template="workforce/task/reactivate.html",
        form=form,
        heading=_("Take up this task again?"),
        crumbs=_crumbs(task),
        submit=_("Take up again"),
        cancel=_address(task),
        task=task,
    )


@access("workforce.history.view")
def task_history(request: Request, task_id: UUID) -> HttpResponse:
    """All changes of a task."""
    task = tasks.get_task(actor=request.actor, task_id=task_id)
    return history_page(
        request,
        template="workforce/task/history.html",
        obj=task,
        name=task.title,
        crumbs=_crumbs(task),
        back=_address(task),
    )


@access("workforce.task.view")
def task_pick(request: Request) -> HttpResponse:
    """Suggestions for a task."""
    return suggestions(request, tasks.task_pick)
