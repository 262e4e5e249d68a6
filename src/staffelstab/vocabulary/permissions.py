"""Who may do what with the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from staffelstab.core.actors import Actor
from staffelstab.core.permissions import Predicate, is_member, is_system, predicate, role_everywhere
from staffelstab.identity.enums import Role
from staffelstab.vocabulary.models import Service


@predicate
def is_own(actor: Actor, obj: object | None) -> bool:
    """The service belongs to the actor's organisation; true without an object."""
    return not isinstance(obj, Service) or obj.organisation_id == actor.organisation_id


# The catalogue belongs to the house, and what is shared of it to the network: never a matter of one unit.
_keeps_catalogue = role_everywhere(Role.KNOWLEDGE_MANAGER, Role.ADMINISTRATOR)

RULES: Final[Mapping[str, Predicate]] = {
    "vocabulary.service.view": is_member,
    "vocabulary.service.import": _keeps_catalogue | is_system,
    "vocabulary.service.edit": (_keeps_catalogue | is_system) & is_own,
    "vocabulary.municipality.view": is_member,
}
