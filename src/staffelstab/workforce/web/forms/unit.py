"""Forms about units."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from staffelstab.workforce.models import Unit
from staffelstab.workforce.services.errors import SameUnit, UnitCodeTaken, UnitCycle, UnitEnded
from staffelstab.workforce.web.forms.spine import SpineForm
from staffelstab.workforce.web.forms.task import unit_field


class UnitForm(SpineForm):
    """Code and name of a unit."""

    error_fields: ClassVar = {UnitCodeTaken: "code"}

    code = forms.CharField(
        label=pgettext_lazy("unit", "Code"),
        max_length=40,
        help_text=_("Short sign of the unit, for example 50."),
    )
    name = forms.CharField(label=_("Name"), max_length=200)

    @staticmethod
    def initial_of(unit: Unit) -> dict[str, object]:
        """The form as the unit fills it."""
        return {"code": unit.code, "name": unit.name, "seen": unit.changed_at.isoformat()}


class NewUnitForm(UnitForm):
    """A new unit and where it hangs."""

    error_fields: ClassVar = {UnitCodeTaken: "code", UnitEnded: "parent"}

    parent = unit_field(
        label=_("Parent unit"),
        required=False,
        help_text=_("Empty for a unit at the top of the organisation."),
    )


class MoveUnitForm(SpineForm):
    """Where a unit goes."""

    error_fields: ClassVar = {UnitCycle: "parent", UnitEnded: "parent"}

    parent = unit_field(
        label=_("New parent unit"), required=False, help_text=_("Empty for the top of the organisation.")
    )


class MergeUnitForm(SpineForm):
    """Into which unit another one goes."""

    error_fields: ClassVar = {UnitCycle: "target", UnitEnded: "target", SameUnit: "target"}

    target = unit_field(label=_("Merge into"))
