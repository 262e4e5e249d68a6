"""Access of the platform's operating staff: who may ask for it, and each session with its reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q

from staffelstab.core.tenancy.models import TenantModel
from staffelstab.core.tenancy.policies import ACCOUNT, ORGANISATION, Custom, Protection
from staffelstab.identity.models.accounts import Account

LONGEST: Final = timedelta(hours=4)


class Operator(models.Model):
    """An account of the operating staff. Only the database's owner writes here: the program appoints nobody."""

    protection: ClassVar[Protection] = Custom(
        read=f"account_id = {ACCOUNT}",
        write="false",
        commands=("SELECT",),
        reason="operating staff belong to no organisation; appointed by `staffelstab operator` as the owner role",
    )

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, primary_key=True, related_name="operator"
    )
    since = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.account_id)


class StaffSession(TenantModel):
    """Somebody of the operating staff reads one organisation, for a reason and until a time. Never removed.

    The names are copies: the organisation does not see accounts that are no members, nor an account organisations
    in which it has no seat.
    """

    protection: ClassVar[Protection] = Custom(
        read=f"organisation_id = {ORGANISATION} OR account_id = {ACCOUNT}",
        write=f"organisation_id = {ORGANISATION}",
        commands=("SELECT", "INSERT", "UPDATE"),
        reason="as a membership: the account finds its own sessions before one is active",
    )

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    account_name = models.CharField(max_length=150)
    organisation_name = models.CharField(max_length=200)
    reason = models.CharField(max_length=300)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("opened_at")) & Q(expires_at__lte=F("opened_at") + LONGEST),
                name="staff_session_length",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("opened_at")),
                name="staff_session_ends_after_begin",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-expires_at"], name="staff_session_account"),
            models.Index(fields=["organisation", "-id"], name="staff_session_latest"),
        ]

    def __str__(self) -> str:
        return self.reason

    def runs(self, now: datetime) -> bool:
        """Whether it gives access at this moment."""
        return self.ended_at is None and now < self.expires_at

    @property
    def until(self) -> datetime:
        """When it ended or will end."""
        return self.ended_at or self.expires_at
