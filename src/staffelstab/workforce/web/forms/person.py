"""Forms about persons and holdings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, cast

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from staffelstab.core.actors import Actor
from staffelstab.workforce.domain.quarters import quarter_label
from staffelstab.workforce.enums import ExitBand
from staffelstab.workforce.models import Holding, Person
from staffelstab.workforce.selectors import persons
from staffelstab.workforce.services.errors import (
    AccountTaken,
    AlreadyEnded,
    EndsBeforeStart,
    HoldingBeganLater,
    HoldingEnded,
    HoldingTwice,
    NotOurAccount,
    PersonnelNumberTaken,
    PositionEnded,
    QuarterAndBand,
    ShareOutOfRange,
)
from staffelstab.workforce.services.persons import PersonValues
from staffelstab.workforce.web.forms.spine import DayField, PickField, SpineForm
from staffelstab.workforce.web.forms.task import position_field

HORIZON = 60
"""Quarters offered for an exit."""


class PersonForm(SpineForm):
    """What is stored about a person."""

    error_fields: ClassVar = {PersonnelNumberTaken: "personnel_number"}

    personnel_number = forms.CharField(label=_("Personnel number"), max_length=40)
    last_name = forms.CharField(label=_("Last name"), max_length=100)
    first_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)

    @property
    def values(self) -> PersonValues:
        """What was entered."""
        names = ("personnel_number", "last_name", "first_name", "email")
        return PersonValues(**{name: self.cleaned_data[name] for name in names})

    @staticmethod
    def initial_of(person: Person) -> dict[str, object]:
        """The form as the person fills it."""
        names = ("personnel_number", "last_name", "first_name", "email")
        return {name: getattr(person, name) for name in names} | {"seen": person.changed_at.isoformat()}


class LinkForm(SpineForm):
    """Which account is the person's own."""

    error_fields: ClassVar = {AccountTaken: "account", NotOurAccount: "account"}

    account = forms.TypedChoiceField(label=_("Account"), required=False, empty_value=None)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = [("", _("no account")), *choices]  # type: ignore[attr-defined]


class LastDayForm(SpineForm):
    """The last day of a person or a holding."""

    error_fields: ClassVar = {
        EndsBeforeStart: "last_day",
        HoldingBeganLater: "last_day",
        HoldingEnded: "last_day",
    }

    last_day = DayField(label=_("Last day"))


class HoldingForm(SpineForm):
    """Share and period of a holding."""

    error_fields: ClassVar = {
        ShareOutOfRange: "share",
        EndsBeforeStart: "ends_on",
        PositionEnded: "position",
        AlreadyEnded: "person",
        HoldingTwice: "starts_on",
    }

    share = forms.DecimalField(
        label=_("Share in percent"),
        min_value=Decimal("0.1"),
        max_value=100,
        decimal_places=1,
        max_digits=4,
        localize=True,
        initial=100,
    )
    starts_on = DayField(label=_("First day"), required=False)
    ends_on = DayField(label=_("Last day"), required=False)

    @property
    def period(self) -> dict[str, Any]:
        """Share as a fraction of 1, first and last day."""
        data = self.cleaned_data
        return {"share": data["share"] / 100, "starts_on": data["starts_on"], "ends_on": data["ends_on"]}

    @staticmethod
    def initial_of(holding: Holding) -> dict[str, object]:
        """The form as the holding fills it."""
        return {
            "share": (holding.share * 100).normalize().quantize(Decimal("0.1")),
            "starts_on": holding.starts_on,
            "ends_on": holding.ends_on,
            "seen": holding.changed_at.isoformat(),
        }


class NewHoldingForm(HoldingForm):
    """Who comes to which position."""

    field_order = ["person", "position", "share", "starts_on", "ends_on"]

    person = PickField(
        label=_("Person"),
        find=lambda _text: None,
        search_url=reverse_lazy("workforce:person_pick"),
        missing=_(
            "There is no such person. Type a part of the name or the personnel number and choose from the list."
        ),
    )
    position = position_field()

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("PickField", self.fields["person"])
        field.find = lambda text: persons.find_person(text, actor=actor)
        if not persons.places_everybody(actor=actor):
            field.missing = _(
                "There is no such person in your units. Whoever works elsewhere as well, or has no position yet, is "
                "placed by somebody whose role holds for the whole organisation."
            )


class ExitForm(SpineForm):
    """The exit horizon of a holding. No birth date is asked for, and none is needed."""

    error_fields: ClassVar = {QuarterAndBand: "band"}

    quarter = forms.TypedChoiceField(
        label=_("Exit quarter"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("The quarter in which the person will no longer be there."),
    )
    band = forms.TypedChoiceField(
        label=_("Or a band"),
        required=False,
        coerce=ExitBand,
        empty_value=None,
        choices=[("", _("no band")), *ExitBand.choices],
        help_text=_("Where the quarter is not known. The band counts from today."),
    )
    fixed = forms.BooleanField(
        label=_("Fixed"), required=False, help_text=_("A signed contract: no scenario shifts this exit.")
    )

    def __init__(self, *args: Any, quarter: int, kept: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {*range(quarter, quarter + HORIZON), *([kept] if kept is not None else [])}
        choices = [(str(each), quarter_label(each)) for each in sorted(offered)]
        self.fields["quarter"].choices = [("", _("not known")), *choices]  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(holding: Holding) -> dict[str, object]:
        """The form as the holding fills it."""
        return {
            "quarter": holding.exit_quarter,
            "band": holding.exit_band,
            "fixed": holding.exit_fixed,
            "seen": holding.changed_at.isoformat(),
        }
