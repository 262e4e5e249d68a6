"""Forms about tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, ClassVar, cast
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator, RegexValidator
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.vocabulary.enums import topics_by_name
from staffelstab.vocabulary.models import SERVICE_KEY
from staffelstab.workforce.enums import Criticality, PositionRisk, ResponsibilityKind
from staffelstab.workforce.models import Position, Task, Unit
from staffelstab.workforce.selectors import positions, tasks, units
from staffelstab.workforce.selectors.tasks import TaskFilter
from staffelstab.workforce.services.errors import PositionEnded, TaskKeyTaken, UnitEnded
from staffelstab.workforce.services.responsibilities import Part
from staffelstab.workforce.services.tasks import TaskValues
from staffelstab.workforce.web.forms.spine import PickField, SpineForm

UNIT_MISSING = _("There is no such unit. Type a part of its name or its code and choose from the list.")
POSITION_MISSING = _(
    "There is no such position. Type its number or a part of its title and choose from the list."
)


def unit_field(**kwargs: Any) -> PickField:
    """A unit by label or code."""
    return PickField(
        find=units.find_unit,
        search_url=reverse_lazy("workforce:unit_pick"),
        missing=UNIT_MISSING,
        **{"label": _("Unit"), **kwargs},
    )


def position_field(find: Callable[[str], Any] = positions.find_position, **kwargs: Any) -> PickField:
    """A position by label or number."""
    return PickField(
        find=find,
        search_url=reverse_lazy("workforce:position_pick"),
        missing=POSITION_MISSING,
        **{"label": _("Position"), **kwargs},
    )


def _graded(choices: list[tuple[int, Any]]) -> list[tuple[str, Any]]:
    """Grades with their number in front of the words."""
    return [("", _("not known")), *((str(grade), _Graded(grade, words)) for grade, words in choices)]


class _Graded:
    def __init__(self, grade: int, words: object) -> None:
        self.grade, self.words = grade, words

    def __str__(self) -> str:
        return f"{self.grade} – {self.words}"


def _number(value: str) -> int | None:
    return int(value) if value else None


class TaskForm(SpineForm):
    """Everything about a task except who does it."""

    error_fields: ClassVar = {TaskKeyTaken: "key", UnitEnded: "unit"}

    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        help_text=_("Noun and verb, for example “Decide on housing benefit”."),
    )
    key = forms.CharField(
        label=_("Key"),
        max_length=60,
        help_text=_("Your own key of this task. Imports find it again by this key."),
    )
    unit = unit_field()
    purpose = forms.CharField(
        label=_("Purpose"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the task is good for, in one or two sentences."),
    )
    service_key = forms.CharField(
        label=_("Service key (LeiKa/FIM)"),
        required=False,
        max_length=14,
        validators=[
            RegexValidator(
                SERVICE_KEY, _("A service key has 14 digits and begins with 99, for example 99107023017000.")
            )
        ],
        help_text=_("14 digits beginning with 99. Internal tasks have none."),
    )
    product = forms.CharField(
        label=_("Product"), max_length=40, required=False, help_text=_("Product number of the budget.")
    )
    topic = forms.ChoiceField(
        label=_("Topic"), required=False, choices=lambda: [("", _("not known")), *topics_by_name()]
    )
    audience = forms.CharField(
        label=_("Audience"), max_length=200, required=False, help_text=_("For whom the task is done.")
    )
    frequency = forms.CharField(
        label=_("Frequency"),
        max_length=200,
        required=False,
        help_text=_("How often or when in the year, in words."),
    )
    deadline = forms.CharField(label=_("Statutory deadline"), max_length=300, required=False)
    criticality = forms.TypedChoiceField(
        label=_("Criticality"),
        required=False,
        choices=_graded(Criticality.choices),
        coerce=_number,
        empty_value=None,
        help_text=_("What happens when the task is left undone."),
    )
    position_risk = forms.TypedChoiceField(
        label=_("Position risk"),
        required=False,
        choices=_graded(PositionRisk.choices),
        coerce=_number,
        empty_value=None,
        help_text=_("How long it takes until a successor does the task on their own."),
    )
    minimum_holders = forms.IntegerField(
        label=_("Minimum number of holders"),
        required=False,
        min_value=1,
        validators=[MaxValueValidator(999)],
        help_text=_("How many people must be able to do it."),
    )

    @property
    def values(self) -> TaskValues:
        """What was entered."""
        return TaskValues(**{field.name: self.cleaned_data[field.name] for field in fields(TaskValues)})

    @staticmethod
    def initial_of(task: Task) -> dict[str, object]:
        """The form as the task fills it."""
        values: dict[str, object] = {field.name: getattr(task, field.name) for field in fields(TaskValues)}
        return values | {"unit": str(task.unit), "seen": task.changed_at.isoformat()}


class PartForm(forms.Form):
    """One position with its part in a task; an empty position means: no line."""

    use_required_attribute = False

    position = position_field(required=False)
    kind = forms.ChoiceField(label=_("Part in the task"), choices=ResponsibilityKind.choices)
    ready = forms.BooleanField(label=_("Deputy can take over today"), required=False)

    def __init__(self, *args: Any, known: Mapping[str, Position] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = known or {}
        # A position that has ended meanwhile may stay in its line, or be taken out.
        self.fields["position"].find = lambda text: known.get(text.strip()) or positions.find_position(text)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Only a deputy can be ready."""
        data = self.cleaned_data
        if data.get("ready") and data.get("kind") != ResponsibilityKind.DEPUTY:
            self.add_error("ready", _("Only a deputy can be marked as ready."))
        return data


