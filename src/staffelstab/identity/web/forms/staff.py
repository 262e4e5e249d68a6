"""Asking for access to an organisation as operating staff."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

MINUTES = ((30, _("30 minutes")), (60, _("1 hour")), (120, _("2 hours")), (240, _("4 hours")))


class StaffSessionForm(forms.Form):
    """Organisation, reason, duration."""

    slug = forms.SlugField(
        label=_("Short name of the organisation"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
        help_text=_("As in commands, e.g. “brueckenfeld”."),
        error_messages={"invalid": _("Lower-case letters, digits and hyphens.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The organisation reads it. Name the ticket, not the person who asked."),
    )
    minutes = forms.TypedChoiceField(label=_("Duration"), choices=MINUTES, coerce=int, initial=60)

    @property
    def duration(self) -> timedelta:
        """The duration that was chosen."""
        return timedelta(minutes=self.cleaned_data["minutes"])
