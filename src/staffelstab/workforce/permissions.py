"""Who may do what with units, positions, persons, holdings, tasks and imports.

Roles bound to a unit count for that unit and everything below it; a person belongs to the units of all positions
held now or before, and to every unit as long as there is none. Names of persons are a directory matter inside
the house; exit horizons are not: only those who plan with them see them. Data protection and staff council read
what is stored and evaluated, not the people.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from staffelstab.core.actors import Actor
from staffelstab.core.permissions import Predicate, has_role, is_member, is_system
from staffelstab.identity.enums import Role
from staffelstab.workforce.models import Holding, Person, Position, Responsibility, Task, Unit

SEES_NAMES: Final = (
    Role.EMPLOYEE,
    Role.LINE_MANAGER,
    Role.KNOWLEDGE_MANAGER,
    Role.PERSONNEL,
    Role.ADVISOR,
)


def ancestors(obj: object | None) -> list[UUID] | None:
    """The path of units of an object; ``None`` when the question is about no object in particular."""
    match obj:
        case Unit():
            return list(obj.ancestor_ids)
        case Position() | Task():
            return list(obj.unit.ancestor_ids)
        case Holding():
            return list(obj.position.unit.ancestor_ids)
        case Responsibility():
            return list(obj.task.unit.ancestor_ids)
    return None


def _worked_within(person: Person, units: frozenset[UUID]) -> bool:
    """Whether a position the person holds or held lies in the units; also when there never was one. One query."""
    paths = list(
        Holding.objects.filter(person_id=person.pk).values_list("position__unit__ancestor_ids", flat=True)
    )
    return not paths or any(not units.isdisjoint(path) for path in paths)


def role_here(*roles: str) -> Predicate:
    """One of the roles, for the whole organisation or for a unit above the object.

    Asked without an object it answers whether the role is held at all: that opens the screen, not the entry.
    """

    def test(actor: Actor, obj: object | None) -> bool:
        if actor.roles.isdisjoint(roles):
            return False
        bound = actor.unit_ids(*roles)
        if isinstance(obj, Person):
            return bound is None or _worked_within(obj, bound)
        path = ancestors(obj)
        return path is None or bound is None or not bound.isdisjoint(path)

    return Predicate(f"role_here({', '.join(roles)})", test)


def role_everywhere(*roles: str) -> Predicate:
    """The actor holds one of the roles for the whole organisation, not for a unit of it only."""
    return Predicate(
        f"role_everywhere({', '.join(roles)})",
        lambda actor, _obj: not actor.roles.isdisjoint(roles) and actor.unit_ids(*roles) is None,
    )


manages_knowledge = role_here(Role.KNOWLEDGE_MANAGER)
leads = role_here(Role.LINE_MANAGER)
does_personnel = role_here(Role.PERSONNEL)

RULES: Final[Mapping[str, Predicate]] = {
    "workforce.unit.view": is_member,
    "workforce.unit.edit": manages_knowledge | is_system,
    "workforce.position.view": is_member,
    "workforce.position.edit": manages_knowledge | does_personnel | is_system,
    "workforce.person.view": has_role(*SEES_NAMES) | is_system,
    "workforce.person.edit": does_personnel | manages_knowledge | is_system,
    # Whoever is linked to a person sees everything stored about that person: never a matter of one unit.
    "workforce.person.link": role_everywhere(Role.KNOWLEDGE_MANAGER, Role.PERSONNEL) | is_system,
    "workforce.holding.edit": does_personnel | manages_knowledge | is_system,
    "workforce.exit.view": does_personnel | manages_knowledge | leads | is_system,
    "workforce.exit.edit": does_personnel | is_system,
    "workforce.task.view": is_member,
    "workforce.task.edit": manages_knowledge | leads | is_system,
    "workforce.task.bulk": manages_knowledge | leads | is_system,
    "workforce.import.use": role_everywhere(Role.KNOWLEDGE_MANAGER, Role.PERSONNEL) | is_system,
    "workforce.export.use": role_everywhere(Role.KNOWLEDGE_MANAGER, Role.PERSONNEL) | is_system,
    "workforce.history.view": manages_knowledge | leads | does_personnel | is_system,
}
