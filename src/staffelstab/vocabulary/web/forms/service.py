"""Forms of public services."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staffelstab.vocabulary.domain.services import split_terms
from staffelstab.vocabulary.enums import SERVICE_VISIBILITIES, topics_by_name

VISIBILITIES = [(visibility.value, visibility.label) for visibility in SERVICE_VISIBILITIES]


class ServiceEditForm(forms.Form):
    """What the house adds to a service."""

    own_terms = forms.CharField(
        label=_("Additional everyday words"),
        help_text=_("Words people use for this service, one per line. The search finds the service by them."),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=25_000,
    )
    topic = forms.ChoiceField(
        label=_("Topic"),
        choices=lambda: [("", pgettext_lazy("topic", "none")), *topics_by_name()],
        required=False,
    )
    visibility = forms.ChoiceField(label=_("Visible to"), choices=VISIBILITIES, widget=forms.RadioSelect)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    use_required_attribute = False

    def clean_own_terms(self) -> tuple[str, ...]:
        """The words one by one."""
        return split_terms(self.cleaned_data["own_terms"])
