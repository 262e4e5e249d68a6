"""The smallest group a figure about people may rest on."""

from __future__ import annotations

from staffelstab.core.tenancy.context import current_organisation
from staffelstab.identity.models import Organisation
from staffelstab.identity.models.organisations import LOWEST_THRESHOLD


def group_threshold() -> int:
    """The active organisation's threshold, never below 5. The database holds that limit as well."""
    found: int = Organisation.objects.values_list("group_threshold", flat=True).get(pk=current_organisation())
    return max(found, LOWEST_THRESHOLD)
