"""Who may do what with units, positions, persons, holdings, tasks and imports.

Roles bound to a unit count for that unit and everything below it. A person belongs to such a role as
:func:`persons_within` says: with all positions of today, not with one of them, and nobody by the mere lack of one.
Names of persons are a directory matter inside the house; exit horizons are not: only those who plan with them see them.
Data protection and staff council read what is stored and evaluated, not the people.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now, TruncDate

from staffelstab.core.actors import Actor
from staffelstab.core.models import AuditEntry
from staffelstab.core.permissions import Predicate, has_role, is_member, is_system, role_everywhere
from staffelstab.identity.enums import Role
from staffelstab.workforce.models import Holding, Person, Position, Responsibility, Task, Unit

SEES_NAMES: Final = (
    Role.EMPLOYEE,
    Role.LINE_MANAGER,
    Role.KNOWLEDGE_MANAGER,
    Role.PERSONNEL,
    Role.ADVISOR,
)

KEEPS_REGISTER: Final = (Role.KNOWLEDGE_MANAGER, Role.PERSONNEL)
"""Who changes persons and their positions."""

PERSON_CREATED: Final = "workforce.person.created"
"""What the trail says when somebody added a person by hand."""


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


def persons_within(units: frozenset[UUID], *, account_id: UUID | None) -> Q:
    """Persons who belong to a role bound to ``units``: a condition on the rows of ``Person``.

    What decides are the positions held today, all of which lie in the units or below: whoever works elsewhere too is a
    matter of both places, so of the whole house. Without a position of today those to come decide in the same way,
    else the last one that has ended: whoever has just left, or is between two positions, can still be corrected where
    they worked. Without any position at all, now or before, a person belongs only to the account that added them by
    hand: it has to be able to fill a position with somebody new. Everybody else is for roles of the whole house.
    """
    # A rule is asked without a time: the database takes the day from its clock, in the time zone of the house.
    today = TruncDate(Now())
    inside = Q(position__unit__ancestor_ids__overlap=sorted(units))
    held = Holding.objects.filter(person=OuterRef("pk"))
    lasting = held.filter(Q(ends_on=None) | Q(ends_on__gte=today))
    current = lasting.filter(Q(starts_on=None) | Q(starts_on__lte=today))
    later_elsewhere = Holding.objects.filter(
        ~inside, person=OuterRef("person"), ends_on__gte=OuterRef("ends_on")
    )
    added = AuditEntry.objects.filter(
        object_type=Person._meta.label_lower,
        object_id=OuterRef("pk"),
        action=PERSON_CREATED,
        account_id=account_id,
    )
    return Q(
        (Exists(current) & ~Exists(current.filter(~inside)))
        | (~Exists(current) & Exists(lasting) & ~Exists(lasting.filter(~inside)))
        | (~Exists(lasting) & Exists(held.filter(inside, ~Exists(later_elsewhere))))
        | (~Exists(held) & Exists(added))
    )


def role_here(*roles: str) -> Predicate:
    """One of the roles, for the whole organisation or for a unit above the object.

    Asked without an object it answers whether the role is held at all: that opens the screen, not the entry.
    """

    def test(actor: Actor, obj: object | None) -> bool:
        if actor.roles.isdisjoint(roles):
            return False
        bound = actor.unit_ids(*roles)
        if isinstance(obj, Person):
            return bound is None or _is_among(obj, persons_within(bound, account_id=actor.account_id))
        path = ancestors(obj)
        return path is None or bound is None or not bound.isdisjoint(path)

    return Predicate(f"role_here({', '.join(roles)})", test)


def _is_among(person: Person, condition: Q) -> bool:
    """Whether the person fulfils a condition on persons. One query."""
    found: bool = Person.objects.filter(condition, pk=person.pk).exists()
    return found


manages_knowledge = role_here(Role.KNOWLEDGE_MANAGER)
leads = role_here(Role.LINE_MANAGER)
does_personnel = role_here(Role.PERSONNEL)
keeps_register = role_here(*KEEPS_REGISTER)
plans = role_here(*KEEPS_REGISTER, Role.LINE_MANAGER)

RULES: Final[Mapping[str, Predicate]] = {
    "workforce.unit.view": is_member,
    "workforce.unit.edit": manages_knowledge | is_system,
    "workforce.position.view": is_member,
    "workforce.position.edit": keeps_register | is_system,
    "workforce.person.view": has_role(*SEES_NAMES) | is_system,
    # Also what it takes to put a person on a position: nobody comes to a role by one of its positions.
    "workforce.person.edit": keeps_register | is_system,
    # Whoever is linked to a person sees everything stored about that person: never a matter of one unit.
    "workforce.person.link": role_everywhere(*KEEPS_REGISTER) | is_system,
    "workforce.holding.edit": keeps_register | is_system,
    "workforce.exit.view": plans | is_system,
    "workforce.exit.edit": does_personnel | is_system,
    "workforce.task.view": is_member,
    "workforce.task.edit": manages_knowledge | leads | is_system,
    "workforce.task.bulk": manages_knowledge | leads | is_system,
    "workforce.import.use": role_everywhere(*KEEPS_REGISTER) | is_system,
    "workforce.export.use": role_everywhere(*KEEPS_REGISTER) | is_system,
    "workforce.history.view": plans | is_system,
}
