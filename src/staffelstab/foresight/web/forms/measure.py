"""Forms of measures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from staffelstab.core.ui.forms import Combobox, DateInput
from staffelstab.foresight.enums import MeasureKind, MeasureState
from staffelstab.foresight.selectors.measures import position_named
from staffelstab.workforce.models import Position


class MeasureForm(forms.Form):
    """A measure: what, how, which position, until when, how far."""

    kind = forms.ChoiceField(label=_("Kind"), choices=MeasureKind.choices, widget=forms.RadioSelect)
    what = forms.CharField(
        label=_("What will be done"),
        max_length=300,
        help_text=_("One sentence that somebody else understands. No names: positions change hands."),
    )
    position = forms.CharField(
        label=_("Who does it (position)"),
        required=False,
        max_length=241,
        help_text=_("Number of the position; suggestions come from the task's department."),
    )
    due_on = forms.DateField(label=_("Due by"), widget=DateInput())
    state = forms.ChoiceField(label=_("State"), choices=MeasureState.choices)
    measure_id = forms.UUIDField(widget=forms.HiddenInput(), required=False)
    seen_at = forms.DateTimeField(widget=forms.HiddenInput(), required=False)

    def __init__(self, *args: Any, suggestions: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position"].widget = Combobox(options=suggestions)

    def clean_position(self) -> Position | None:
        """The position meant; an error for one that does not exist."""
        text = self.cleaned_data["position"]
        if not text:
            return None
        found = position_named(text)
        if found is None:
            raise forms.ValidationError(
                _("There is no position “%(text)s”. Choose one of the suggestions or type its number."),
                params={"text": text},
            )
        return found
