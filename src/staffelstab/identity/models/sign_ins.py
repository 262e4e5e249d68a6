"""What happened when somebody signed in or tried to: for the person concerned, and as numbers for the house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from django.db import models

from staffelstab.core.tenancy.models import KeyField
from staffelstab.core.tenancy.policies import ACCOUNT, ORGANISATION, Policy, Protection
from staffelstab.identity.enums import SignInKind
from staffelstab.identity.models.accounts import Account

SIGN_IN_DAYS: Final = 30
"""Entries stay at least this long; the database refuses to forget younger ones."""


@dataclass(frozen=True, slots=True)
class _Trail(Protection):
    """As the account itself: the sign-in writes before anybody is known. Nothing is changed, only old rows may go."""

    def policies(self) -> tuple[Policy, ...]:
        # Collected once per statement: the numbers of a house look at all of its rows.
        members = f"SELECT account_id FROM identity_membership WHERE organisation_id = {ORGANISATION}"  # noqa: S608 - no input
        seen = (
            f"({ACCOUNT} IS NULL AND {ORGANISATION} IS NULL) OR account_id = {ACCOUNT} "
            f"OR account_id IN ({members})"
        )
        old = f"at < now() - interval '{SIGN_IN_DAYS} days'"
        return (
            Policy("SELECT", using=seen),
            Policy("INSERT", check=seen),
            Policy("DELETE", using=f"({seen}) AND {old}"),
        )


class SignInEntry(models.Model):
    """One sign-in, failure or change of how an account signs in. Attempts with unknown addresses leave no row."""

    protection: ClassVar[Protection] = _Trail()
    # Moved by no page that is kept, and a sign-in must not lock a house's counter.
    revision_topic: ClassVar[str] = ""

    id = KeyField()
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sign_ins", db_index=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=SignInKind)
    way = models.CharField(
        max_length=40, blank=True, help_text="password, passkey, …; with + a second factor"
    )
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=60, blank=True, help_text="marks of browser and system, no more")

    class Meta:
        indexes = [models.Index(fields=["account", "-id"], name="sign_in_account")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"
