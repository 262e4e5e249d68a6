"""Forms about positions."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from staffelstab.workforce.models import Position
from staffelstab.workforce.services.errors import (
    HoldingBeganLater,
    LiesAhead,
    PositionEnded,
    PositionNumberTaken,
    SamePosition,
    UnitEnded,
)
from staffelstab.workforce.web.forms.spine import DayField, SpineForm
from staffelstab.workforce.web.forms.task import position_field, unit_field


class PositionForm(SpineForm):
    """Number, title and unit of a position."""

    error_fields: ClassVar = {PositionNumberTaken: "number", UnitEnded: "unit"}

    number = forms.CharField(label=_("Position number"), max_length=40)
    title = forms.CharField(
        label=_("Name of the position"),
        max_length=200,
        help_text=_("For example “Case work housing benefit”."),
    )
    unit = unit_field()
    is_lead = forms.BooleanField(label=_("Leads the unit"), required=False)

    @staticmethod
    def initial_of(position: Position) -> dict[str, object]:
        """The form as the position fills it."""
        return {
            "number": position.number,
            "title": position.title,
            "unit": str(position.unit),
            "is_lead": position.is_lead,
            "seen": position.changed_at.isoformat(),
        }


class EndPositionForm(SpineForm):
    """When a position ends and who takes over."""

    error_fields: ClassVar = {
        LiesAhead: "last_day",
        HoldingBeganLater: "last_day",
        SamePosition: "successor",
        PositionEnded: "successor",
    }

    last_day = DayField(label=_("Last day"))
    successor = position_field(
        label=_("Position that takes over the tasks"),
        required=False,
        help_text=_("Empty: the tasks stay without this position until somebody takes them over."),
    )
