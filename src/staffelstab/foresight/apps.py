"""Django application of the foresight module."""

from __future__ import annotations

from django.apps import AppConfig

from staffelstab.core import permissions


class ForesightConfig(AppConfig):
    """Registers the module's permissions, subscriptions and places in the navigation."""

    name = "staffelstab.foresight"
    label = "foresight"
    subscriptions = {
        "workforce.import.applied": "staffelstab.foresight.subscribers.on_import_applied",
    }

    def ready(self) -> None:
        # Local import: the outbox has models, which are not loaded yet when this module is.
        from staffelstab.core import outbox  # noqa: PLC0415

        permissions.register_table("staffelstab.foresight.permissions.RULES")
        outbox.subscribe(self.subscriptions)
