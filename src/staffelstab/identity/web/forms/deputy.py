"""Naming a deputy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from staffelstab.core.ui.forms import Combobox, DateInput


class DeputyForm(forms.Form):
    """Which role, who, from when until when."""

    grant = forms.ChoiceField(label=_("Role"))
    colleague = forms.CharField(
        label=_("Deputy"),
        max_length=420,
        help_text=_("Type a name or an e-mail address and choose from the suggestions."),
    )
    since = forms.DateField(label=_("First day"), widget=DateInput())
    until = forms.DateField(
        label=_("Last day"), widget=DateInput(), help_text=_("The role ends by itself after this day.")
    )

    def __init__(self, *args: Any, grants: Iterable[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["colleague"].widget = Combobox(search_url=reverse("identity:deputy_pick"))
        self.fields["grant"].choices = [(str(key), words) for key, words in grants]  # type: ignore[attr-defined]
