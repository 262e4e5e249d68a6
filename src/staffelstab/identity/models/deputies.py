"""Deputies: somebody holds a colleague's role while the colleague is away."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from staffelstab.core.tenancy.models import TenantForeignKey, TenantModel
from staffelstab.identity.models.accounts import Account
from staffelstab.identity.models.memberships import RoleGrant


class RoleDeputy(TenantModel):
    """An account holds the role of another from a day until a day, both included.

    It refers to the grant itself: the deputy never holds more than the holder does on the same day, and nothing
    from the day on which the holder loses the role or the membership.
    """

    grant = TenantForeignKey(RoleGrant, on_delete=models.CASCADE, related_name="deputies")
    deputy = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField()

    class Meta:
        ordering = ["since", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=models.F("since")), name="deputy_until_after_since")
        ]
        indexes = [models.Index(fields=["organisation", "deputy", "until"], name="role_deputy_account")]

    def __str__(self) -> str:
        return str(self.deputy if "deputy" in self._state.fields_cache else self.deputy_id)
