"""What an organisation demands at sign-in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from staffelstab.core.ui.forms import SeenForm
from staffelstab.identity.enums import Role


class SecondFactorForm(SeenForm):
    """The roles whose holders need a second factor."""

    roles = forms.MultipleChoiceField(
        label=_("Second factor needed for"),
        choices=lambda: [(role.value, role.label) for role in Role],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Whoever holds one of these roles and has no second factor is led to set one up before anything else. "
            "Whoever signs in through a sign-in provider of your organisation needs none here."
        ),
    )
