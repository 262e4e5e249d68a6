"""Who may do what with the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from staffelstab.core.actors import Actor
from staffelstab.core.permissions import Predicate, has_role, is_member, is_system, predicate
from staffelstab.identity.enums import Role
from staffelstab.vocabulary.models import Service


@predicate
def is_own(actor: Actor, obj: object | None) -> bool:
    """The service belongs to the actor's organisation; true without an object."""
    return not isinstance(obj, Service) or obj.organisation_id == actor.organisation_id


_keeps_catalogue = has_role(Role.KNOWLEDGE_MANAGER, Role.ADMINISTRATOR)

RULES: Final[Mapping[str, Predicate]] = {
    "vocabulary.service.view": is_member,
    "vocabulary.service.import": _keeps_catalogue | is_system,
    "vocabulary.service.edit": (_keeps_catalogue | is_system) & is_own,
    "vocabulary.municipality.view": is_member,
}
