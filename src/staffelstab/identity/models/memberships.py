"""Who belongs to an organisation, in which roles."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from staffelstab.core.tenancy.models import TenantModel
from staffelstab.core.tenancy.policies import ACCOUNT, ORGANISATION, Custom, Protection
from staffelstab.identity.enums import Role
from staffelstab.identity.models.accounts import Account

_OWN_OR_HOUSE = Custom(
    read=f"organisation_id = {ORGANISATION} OR account_id = {ACCOUNT}",
    write=f"organisation_id = {ORGANISATION}",
    reason="at login the account finds its own organisations before one is active",
)

_SOURCE = "the sign-in provider whose claims gave it; empty: given by hand"


class Membership(TenantModel):
    """An account belongs to an organisation. Ending it ends access at once.

    ``closed`` is an end by hand: the claims of a sign-in provider do not open the membership again.
    """

    protection: ClassVar[Protection] = _OWN_OR_HOUSE

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="memberships")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=60, blank=True, default="", db_default="", help_text=_SOURCE)
    closed = models.BooleanField(default=False, db_default=False)
    sort_key = models.CharField(
        max_length=150,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="that of the account, kept by the database",
    )
    address = models.CharField(
        max_length=254,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="that of the account in capital letters, kept by the database, for the search",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "account"], name="membership_once"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
                name="membership_until_after_since",
            ),
        ]
        indexes = [
            models.Index(fields=["account"], name="membership_account"),
            models.Index(fields=["organisation", "sort_key", "id"], name="membership_sorted"),
            # Two: an index over both columns is four times slower to ask.
            GinIndex(fields=["sort_key"], opclasses=["gin_trgm_ops"], name="membership_search_name"),
            GinIndex(fields=["address"], opclasses=["gin_trgm_ops"], name="membership_search_address"),
        ]

    def __str__(self) -> str:
        # The protocol shows the name where the service has the account at hand; never a query for a name.
        return str(self.account if "account" in self._state.fields_cache else self.account_id)


class RoleGrant(TenantModel):
    """A role of an account in an organisation; ``unit_id`` binds it to a unit and its sub-units.

    A role given by hand and the same role from a sign-in provider are two rows: withdrawing one leaves the other.
    The unit's foreign key is written by ``workforce`` (composite, see its migrations): identity lies below it.
    """

    protection: ClassVar[Protection] = _OWN_OR_HOUSE

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=30, choices=Role)
    unit_id = models.UUIDField(null=True, blank=True)
    source = models.CharField(max_length=60, blank=True, default="", db_default="", help_text=_SOURCE)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "account", "role", "unit_id", "source"],
                name="role_grant_once",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["account"], name="role_grant_account")]

    def __str__(self) -> str:
        return f"{self.role} {self.account_id}"

    @property
    def label(self) -> str:
        """The role in words."""
        return str(Role(self.role).label)
