"""Django application of the workforce module."""

from __future__ import annotations

from django.apps import AppConfig

from staffelstab.core import permissions


class WorkforceConfig(AppConfig):
    """Registers the module's permissions."""

    name = "staffelstab.workforce"
    label = "workforce"

    def ready(self) -> None:
        permissions.register_table("staffelstab.workforce.permissions.RULES")
