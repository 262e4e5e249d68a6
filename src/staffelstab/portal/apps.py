"""Django application of the portal module."""

from __future__ import annotations

from django.apps import AppConfig

from staffelstab.core import permissions


class PortalConfig(AppConfig):
    """Registers the module's permissions."""

    name = "staffelstab.portal"
    label = "portal"

    def ready(self) -> None:
        permissions.register_table("staffelstab.portal.permissions.RULES")
