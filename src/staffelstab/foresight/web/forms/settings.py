"""Form of the assumptions."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from staffelstab.core.ui.forms import SeenForm, TextNeededSometimes
from staffelstab.foresight.domain.quarters import LONGEST_LEAD


class SettingsForm(SeenForm):
    """Turnover in per cent, lead time in quarters, and why."""

    turnover = forms.DecimalField(
        label=_("Yearly turnover in per cent"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        max_digits=5,
        localize=True,
        help_text=_("Share of the staff who leave in a year for reasons other than the exits entered."),
    )
    lead_quarters = forms.IntegerField(
        label=_("Lead time in quarters"),
        min_value=0,
        max_value=LONGEST_LEAD,
        help_text=_("So many quarters before a task turns red its handover should begin."),
    )
    reason = TextNeededSometimes(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Required when a figure changes. It stands beside the figures and in the history."),
    )

    def share(self) -> Decimal:
        """The turnover as a share 0 … 1."""
        turnover: Decimal = self.cleaned_data["turnover"]
        return turnover / 100
