"""Commands on units: the tree, its reorganisation, its end."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import connection, transaction

from staffelstab.core import audit, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.days import day_of
from staffelstab.core.errors import on_violation
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.identity.models import RoleGrant
from staffelstab.workforce.domain import derived
from staffelstab.workforce.models import Position, Task, Unit
from staffelstab.workforce.services import trail
from staffelstab.workforce.services.errors import (
    AlreadyEnded,
    SameUnit,
    UnitCodeTaken,
    UnitCycle,
    UnitEnded,
    UnitInUse,
)

EDIT = "workforce.unit.edit"

_REHANG = """
UPDATE workforce_unit SET ancestor_ids = %s::uuid[] || ancestor_ids[array_position(ancestor_ids, %s) + %s:]
WHERE organisation_id = %s AND ancestor_ids @> ARRAY[%s] AND id <> ALL (%s::uuid[])
"""


def _lock_tree() -> None:
    """One change of the tree at a time per organisation, and none beside an import: two could close a circle."""
    trail.share_register()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"workforce.unit {current_organisation()}"],
        )


def _rehang(unit: Unit, *, path: list[UUID], keep_unit: bool) -> None:
    """Write the paths of everything below ``unit`` anew; with ``keep_unit`` the unit itself stays part of them."""
    skipped = [] if keep_unit else [unit.pk]
    with connection.cursor() as cursor:
        cursor.execute(
            _REHANG, [path, unit.pk, 0 if keep_unit else 1, current_organisation(), unit.pk, skipped]
        )


def _require_alive(unit: Unit) -> None:
    if unit.ended_on is not None:
        raise UnitEnded(unit=unit)


@transaction.atomic
def create_unit(*, code: str, name: str, parent: Unit | None, actor: Actor, now: dt.datetime) -> Unit:
    """A new unit. At the top of the tree only for those whose role holds for the whole organisation.

    Raises PermissionRefused, UnitEnded (the parent), UnitCodeTaken.
    """
    # A unit without a path lies in nobody's bound area.
    permissions.require(actor, EDIT, parent or Unit())
    if parent is not None:
        _lock_tree()
        parent = trail.lock(parent, seen=None)
        _require_alive(parent)
    unit = Unit(
        organisation_id=current_organisation(),
        code=code,
        name=name,
        parent=parent,
        sort_key=derived.unit_sort_key(code=code, name=name),
    )
    unit.ancestor_ids = [*(parent.ancestor_ids if parent else []), unit.pk]
    with on_violation({"unit_code_once": UnitCodeTaken(code=code)}):
        trail.save(unit, now=now)
    changes = {"code": (None, code), "name": (None, name), "parent": (None, parent)}
    audit.record(actor, "workforce.unit.created", unit, at=now, changes=changes)
    trail.moved()
    return unit


@transaction.atomic
def edit_unit(
    *, unit: Unit, code: str, name: str, seen: dt.datetime | None, actor: Actor, now: dt.datetime
) -> Unit:
    """Rename a unit. Raises PermissionRefused, ChangedMeanwhile, UnitCodeTaken."""
    permissions.require(actor, EDIT, unit)
    unit = trail.lock(unit, seen=seen)
    changes = trail.assign(unit, {"code": code, "name": name})
    if not changes:
        return unit
    unit.sort_key = derived.unit_sort_key(code=code, name=name)
    with on_violation({"unit_code_once": UnitCodeTaken(code=code)}):
        trail.save(unit, now=now)
    audit.record(actor, "workforce.unit.edited", unit, at=now, changes=changes)
    trail.moved()
    return unit


@transaction.atomic
def move_unit(
    *, unit: Unit, parent: Unit | None, seen: dt.datetime | None, actor: Actor, now: dt.datetime
) -> Unit:
    """Hang a unit, with everything below it, under another one or (``None``) to the top.

    Positions, tasks and roles stay at their units. Raises PermissionRefused, ChangedMeanwhile, UnitEnded, UnitCycle.
    """
    permissions.require(actor, EDIT, unit)
    permissions.require(actor, EDIT, parent or Unit())
    _lock_tree()
    unit = trail.lock(unit, seen=seen, related=("parent",))
    if parent is not None:
        parent = trail.lock(parent, seen=None)
        _require_alive(parent)
        if unit.pk in parent.ancestor_ids:
            raise UnitCycle
    changes = trail.assign(unit, {"parent": parent})
    if not changes:
        return unit
    path = list(parent.ancestor_ids) if parent else []
    _rehang(unit, path=path, keep_unit=True)
    unit.ancestor_ids = [*path, unit.pk]
    trail.save(unit, now=now)
    audit.record(actor, "workforce.unit.moved", unit, at=now, changes=changes)
    trail.moved()
    return unit


@transaction.atomic
def merge_units(
    *, source: Unit, target: Unit, seen: dt.datetime | None, actor: Actor, now: dt.datetime
) -> Unit:
    """Merge ``source`` into ``target``: positions, tasks, sub-units and roles move, ``source`` ends, all history stays.

    Returns the target. Raises PermissionRefused, ChangedMeanwhile, SameUnit, UnitCycle (the target lies below the
    source), UnitEnded (the target), AlreadyEnded (the source).
    """
    permissions.require(actor, EDIT, source)
    permissions.require(actor, EDIT, target)
    if source.pk == target.pk:
        raise SameUnit
    _lock_tree()
    source = trail.lock(source, seen=seen)
    target = trail.lock(target, seen=None)
    _require_alive(target)
    if source.ended_on is not None:
        raise AlreadyEnded(name=source)
    if source.pk in target.ancestor_ids:
        raise UnitCycle
    moved = {
        "positions": _move_rows(Position, "workforce.position.moved", source, target, actor=actor, now=now),
        "tasks": _move_rows(Task, "workforce.task.moved", source, target, actor=actor, now=now),
        "units": _move_children(source, target, actor=actor, now=now),
        "role_grants": _move_grants(source, target),
    }
    source.ended_on = day_of(now)
    trail.save(source, now=now)
    counts: trail.Changes = {name: (None, count) for name, count in moved.items() if count}
    audit.record(
        actor,
        "workforce.unit.merged",
        source,
        at=now,
        changes={"merged_into": (None, target), "ended_on": (None, source.ended_on), **counts},
    )
    audit.record(
        actor, "workforce.unit.enlarged", target, at=now, changes={"merged_from": (None, source), **counts}
    )
    trail.moved()
    return target


def _move_rows(
    model: type[Position | Task], action: str, source: Unit, target: Unit, *, actor: Actor, now: dt.datetime
) -> int:
    rows = list(model.objects.filter(unit=source).select_for_update().order_by("pk"))
    model.objects.filter(unit=source).update(unit=target, changed_at=now)
    change = {"unit": (source, target)}
    return trail.record_many(
        actor, action, model, (trail.Entry(row.pk, str(row), change) for row in rows), at=now
    )


def _move_children(source: Unit, target: Unit, *, actor: Actor, now: dt.datetime) -> int:
    children = list(Unit.objects.filter(parent=source).order_by("pk"))
    _rehang(source, path=list(target.ancestor_ids), keep_unit=False)
    Unit.objects.filter(parent=source).update(parent=target, changed_at=now)
    change = {"parent": (source, target)}
    return trail.record_many(
        actor,
        "workforce.unit.moved",
        Unit,
        (trail.Entry(row.pk, str(row), change) for row in children),
        at=now,
    )


def _move_grants(source: Unit, target: Unit) -> int:
    """Roles bound to the source hold for the target from now on; one that is already there is not doubled."""
    grants = RoleGrant.objects.filter(unit_id=source.pk)
    held = set(RoleGrant.objects.filter(unit_id=target.pk).values_list("account_id", "role"))
    found = list(grants.order_by("pk"))
    doubled = [grant.pk for grant in found if (grant.account_id, grant.role) in held]
    RoleGrant.objects.filter(pk__in=doubled).delete()
    grants.update(unit_id=target.pk)
    return len(found)


@transaction.atomic
def end_unit(*, unit: Unit, seen: dt.datetime | None, actor: Actor, now: dt.datetime) -> Unit:
    """End an empty unit today. Raises PermissionRefused, ChangedMeanwhile, AlreadyEnded, UnitInUse."""
    permissions.require(actor, EDIT, unit)
    _lock_tree()
    unit = trail.lock(unit, seen=seen)
    if unit.ended_on is not None:
        raise AlreadyEnded(name=unit)
    held = {
        "units": Unit.objects.filter(parent=unit, ended_on=None).count(),
        "positions": Position.objects.filter(unit=unit, ended_on=None).count(),
        "tasks": Task.objects.filter(unit=unit, ended_on=None).count(),
    }
    if any(held.values()):
        raise UnitInUse(**held)
    unit.ended_on = day_of(now)
    trail.save(unit, now=now)
    audit.record(actor, "workforce.unit.ended", unit, at=now, changes={"ended_on": (None, unit.ended_on)})
    trail.moved()
    return unit
