"""The data of an organisation."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from staffelstab.core.ui.theme import contrast, house_theme
from staffelstab.identity.enums import OrganisationKind
from staffelstab.identity.models import Organisation

CONTRAST = 4.5
"""WCAG 2.2: contrast of normal text."""


class OrganisationForm(forms.Form):
    """Name, kind, official key and colour."""

    name = forms.CharField(
        label=_("Name"), max_length=200, help_text=_("As on the letterhead, e.g. “Stadt Brückenfeld”.")
    )
    short_name = forms.CharField(
        label=_("Short name"),
        max_length=40,
        required=False,
        help_text=_("For the page head on small screens."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=OrganisationKind)
    ags = forms.RegexField(
        r"^\d{8}(\d{4})?$",
        label=_("Official municipality key (AGS)"),
        required=False,
        help_text=_("8 digits, or 12 with the association of municipalities."),
        error_messages={"invalid": _("The key has 8 or 12 digits.")},
    )
    colour = forms.RegexField(
        r"^#[0-9a-fA-F]{6}$",
        label=_("Colour"),
        widget=forms.ColorInput,
        help_text=_("Colour of the page head. White or black text has to be legible on it."),
        error_messages={"invalid": _("Please choose a colour.")},
    )

    @staticmethod
    def initial_of(organisation: Organisation) -> dict[str, str]:
        """What stands in the form at first."""
        return {name: getattr(organisation, name) for name in OrganisationForm.base_fields}

    def clean_colour(self) -> str:
        """A colour on which text can be read."""
        colour = str(self.cleaned_data["colour"]).lower()
        if contrast(colour, house_theme(colour).colour_on) < CONTRAST:
            raise forms.ValidationError(
                _("Text is hard to read on this colour. Please choose a darker or a lighter one."),
                code="contrast",
            )
        return colour