class BasePartFormSet(forms.BaseFormSet[PartForm]):
    """Who does a task."""

    def add_fields(self, form: PartForm, index: int | None) -> None:
        """A new line is left empty, not struck out."""
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Take this position out")

    def clean(self) -> None:
        """All lines that were drawn are there, and one position has one line."""
        # A line that is not sent would be taken out: sending less than was drawn is never meant.
        drawn, sent = self.initial_form_count(), self.total_form_count()
        if sent < drawn or drawn < len(self.initial or ()):
            raise forms.ValidationError(
                _(
                    "The lines of this task have changed in the meantime, or some are missing. Please reload the page "
                    "and enter your change again."
                )
            )
        named = [part.position.pk for part in self.parts] if not any(self.errors) else []
        if len(set(named)) < len(named):
            raise forms.ValidationError(_("A position has one part in a task: it is named twice here."))

    @property
    def parts(self) -> list[Part]:
        """The lines that name a position and are not struck out."""
        return [
            Part(
                form.cleaned_data["position"],
                ResponsibilityKind(form.cleaned_data["kind"]),
                form.cleaned_data["ready"],
            )
            for form in self.forms
            if form.cleaned_data.get("position") and not form.cleaned_data.get("DELETE")
        ]


_PartFormSet = forms.formset_factory(PartForm, formset=BasePartFormSet, extra=2, can_delete=True, max_num=200)


def part_lines(
    data: Any, *, initial: Sequence[Mapping[str, object]], known: Mapping[str, Position]
) -> BasePartFormSet:
    """The lines of a task, two empty ones at the end. ``known``: label → position of those that are there."""
    lines = _PartFormSet(data, initial=initial, form_kwargs={"known": known}, prefix="teil")
    return cast("BasePartFormSet", lines)


class BulkDeputyForm(SpineForm):
    """Which position deputises."""

    error_fields: ClassVar = {PositionEnded: "position"}

    position = position_field(label=_("Deputy"))
    ready = forms.BooleanField(label=_("Deputy can take over today"), required=False)


class BulkUnitForm(SpineForm):
    """Where the tasks go."""

    error_fields: ClassVar = {UnitEnded: "unit"}

    unit = unit_field(label=_("New unit"))


class BulkTopicForm(SpineForm):
    """Which topic."""

    topic = forms.ChoiceField(label=_("Topic"), choices=topics_by_name)


class BulkCriticalityForm(SpineForm):
    """Which criticality."""

    criticality = forms.TypedChoiceField(
        label=_("Criticality"), choices=_graded(Criticality.choices)[1:], coerce=int
    )


class BulkRiskForm(SpineForm):
    """Which position risk."""

    position_risk = forms.TypedChoiceField(
        label=_("Position risk"), choices=_graded(PositionRisk.choices)[1:], coerce=int
    )


def read_uuid(text: str) -> UUID | None:
    """A key from an address; ``None`` for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def read_unit(query: QueryDict, *, actor: Actor) -> Unit | None:
    """The unit a list is narrowed to; an unknown one counts as none."""
    key = read_uuid(query.get("einheit", ""))
    if key is None:
        return None
    try:
        return units.get_unit(actor=actor, unit_id=key)
    except NotFound:
        return None


def read_filter(query: QueryDict, *, actor: Actor) -> TaskFilter:
    """The filter an address asks for; what makes no sense counts as not given."""
    criticality, gap = query.get("kritikalitaet", ""), query.get("luecke", "")
    return TaskFilter(
        unit=read_unit(query, actor=actor),
        topic=query.get("thema", ""),
        service_key=query.get("leistung", ""),
        criticality=int(criticality) if criticality in {"1", "2", "3", "4", "5"} else None,
        gap=gap if gap in tasks.GAPS else "",
        position_id=read_uuid(query.get("stelle", "")),
        person_id=read_uuid(query.get("person", "")),
        text=query.get("q", "")[:200],
        ended=query.get("stand") == "beendet",
        sort=query.get("sort", "title"),
    )
