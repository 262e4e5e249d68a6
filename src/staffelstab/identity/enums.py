"""Closed sets of values of the identity module."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    """What an organisation is."""

    MUNICIPALITY = "municipality", _("Municipality")
    DISTRICT = "district", _("District")
    AUTHORITY = "authority", _("State or federal authority")
    PROVIDER = "provider", _("IT service provider")
    ACADEMY = "academy", _("Academy")
    ASSOCIATION = "association", _("Association or cooperative")


class Role(models.TextChoices):
    """What somebody may do in an organisation. Several roles per person are normal."""

    EMPLOYEE = "employee", _("Employee")
    LINE_MANAGER = "line_manager", _("Line manager")
    KNOWLEDGE_MANAGER = "knowledge_manager", _("Knowledge management")
    PERSONNEL = "personnel", _("Personnel development")
    ADVISOR = "advisor", _("Advisor")
    EXECUTIVE = "executive", _("Executive")
    PRIVACY = "privacy", _("Data protection / staff council")
    ADMINISTRATOR = "administrator", _("Administrator")
    NETWORK_OPERATOR = "network_operator", _("Network office")


UNIT_ROLES = frozenset({Role.LINE_MANAGER, Role.KNOWLEDGE_MANAGER, Role.PERSONNEL})
"""Roles that can be bound to a unit and its sub-units."""

DEPUTY_ROLES = frozenset(Role) - {Role.EMPLOYEE, Role.PRIVACY}
"""Roles a deputy can hold: everybody is an employee, and data protection is a duty of the person named for it."""


class SignInKind(models.TextChoices):
    """What happened at the door."""

    SIGNED_IN = "signed_in", _("Signed in")
    SIGNED_OUT = "signed_out", _("Signed out")
    EXPIRED = "expired", _("Signed out after a time")
    ENDED = "ended", _("Signed out from elsewhere")
    FAILED = "failed", _("Wrong password")
    FACTOR_FAILED = "factor_failed", _("Wrong code or passkey")
    LIMITED = "limited", _("Refused after many failures")
    CLOSED = "closed", _("Refused, the account is locked")
    NOT_ADMITTED = "not_admitted", _("Refused by the sign-in provider's rules")
    PASSWORD = "password", _("Password changed")
    FACTOR_ADDED = "factor_added", _("Second factor added")
    FACTOR_REMOVED = "factor_removed", _("Second factor removed")
    CODES = "codes", _("New emergency codes")


REFUSALS = frozenset(
    {
        SignInKind.FAILED,
        SignInKind.FACTOR_FAILED,
        SignInKind.LIMITED,
        SignInKind.CLOSED,
        SignInKind.NOT_ADMITTED,
    }
)
"""Nobody came in."""
