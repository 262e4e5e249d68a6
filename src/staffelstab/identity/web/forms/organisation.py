"""The data of an organisation."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from staffelstab.core.ui.forms import SeenForm
from staffelstab.core.ui.theme import contrast
from staffelstab.identity.enums import OrganisationKind
from staffelstab.identity.models import Organisation
from staffelstab.identity.models.organisations import HIGHEST_THRESHOLD, LOWEST_THRESHOLD

CONTRAST = 4.5
"""WCAG 2.2: contrast of normal text."""
PAPER = "#f3f4f8"
"""The darkest ground of the light mode on which the colour stands as text (``--soft``)."""


class OrganisationForm(SeenForm):
    """Name, kind, official key, colour and group threshold."""

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
        help_text=_(
            "Of the page head and of what is selected. It has to be dark enough to be read on white."
        ),
        error_messages={"invalid": _("Please choose a colour.")},
    )

    group_threshold = forms.IntegerField(
        label=_("Smallest group in evaluations (persons)"),
        min_value=LOWEST_THRESHOLD,
        max_value=HIGHEST_THRESHOLD,
        help_text=_("No figure about people rests on fewer of them. Usual are 7 to 10, never below 5."),
    )

    @staticmethod
    def initial_of(organisation: Organisation) -> dict[str, object]:
        """What stands in the form at first."""
        names = (name for name in OrganisationForm.base_fields if name != "seen")
        return {name: getattr(organisation, name) for name in names}

    def clean_colour(self) -> str:
        """A colour that can be read as text on light pages; the theme finds the text that stands on it."""
        colour = str(self.cleaned_data["colour"]).lower()
        if contrast(colour, PAPER) < CONTRAST:
            raise forms.ValidationError(
                _("This colour is too light to be read on white. Please choose a darker one."),
                code="contrast",
            )
        return colour
