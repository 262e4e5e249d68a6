"""Who may do what with the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from staffelstab.core.permissions import Predicate, has_role, is_member, is_system
from staffelstab.identity.enums import Role

RULES: Final[Mapping[str, Predicate]] = {
    "vocabulary.service.view": is_member,
    "vocabulary.service.import": has_role(Role.KNOWLEDGE_MANAGER, Role.ADMINISTRATOR) | is_system,
    "vocabulary.municipality.view": is_member,
}
