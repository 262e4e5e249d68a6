"""The audit trail: each change and each look at personal data leaves a record in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models

from staffelstab.core.actors import Actor
from staffelstab.core.models import AuditEntry, Look
from staffelstab.core.tenancy import context

MASKED = frozenset({"email", "first_name", "last_name", "personnel_number", "display_name"})
MASK = "•••"


def plain(value: object) -> object:
    """A value as JSON holds it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return str(value)


def differences(
    before: Mapping[str, object], after: Mapping[str, object]
) -> dict[str, tuple[object, object]]:
    """The fields whose values differ, old and new."""
    return {name: (before.get(name), value) for name, value in after.items() if before.get(name) != value}


def object_name(obj: models.Model) -> str:
    """The name under which the trail keeps an object; models whose name is personal say so with ``audit_name``."""
    return str(getattr(obj, "audit_name", None) or obj)[:300]


def who(actor: Actor) -> dict[str, Any]:
    """The fields of an entry that say who acted, and as whose deputy."""
    return {
        "account_id": actor.account_id,
        "actor_name": actor.display_name[:200],
        "deputy_for": ", ".join(sorted(actor.stood_in_for))[:200],
    }


def record(
    actor: Actor,
    action: str,
    obj: models.Model,
    *,
    at: datetime,
    changes: Mapping[str, tuple[object, object]] | None = None,
) -> AuditEntry:
    """Write one entry for a change of ``obj``. Values of personal fields are masked: that they changed is enough."""
    shown = {
        name: [MASK if old else None, MASK if new else None] if name in MASKED else [plain(old), plain(new)]
        for name, (old, new) in (changes or {}).items()
    }
    entry: AuditEntry = AuditEntry.objects.create(
        organisation_id=context.current_organisation(),
        at=at,
        **who(actor),
        action=action,
        object_type=obj._meta.label_lower,
        object_id=obj.pk,
        object_name=object_name(obj),
        changes=shown,
    )
    return entry


def record_looks(actor: Actor, what: str, subjects: Iterable[UUID], *, at: datetime) -> int:
    """Log that the actor saw personal data of ``subjects`` (own data are not a look). Returns how many were new."""
    account = actor.account_id
    if account is None:
        return 0
    rows = [
        Look(
            organisation_id=context.current_organisation(),
            at=at,
            account_id=account,
            actor_name=actor.display_name[:200],
            subject_id=subject,
            what=what,
        )
        for subject in sorted(set(subjects))
        if subject != account
    ]
    Look.objects.bulk_create(rows)
    return len(rows)


def history(obj: models.Model) -> models.QuerySet[AuditEntry]:
    """The entries about one object, newest first."""
    return AuditEntry.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk).fetch_mode(
        models.FETCH_RAISE
    )
