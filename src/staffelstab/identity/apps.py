"""Django application of the identity module."""

from __future__ import annotations

from django.apps import AppConfig

from staffelstab.core import permissions


class IdentityConfig(AppConfig):
    """Registers the module's permissions."""

    name = "staffelstab.identity"
    label = "identity"

    def ready(self) -> None:
        permissions.register_table("staffelstab.identity.permissions.RULES")
