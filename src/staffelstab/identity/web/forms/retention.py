"""How long one kind of data is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffelstab.core.retention import Finding


class PeriodForm(forms.Form):
    """Days and the reason for them."""

    days = forms.IntegerField(label=gettext_lazy("Kept for (days)"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        help_text=gettext_lazy("For example the works agreement or the file plan this follows."),
    )

    def __init__(self, *args: Any, finding: Finding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rule = finding.rule
        field: Any = self.fields["days"]
        field.min_value, field.max_value = rule.minimum_days, rule.maximum_days
        field.widget.attrs |= {"min": rule.minimum_days, "max": rule.maximum_days}
        field.help_text = _(
            "Between %(minimum)s and %(maximum)s days; the usual period is %(default)s days."
        ) % {
            "minimum": rule.minimum_days,
            "maximum": rule.maximum_days,
            "default": rule.default_days,
        }
        self.initial = {"days": finding.days, "reason": finding.reason, **(self.initial or {})}
