"""Who may see and steer knowledge risks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from staffelstab.core.permissions import Predicate, has_role, is_system
from staffelstab.identity.enums import Role
from staffelstab.workforce.permissions import role_here

manages = role_here(Role.KNOWLEDGE_MANAGER, Role.LINE_MANAGER)

RULES: Final[Mapping[str, Predicate]] = {
    # Executives see the board without names; the others see their units.
    "foresight.risk.view": role_here(Role.KNOWLEDGE_MANAGER, Role.LINE_MANAGER, Role.PERSONNEL)
    | has_role(Role.EXECUTIVE)
    | is_system,
    "foresight.risk.names": role_here(Role.KNOWLEDGE_MANAGER, Role.LINE_MANAGER, Role.PERSONNEL),
    # Figures about groups of at least the threshold; nobody is named.
    "foresight.forecast.view": role_here(Role.KNOWLEDGE_MANAGER, Role.LINE_MANAGER, Role.PERSONNEL)
    | has_role(Role.EXECUTIVE)
    | is_system,
    "foresight.measure.edit": manages | is_system,
    "foresight.record.write": is_system,
    "foresight.settings.edit": has_role(Role.KNOWLEDGE_MANAGER) | is_system,
}
