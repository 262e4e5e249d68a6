"""The register: list, export and changes of many tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from staffelstab.core import list_files
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.core.ui import kept
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.core.ui.tables import Column, Filter, Table, choice_filter
from staffelstab.vocabulary.enums import Topic, topics_by_name
from staffelstab.workforce.enums import Criticality, PositionRisk
from staffelstab.workforce.selectors import persons, positions, tasks
from staffelstab.workforce.selectors.tasks import TaskFilter, TaskLine
from staffelstab.workforce.services import bulk
from staffelstab.workforce.services.bulk import Outcome
from staffelstab.workforce.web.forms.spine import SpineForm
from staffelstab.workforce.web.forms.task import (
    BulkCriticalityForm,
    BulkDeputyForm,
    BulkRiskForm,
    BulkTopicForm,
    BulkUnitForm,
    read_filter,
    read_uuid,
)
from staffelstab.workforce.web.views.pages import form_page, may, unit_filter

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _filters(query: QueryDict, wanted: TaskFilter, *, actor: Actor) -> list[Filter]:
    gaps = [
        ("no_responsible", _("nobody responsible")),
        ("vacant", _("responsible position vacant")),
        ("no_deputy", _("no deputy")),
        ("no_ready_deputy", _("no ready deputy")),
    ]
    found = [
        unit_filter(query, selected=wanted.unit),
        choice_filter(query, name="luecke", label=_("Gap"), choices=gaps, all_label=_("all")),
        choice_filter(query, name="thema", label=_("Topic"), choices=topics_by_name(), all_label=_("all")),
        choice_filter(
            query,
            name="leistung",
            label=_("Service"),
            choices=tasks.service_choices(),
            all_label=_("all"),
        ),
        choice_filter(
            query,
            name="kritikalitaet",
            label=_("Criticality"),
            choices=[(str(grade), f"{grade} – {words}") for grade, words in Criticality.choices],
            all_label=_("all"),
        ),
        choice_filter(
            query, name="stand", label=_("State"), choices=[("beendet", _("ended"))], all_label=_("current")
        ),
    ]
    return [*found, *_chosen(query, wanted, actor=actor)]


def _chosen(query: QueryDict, wanted: TaskFilter, *, actor: Actor) -> Iterator[Filter]:
    """Chips for a position or person the list was opened with."""
    if wanted.position_id is not None:
        position = positions.active().filter(pk=wanted.position_id).first()
        if position is not None:
            choices = [(str(position.pk), str(position))]
            yield choice_filter(
                query, name="stelle", label=_("Position"), choices=choices, all_label=_("all")
            )
    if wanted.person_id is not None and actor.may(persons.VIEW):
        person = persons.active().filter(pk=wanted.person_id).first()
        if person is not None:
            choices = [(str(person.pk), person.name)]
            yield choice_filter(query, name="person", label=_("Person"), choices=choices, all_label=_("all"))


def _table(query: QueryDict, rows: tuple[TaskLine, ...], wanted: TaskFilter, *, actor: Actor) -> Table:
    narrowed = any(query.get(name) for name in query if name not in {"sort", "after", "before"})
    return Table(
        caption=_("Tasks"),
        columns=(
            Column(
                key="task.title",
                label=_("Task"),
                sort="title",
                primary=True,
                template="workforce/task/cells/title.html",
            ),
            Column(key="task.unit.name", label=pgettext("short", "Unit"), sort="unit"),
            Column(
                key="responsible", label=_("Responsible"), template="workforce/task/cells/responsible.html"
            ),
            Column(key="deputies", label=_("Deputy"), template="workforce/task/cells/deputies.html"),
            Column(
                key="task.criticality",
                label=_("Criticality"),
                sort="criticality",
                descending_first=True,
                numeric=True,
                optional=True,
            ),
        ),
        rows=rows,
        query=query,
        sort=wanted.sort,
        bulk_form="task-bulk" if actor.may("workforce.task.bulk") and not wanted.ended else "",
        empty_title="" if narrowed else _("No task yet"),
        empty_text=_("Import your register, or add the first task by hand."),
        empty_url=reverse("workforce:task_create") if actor.may("workforce.task.edit") else "",
        empty_action=_("Add a task"),
    )


@access("workforce.task.view")
@kept.page("vocabulary", "workforce")
def task_list(request: Request) -> HttpResponse:
    """The register of tasks."""
    actor, today = request.actor, timezone.localdate(request.now)
    wanted = read_filter(request.GET, actor=actor)
    page = tasks.task_page(actor=actor, wanted=wanted, query=request.GET.dict(), today=today)
    context = {
        "page": page,
        "table": _table(request.GET, page.rows, wanted, actor=actor),
        "filters": _filters(request.GET, wanted, actor=actor),
        "count": page.count.number,
        "and_more": page.count.more,
        "query": request.GET,
        "encoded": request.GET.urlencode(),
        "actions": ACTIONS,
        "may": may(
            actor,
            create="workforce.task.edit",
            bulk="workforce.task.bulk",
            export="workforce.export.use",
            load="workforce.import.use",
        ),
    }
    return render(request, "workforce/task/list.html", context)


def _export_rows(lines: Iterator[TaskLine]) -> Iterator[list[list_files.Value]]:
    topics = dict(Topic.choices)
    for line in lines:
        task = line.task
        yield [
            task.key,
            task.title,
            task.unit.code,
            task.unit.name,
            task.purpose,
            task.service_key,
            task.product,
            str(topics.get(task.topic, "")),
            task.criticality,
            task.position_risk,
            task.frequency,
            task.deadline,
            task.minimum_holders,
            ", ".join(str(position) for position in line.responsible),
            ", ".join(str(position) for position in line.deputies),
            line.ready,
        ]


@access("workforce.export.use")
def task_export(request: Request) -> HttpResponse:
    """The list on the screen as a file, without names of persons."""
    wanted = read_filter(request.GET, actor=request.actor)
    lines = tasks.task_export(actor=request.actor, wanted=wanted, today=timezone.localdate(request.now))
    header = [
        _("Key"),
        _("Title"),
        _("Unit code"),
        _("Unit"),
        _("Purpose"),
        _("Service key"),
        _("Product"),
        _("Topic"),
        _("Criticality"),
        _("Position risk"),
        _("Frequency"),
        _("Statutory deadline"),
        _("Minimum number of holders"),
        _("Responsible"),
        _("Deputies"),
        _("Ready deputies"),
    ]
    if request.GET.get("format") == "csv":
        content, kind, ending = (
            list_files.render_csv(header, _export_rows(lines)),
            "text/csv; charset=utf-8",
            "csv",
        )
    else:
        content, kind, ending = (
            list_files.render_xlsx(_("Tasks"), header, _export_rows(lines)),
            XLSX,
            "xlsx",
        )
    return HttpResponse(
        content,
        content_type=kind,
        headers=list_files.attachment(
            list_files.file_name(_("Tasks"), day=timezone.localdate(request.now), ending=ending)
        ),
    )


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done to many tasks at once."""

    value: str
    label: Promise
    form: type[SpineForm]
    command: Callable[..., Outcome]


