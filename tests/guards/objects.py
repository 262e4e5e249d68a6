"""An object for every argument of an address, made in the active context."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from staffelstab.core.tenancy.context import current_organisation
from staffelstab.identity.models import NetworkMembership
from staffelstab.workforce.enums import ImportState
from tests.guards import rows


def network_id() -> object:
    """A network the organisation belongs to, or no network's key where there is none."""
    found = NetworkMembership.objects.filter(organisation_id=current_organisation())
    return found.values_list("network_id", flat=True).first() or current_organisation()


ARGUMENTS: dict[str, Callable[[], Any]] = {
    "account_id": lambda: rows.membership().account_id,
    "barrier_id": lambda: rows.barrier().pk,
    "holding_id": lambda: rows.holding().pk,
    "import_id": lambda: rows.upload(ImportState.READY).pk,
    "measure_id": lambda: rows.measure().pk,
    "network_id": network_id,
    "organisation_id": current_organisation,
    "person_id": lambda: rows.person().pk,
    "position_id": lambda: rows.position().pk,
    "responsibility_id": lambda: rows.responsibility().pk,
    "service_id": lambda: rows.service().pk,
    "task_id": lambda: rows.task().pk,
    "unit_id": lambda: rows.unit().pk,
    "upload_id": lambda: rows.service_upload().pk,
    # not keys of an organisation's rows
    "ags": lambda: "09162000",
    "key": lambda: "abc-def",
    "persona": lambda: "kaya",
    "uidb36": lambda: "1",
}

PLAIN = frozenset({"ags", "key", "persona", "uidb36"})
"""Arguments that do not name an organisation's row."""


def arguments(names: frozenset[str]) -> dict[str, Any]:
    """Values for the arguments of one address. Raises KeyError for an argument nobody described here."""
    return {name: ARGUMENTS[name]() for name in sorted(names)}
