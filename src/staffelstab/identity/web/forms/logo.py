"""The logo of an organisation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MAX_BYTES = 5 * 2**20


class LogoForm(forms.Form):
    """A picture file."""

    picture = forms.FileField(
        label=_("Picture"),
        help_text=_(
            "PNG, JPEG or WebP, at most 5 MB. It is shown at the top left of every page and in reports."
        ),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )

    def clean_picture(self) -> Any:
        """Refuse what is too large before it is read."""
        picture = self.cleaned_data["picture"]
        if picture.size > MAX_BYTES:
            raise forms.ValidationError(_("This file is larger than 5 MB."), code="size")
        return picture