ACTIONS: Final = (
    Action("deputy", gettext_lazy("Assign a deputy"), BulkDeputyForm, bulk.assign_deputy),
    Action("unit", gettext_lazy("Move to a unit"), BulkUnitForm, bulk.move_tasks),
    Action("topic", gettext_lazy("Set topic"), BulkTopicForm, bulk.set_topic),
    Action("criticality", gettext_lazy("Set criticality"), BulkCriticalityForm, bulk.set_criticality),
    Action("risk", gettext_lazy("Set position risk"), BulkRiskForm, bulk.set_position_risk),
)


def _values(form: SpineForm) -> dict[str, object]:
    """What the command takes from the form; grades and topics as members of their enumerations."""
    data = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
    kinds = {"topic": Topic, "criticality": Criticality, "position_risk": PositionRisk}
    return {name: kinds[name](value) if name in kinds else value for name, value in data.items()}


@access("workforce.task.bulk", methods=("GET", "POST"))
def task_bulk(request: Request) -> HttpResponse:
    """Change many tasks: the ticked ones, or all that fit the list's filter. First the question, then the change."""
    action = next((each for each in ACTIONS if each.value == request.POST.get("action")), None)
    if request.method != "POST":
        return redirect("workforce:task_list")
    if action is None:
        raise NotFound
    query = QueryDict(request.POST.get("query", ""))
    everything = request.POST.get("everything") == "1"
    ids = _wanted_ids(request, query, everything=everything)
    back = reverse("workforce:task_list") + (f"?{query.urlencode()}" if query else "")
    if not ids:
        messages.warning(request, _("No task is selected. Tick at least one in the list."))
        return redirect(back)
    confirmed = request.POST.get("confirmed") == "1"
    form = action.form(request.POST if confirmed else None)
    if confirmed and form.is_valid():
        values = _values(form)
        command = action.command
        outcome = form.submit(lambda: command(task_ids=ids, actor=request.actor, now=request.now, **values))
        if outcome is not None:
            _report(request, outcome)
            return redirect(back)
    return form_page(
        request,
        template="workforce/task/bulk.html",
        form=form,
        heading=str(action.label),
        crumbs=[(_("Tasks"), back)],
        submit=str(action.label),
        cancel=back,
        action=action,
        everything=everything,
        ids=ids if not everything else (),
        count=len(ids),
        encoded=query.urlencode(),
        examples=tasks.titles_of(ids),
    )


def _wanted_ids(request: Request, query: QueryDict, *, everything: bool) -> list[UUID]:
    if everything:
        wanted = read_filter(query, actor=request.actor)
        return tasks.changeable_ids(actor=request.actor, wanted=wanted, today=timezone.localdate(request.now))
    return [key for key in map(read_uuid, request.POST.getlist("selected")) if key is not None]


def _report(request: Request, outcome: Outcome) -> None:
    changed = ngettext("%(count)s task was changed.", "%(count)s tasks were changed.", outcome.changed) % {
        "count": outcome.changed
    }
    kept = ngettext("%(count)s stayed as it is.", "%(count)s stayed as they are.", outcome.unchanged) % {
        "count": outcome.unchanged
    }
    messages.success(request, f"{changed} {kept}" if outcome.unchanged else changed)
