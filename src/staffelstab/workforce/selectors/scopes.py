"""Which rows an actor may change, as queryset conditions: the set-wise twin of the permission tables."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from staffelstab.core.actors import Actor
from staffelstab.identity.enums import Role
from staffelstab.workforce.permissions import KEEPS_REGISTER, persons_within

TASK_EDITORS = (Role.KNOWLEDGE_MANAGER, Role.LINE_MANAGER)
UNIT_EDITORS = (Role.KNOWLEDGE_MANAGER,)
POSITION_EDITORS = KEEPS_REGISTER
PERSON_EDITORS = KEEPS_REGISTER

NOTHING = Q(pk__in=[])


def within(actor: Actor, roles: tuple[str, ...], path: str) -> Q:
    """Rows whose path of units (the array field ``path``) meets a unit of one of the actor's ``roles``.

    Everything for the system and for a role that holds for the whole organisation; nothing without such a role.
    """
    if not actor.system and actor.roles.isdisjoint(roles):
        return NOTHING
    bound: frozenset[UUID] | None = actor.unit_ids(*roles)
    return Q() if bound is None else Q(**{f"{path}__overlap": sorted(bound)})


def persons(actor: Actor) -> Q:
    """Persons the actor may change and put on a position; the rule itself is ``permissions.persons_within``."""
    if not actor.system and actor.roles.isdisjoint(PERSON_EDITORS):
        return NOTHING
    bound: frozenset[UUID] | None = actor.unit_ids(*PERSON_EDITORS)
    return Q() if bound is None else persons_within(bound, account_id=actor.account_id)
