"""Sample data of the component page: every component in every state. The data is invented."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from staffelstab.core.ui.charts import ALARM, SOFT, Chart, ChartTable, chart_definition
from staffelstab.core.ui.forms import Combobox, DateInput
from staffelstab.core.ui.paging import Page
from staffelstab.core.ui.tables import Column, Table, choice_filter, chosen_filter

TONES = ("ok", "info", "warn", "high", "critical", "neutral")
POSITION_LABELS = ("über 12 Monate", "bis 12 Monate", "bis 6 Monate", "bis 3 Monate", "sofort ersetzbar")
EXIT_LABELS = ("später", "in 6 Jahren", "in 4 Jahren", "in 2 Jahren", "in 1 Jahr")
MATRIX = (
    ((31, 2), (22, 2), (14, 3), (9, 4), (3, 5)),
    ((38, 1), (30, 2), (17, 3), (11, 3), (6, 4)),
    ((41, 1), (33, 2), (19, 2), (12, 3), (8, 3)),
    ((25, 0), (20, 1), (11, 2), (7, 2), (5, 3)),
    ((22, 0), (15, 0), (7, 1), (4, 2), (2, 2)),
)
QUARTERS = (4, 4, 5, 6, 6, 7, 9, 12, 14, 17, 19, 21, 23, 24, 27, 29, 30, 33, 35, 36)
SELECTED_QUARTER = 8


@dataclass(frozen=True, kw_only=True)
class SampleTask:
    """A row of the sample list."""

    pk: int
    title: str
    unit: str
    red: str
    holders: int
    documentation: int
    rest_risk: int
    tone: str


TASKS = tuple(
    SampleTask(
        pk=pk,
        title=title,
        unit=unit,
        red=red,
        holders=holders,
        documentation=share,
        rest_risk=risk,
        tone=tone,
    )
    for pk, (title, unit, red, holders, share, risk, tone) in enumerate(
        (
            ("Wohngeldantrag bescheiden", "Sozialamt", "III/2028", 1, 35, 18, "critical"),
            ("Jahresabschluss der Stadtkasse erstellen", "Kämmerei", "I/2028", 1, 60, 17, "critical"),
            ("Deichschau durchführen", "Tiefbauamt", "IV/2028", 1, 0, 16, "high"),
            ("Friedhofsgebühren festsetzen", "Standesamt", "IV/2029", 2, 80, 8, "warn"),
            ("Personalausweis ausstellen", "Bürgerdienste", "", 9, 90, 3, "ok"),
        ),
        start=1,
    )
)


class SampleForm(forms.Form):
    """One field of every kind."""

    title = forms.CharField(
        label=_("Title"), help_text=_("Noun and verb, for example “Decide on housing benefit”.")
    )
    purpose = forms.CharField(label=_("Purpose"), widget=forms.Textarea, required=False)
    unit = forms.CharField(
        label=_("Unit"), widget=Combobox(options=tuple(sorted({task.unit for task in TASKS}))), required=False
    )
    criticality = forms.ChoiceField(label=_("Criticality"), choices=[(str(n), str(n)) for n in range(1, 6)])
    until = forms.DateField(label=_("Due by"), widget=DateInput(), required=False)
    number = forms.IntegerField(label=_("Minimum number of holders"), min_value=0, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("RESPONSIBLE", _("responsible")), ("DEPUTY", _("deputy")), ("CAN_HELP", _("can help"))],
        widget=forms.RadioSelect,
    )
    audience = forms.MultipleChoiceField(
        label=_("Audience"),
        choices=[("citizens", _("citizens")), ("companies", _("companies")), ("house", _("own house"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    file = forms.FileField(label=_("File"), help_text=_("XLSX, ODS or CSV, up to 200 MB."), required=False)
    ready = forms.BooleanField(label=_("The deputy is ready today"), required=False)

    use_required_attribute = False


def sample_table(query: QueryDict, *, rows: tuple[SampleTask, ...] = TASKS, bulk: bool = True) -> Table:
    """The sample list with a link, a bar, a badge and a number column."""
    return Table(
        caption=_("Tasks"),
        columns=(
            Column(
                key="title", label=_("Task"), sort="title", primary=True, href=lambda row: f"#task-{row.pk}"
            ),
            Column(key="unit", label=_("Unit"), sort="unit"),
            Column(key="red", label=_("Red from"), sort="red"),
            Column(key="holders", label=_("Can do it"), numeric=True, optional=True),
            Column(
                key="documentation",
                label=_("Documentation"),
                template="core/ui/cells/share.html",
                optional=True,
            ),
            Column(
                key="rest_risk",
                label=_("Rest risk"),
                sort="risk",
                descending_first=True,
                numeric=True,
                template="core/ui/cells/risk.html",
            ),
        ),
        rows=rows,
        query=query,
        sort=query.get("sort", "-risk"),
        bulk_form="sample-bulk" if bulk else "",
        selected="1",
        empty_title=_("No task yet"),
        empty_text=_("Import your register or add the first task by hand."),
        empty_url="#empty",
        empty_action=_("Add a task"),
    )


def sample_chart() -> Chart:
    """Bars by quarter with one marked bar."""
    names = [f"{('I', 'II', 'III', 'IV')[(3 + q) % 4]}/{2026 + (3 + q) // 4}" for q in range(len(QUARTERS))]
    values = [
        {"quarter": name, "tasks": count, "marked": index == SELECTED_QUARTER}
        for index, (name, count) in enumerate(zip(names, QUARTERS, strict=True))
    ]
    return Chart(
        key="sample-chart",
        title=_("Tasks without a holder rise to 36 within five years"),
        description=_("Bars by quarter, from 4 tasks in the first quarter to 36 in the last."),
        definition=chart_definition(
            values=values,
            mark={"type": "bar", "tooltip": True},
            encoding={
                "x": {"field": "quarter", "type": "ordinal", "sort": None, "title": None},
                "y": {"field": "tasks", "type": "quantitative", "title": _("Tasks")},
                "color": {
                    "condition": {"test": "datum.marked", "value": ALARM},
                    "value": SOFT,
                },
            },
            height=220,
        ),
        table=ChartTable(heads=(_("Quarter"), _("Tasks")), rows=list(zip(names, QUARTERS, strict=True))),
    )


def _bound_form() -> SampleForm:
    form = SampleForm({"criticality": "9", "until": "31.02.2027", "number": "-1"}, auto_id="invalid_%s")
    form.full_clean()
    form.add_error(None, _("A task with this key already exists."))
    return form


def _matrix() -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "cells": [
                {
                    "count": count,
                    "heat": heat,
                    "current": (row, column) == (0, 3),
                    "exit": EXIT_LABELS[column],
                }
                for column, (count, heat) in enumerate(cells)
            ],
        }
        for row, (label, cells) in enumerate(zip(POSITION_LABELS, MATRIX, strict=True))
    ]


def _quarters() -> list[dict[str, Any]]:
    top = max(QUARTERS)
    return [
        {
            "name": f"{('I', 'II', 'III', 'IV')[(3 + index) % 4]}/{2026 + (3 + index) // 4}",
            "count": count,
            "height": round(80 * count / top),
            "y": 84 - round(80 * count / top),
            "past": index < SELECTED_QUARTER,
            "current": index == SELECTED_QUARTER,
            "tick": index in (0, 4, 12, 16, 19),
        }
        for index, count in enumerate(QUARTERS)
    ]


def component_samples(request: HttpRequest) -> dict[str, Any]:
    """Context of ``core/ui/components.html``."""
    query = request.GET
    units = sorted({task.unit for task in TASKS})
    return {
        "tones": TONES,
        "query": query,
        "table": sample_table(query),
        "empty_table": sample_table(query, rows=(), bulk=False),
        "page": Page(rows=TASKS, next="bmV4dA", previous="cHJldg"),
        "filters": [
            choice_filter(
                query,
                name="unit",
                label=_("Unit"),
                choices=[(unit, unit, 1) for unit in units],
                all_label=_("all"),
            ),
            choice_filter(
                query,
                name="scenario",
                label=_("Scenario"),
                choices=[("early", _("early")), ("regular", _("regular")), ("late", _("late"))],
                default="regular",
            ),
            chosen_filter(query, name="quarter", label=_("Quarter"), value_label="II/2027"),
        ],
        "form": SampleForm(),
        "invalid_form": _bound_form(),
        "chart": sample_chart(),
        "facts": [
            (_("Responsible"), "50-03"),
            (_("Deputy"), _("1 position, not ready yet")),
            (_("Act by"), "IV/2026"),
            (_("Statutory deadline"), None),
        ],
        "tabs": [(_("Overview"), "#overview", True), (_("History"), "#history", False)],
        "steps": [
            {"title": _("Kick-off"), "state": "done", "date": "12.01.2027"},
            {"title": _("Knowledge map"), "state": "late", "date": "26.01.2027", "note": _("3 days late")},
            {"title": _("Shadowing"), "state": "current", "date": "09.02.2027", "url": "#step"},
            {"title": _("Transfer meeting"), "state": "open"},
        ],
        "tree": [
            {
                "label": "Stadt Brückenfeld",
                "url": "#unit-1",
                "open": True,
                "note": "412",
                "children": [
                    {
                        "label": "Sozialamt",
                        "url": "#unit-2",
                        "current": True,
                        "open": True,
                        "children": [{"label": "Wohngeld", "url": "#unit-3", "note": "14"}],
                    },
                    {"label": "Tiefbauamt", "url": "#unit-4", "note": "37"},
                ],
            }
        ],
        "matrix": _matrix(),
        "exit_labels": EXIT_LABELS,
        "quarters": _quarters(),
    }
