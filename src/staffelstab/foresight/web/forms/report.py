"""What a report is asked for, and what a network may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from staffelstab.core.ui.forms import DateInput
from staffelstab.foresight.enums import ReportSubject
from staffelstab.foresight.selectors.reports import Subject


class ReportForm(forms.Form):
    """Subject and day. `report_id` makes a second click on the same form harmless."""

    subject = forms.ChoiceField(
        label=_("What is the report about?"),
        help_text=_("A unit counts with everything below it."),
    )
    as_of = forms.DateField(
        label=_("As of"),
        widget=DateInput(),
        help_text=_("The day from which years are counted. The register is taken as it is entered today."),
    )
    report_id = forms.UUIDField(widget=forms.HiddenInput(), required=False)

    def __init__(self, *args: Any, subjects: Sequence[Subject], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_key = {f"{subject.kind}:{subject.id}": subject for subject in subjects}
        groups: dict[str, list[tuple[str, str]]] = {}
        for key, subject in self.by_key.items():
            indent = "\u2003" * max(len(subject.unit_path) - 1, 0)
            groups.setdefault(str(ReportSubject(subject.kind).label), []).append((key, indent + subject.name))
        self.fields["subject"].choices = list(groups.items())  # type: ignore[attr-defined]
        self.fields["as_of"].initial = today

    def clean_subject(self) -> Subject:
        """The subject chosen."""
        return self.by_key[self.cleaned_data["subject"]]
