"""Accounts of an organisation and their roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.forms import formset_factory
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from staffelstab.core.ui.forms import DateInput, SeenForm
from staffelstab.identity.enums import UNIT_ROLES, Role
from staffelstab.identity.formats.invitees import Invitee, parse
from staffelstab.identity.models import RoleGrant
from staffelstab.identity.selectors.units import UnitChoice

INDENT = "\u2003"


class InviteForm(forms.Form):
    """Whom to give access to."""

    display_name = forms.CharField(
        label=_("Name"), max_length=150, help_text=_("First name and last name, e.g. “Nele Kaya”.")
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("The mail with the way in goes here. Please use the official address."),
        error_messages={"invalid": _("This is not a valid e-mail address.")},
    )


class ParticularsForm(InviteForm):
    """Name and address of somebody who has access; ``seen_…`` is what the form showed."""

    seen_name = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    seen_email = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    field_order = ("display_name", "email")

    def __init__(self, data: QueryDict | None, *, name: str, email: str) -> None:
        super().__init__(
            data, initial={"display_name": name, "email": email, "seen_name": name, "seen_email": email}
        )
        self.fields["email"].help_text = _(
            "With this address the person signs in. A change is told to the old one."
        )

    def shows(self, name: str, email: str) -> None:
        """Show that these are saved by now: saving again is a decision."""
        data: Any = self.data
        data = data.copy()
        data["seen_name"], data["seen_email"] = name, email
        self.data = data


class InviteManyForm(forms.Form):
    """Many people at once: one address per line, with the name where it cannot be read from the address."""

    people = forms.CharField(
        label=_("People"),
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=_(
            "One person per line: “Nele Kaya; nele.kaya@example.de”, or the address alone. 500 lines at most. You can "
            "copy two columns from a table."
        ),
    )

    def clean_people(self) -> tuple[Invitee, ...]:
        """The people of the list; one error per faulty line, so that nothing is done by halves."""
        people, problems = parse(self.cleaned_data["people"])
        if problems:
            raise forms.ValidationError(
                [
                    forms.ValidationError(
                        PROBLEMS[problem.code] % {"line": problem.line, "text": problem.text}
                    )
                    for problem in problems
                ]
            )
        return people


PROBLEMS = {
    "address": _("Line %(line)s: “%(text)s” has no valid e-mail address."),
    "twice": _("Line %(line)s: the address %(text)s stands in the list twice."),
    "many": _("The list has more than 500 lines."),
    "empty": _("The list has no address."),
}


class EndForm(forms.Form):
    """When an access ends."""

    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=DateInput(),
        help_text=_("Empty: the access ends at once. Otherwise it ends by itself after this day."),
    )


MEANINGS = {
    Role.EMPLOYEE: _("Reads the register of tasks, edits nothing."),
    Role.LINE_MANAGER: _("Looks after the tasks, deputies and measures of the own units."),
    Role.KNOWLEDGE_MANAGER: _("Keeps the register of tasks, imports, sees the knowledge risk with names."),
    Role.PERSONNEL: _("Enters who holds which position and when somebody will leave."),
    Role.ADVISOR: _("Answers requests for advice; reads the register of tasks."),
    Role.EXECUTIVE: _("Sees the risks and decides; without the details of persons."),
    Role.PRIVACY: _("Reads what is stored and evaluated, not the people."),
    Role.ADMINISTRATOR: _("Gives access and roles, keeps the data of the organisation, reads the protocol."),
    Role.NETWORK_OPERATOR: _("Admits organisations to the network and keeps their shares."),
}


def _explained(role: Role) -> SafeString:
    return format_html('{}<span class="role-meaning">{}</span>', role.label, MEANINGS[role])


class RolesForm(SeenForm):
    """The roles that hold for the whole organisation."""

    roles = forms.MultipleChoiceField(
        label=_("For the whole organisation"),
        # Called per form: the words follow the language of the request.
        choices=lambda: [(role.value, _explained(role)) for role in Role],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Several roles are possible. Without any, the person is an employee."),
    )


class UnitRoleForm(forms.Form):
    """One role bound to a unit and its sub-units."""

    role = forms.ChoiceField(label=_("Role"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)

    def __init__(
        self,
        *args: Any,
        units: Iterable[UnitChoice],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.value, role.label) for role in Role if role in UNIT_ROLES]
        self.fields["role"].choices = [("", _("none")), *roles]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [  # type: ignore[attr-defined]
            ("", _("none")),
            *((str(unit.id), INDENT * unit.depth + unit.label) for unit in units),
        ]

    def clean(self) -> dict[str, Any]:
        """Both or neither."""
        values: dict[str, Any] = super().clean() or {}
        if values.get("role") and not values.get("unit") and "unit" not in self.errors:
            self.add_error("unit", _("Please choose the unit for which the role holds."))
        if values.get("unit") and not values.get("role") and "role" not in self.errors:
            self.add_error("role", _("Please choose the role that holds for this unit."))
        return values


UnitRoleFormSet = formset_factory(UnitRoleForm, extra=2, max_num=40, validate_max=True)


class GrantsForm:
    """Both parts of the roles of a person as one form."""

    def __init__(
        self, data: QueryDict | None, *, grants: Iterable[RoleGrant], units: list[UnitChoice], seen: str
    ) -> None:
        held = list(grants)
        whole = [grant.role for grant in held if grant.unit_id is None]
        bound = [{"role": grant.role, "unit": str(grant.unit_id)} for grant in held if grant.unit_id]
        self.roles = RolesForm(data, initial={"roles": whole, "seen": seen})
        self.units = UnitRoleFormSet(data, initial=bound, prefix="unit", form_kwargs={"units": units})
        self.offers_units = bool(units)

    def is_valid(self) -> bool:
        """Whether both parts are."""
        return self.roles.is_valid() and (not self.offers_units or self.units.is_valid())

    @property
    def faulty(self) -> list[forms.Form]:
        """The parts with errors, for the summary."""
        parts = [self.roles, *self.units.forms] if self.offers_units else [self.roles]
        return [part for part in parts if part.errors]

    @property
    def grants(self) -> list[tuple[str, UUID | None]]:
        """What was chosen: role and unit, None for the whole organisation."""
        chosen: list[tuple[str, UUID | None]] = [(role, None) for role in self.roles.cleaned_data["roles"]]
        if self.offers_units:
            rows = (form.cleaned_data for form in self.units.forms)
            chosen += [(row["role"], UUID(row["unit"])) for row in rows if row.get("role")]
        return chosen
