"""Who may see the composed screens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from staffelstab.core.permissions import Predicate, has_role, is_authenticated, is_member
from staffelstab.identity.enums import Role

RULES: Final[Mapping[str, Predicate]] = {
    "portal.start": is_authenticated,
    "portal.search": is_member,
    "portal.own_data": is_authenticated,
    "portal.evaluations": is_member,
    "portal.barrier.answer": has_role(Role.ADMINISTRATOR),
}
