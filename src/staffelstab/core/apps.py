"""Django application of the core."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from staffelstab.core.database.threads import close_with_thread


class CoreConfig(AppConfig):
    """Ties connections to their threads; the other modules register with the core."""

    name = "staffelstab.core"
    label = "core"

    def ready(self) -> None:
        """Connect the signal."""
        connection_created.connect(close_with_thread, dispatch_uid="core.close_with_thread")
