"""Members of a network."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SharesForm(forms.Form):
    """How many shares a member holds."""

    shares = forms.IntegerField(
        label=_("Shares"),
        min_value=0,
        max_value=1_000_000,
        initial=1,
        help_text=_("Every member has one vote, whatever the number of shares."),
    )


class AdmitForm(SharesForm):
    """Which organisation to admit."""

    slug = forms.CharField(
        label=_("Short name of the organisation"),
        max_length=60,
        help_text=_("Its administration finds it under “Administration”, “Organisation”."),
    )
    field_order = ("slug", "shares")
