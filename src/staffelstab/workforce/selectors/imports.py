"""Reads of imports, and the whole register in the form of the import format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db import models
from django.db.models import Q

from staffelstab.core import permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.workforce.enums import ImportState
from staffelstab.workforce.models import Holding, Import, Person, Position, Responsibility, Task, Unit

PERMISSION = "workforce.import.use"
EXPORT = "workforce.export.use"


def list_imports(*, actor: Actor) -> models.QuerySet[Import]:
    """All imports without their previews. Raises PermissionRefused."""
    permissions.require(actor, PERMISSION)
    found: models.QuerySet[Import] = Import.objects.defer("preview", "problems").fetch_mode(
        models.FETCH_RAISE
    )
    return found


def get_import(*, actor: Actor, import_id: UUID) -> Import:
    """One import. Raises PermissionRefused, NotFound."""
    permissions.require(actor, PERMISSION)
    batch: Import | None = Import.objects.filter(pk=import_id).first()
    if batch is None:
        raise NotFound
    return batch


def is_latest_applied(batch: Import) -> bool:
    """Whether the import is applied and no newer one is: only then it can be undone."""
    if batch.state != ImportState.APPLIED:
        return False
    return not Import.objects.filter(state=ImportState.APPLIED, applied_at__gt=batch.applied_at).exists()


def register_rows(*, actor: Actor, day: date) -> dict[str, Iterable[Sequence[object]]]:
    """The active register by sheet, each row in the order of the format's fields. Raises PermissionRefused."""
    permissions.require(actor, EXPORT)
    active = _active(day)
    position, person, task = (_active(day, f"{name}__") for name in ("position", "person", "task"))
    running = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    units = Unit.objects.filter(active).order_by("sort_key", "pk")
    positions = Position.objects.filter(active).order_by("sort_key", "pk")
    persons = Person.objects.filter(active).order_by("sort_key", "pk")
    holdings = Holding.objects.filter(running, position, person).order_by(
        "position__sort_key", "person__sort_key", "pk"
    )
    tasks = Task.objects.filter(active).order_by("sort_key", "pk")
    parts = Responsibility.objects.filter(task, position).order_by("task__sort_key", "task_id", "kind", "pk")
    return {
        "units": (
            (code, name, parent or "")
            for code, name, parent in units.values_list("code", "name", "parent__code")
        ),
        "positions": positions.values_list("number", "title", "unit__code", "is_lead"),
        "persons": persons.values_list("personnel_number", "last_name", "first_name", "email"),
        "holdings": holdings.values_list(
            "position__number",
            "person__personnel_number",
            "share",
            "starts_on",
            "ends_on",
            "exit_quarter",
            "exit_band",
            "exit_fixed",
        ),
        "tasks": tasks.values_list(
            "key",
            "title",
            "unit__code",
            "purpose",
            "service_key",
            "product",
            "criticality",
            "position_risk",
            "frequency",
            "deadline",
            "minimum_holders",
        ),
        "responsibilities": parts.values_list("task__key", "position__number", "kind", "ready"),
    }


def _active(day: date, prefix: str = "") -> Q:
    return Q(**{f"{prefix}ended_on__isnull": True}) | Q(**{f"{prefix}ended_on__gt": day})


def linked_accounts() -> list[UUID]:
    """Accounts of the persons in the register: an export is a look at their data."""
    return list(Person.objects.filter(account_id__isnull=False).values_list("account_id", flat=True))
