"""Django application of the foresight module."""

from __future__ import annotations

from django.apps import AppConfig

from staffelstab.core import permissions


class ForesightConfig(AppConfig):
    """Registers the module's permissions."""

    name = "staffelstab.foresight"
    label = "foresight"

    def ready(self) -> None:
        permissions.register_table("staffelstab.foresight.permissions.RULES")
