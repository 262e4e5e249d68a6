"""Forms of barrier reports."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class BarrierReportForm(forms.Form):
    """What a visitor tells us about a barrier."""

    text = forms.CharField(
        label=_("What did not work?"),
        help_text=_("Describe what you wanted to do and what stopped you. Your own words are enough."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=4000,
    )
    page = forms.CharField(label=_("On which page?"), required=False, max_length=500)
    contact = forms.CharField(
        label=_("How can we reach you?"),
        help_text=_("E-mail or telephone, only if you want an answer."),
        required=False,
        max_length=254,
    )


class BarrierAnswerForm(forms.Form):
    """The answer of the organisation."""

    answer = forms.CharField(
        label=_("Answer or what was done"), widget=forms.Textarea(attrs={"rows": 6}), max_length=4000
    )
