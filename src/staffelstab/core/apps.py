"""Django application of the core."""

from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers nothing: the other modules register with the core."""

    name = "staffelstab.core"
    label = "core"
