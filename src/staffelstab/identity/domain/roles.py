"""The roles by their codes, for what is read before Django is there; a test compares them with ``enums.Role``."""

from __future__ import annotations

from typing import Final

ROLES: Final = frozenset(
    {
        "employee",
        "line_manager",
        "knowledge_manager",
        "personnel",
        "advisor",
        "executive",
        "privacy",
        "administrator",
        "network_operator",
    }
)
UNIT_ROLES: Final = frozenset({"line_manager", "knowledge_manager", "personnel"})
"""Roles that can be bound to a unit and its sub-units."""
