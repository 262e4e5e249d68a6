"""Django application of the vocabulary module."""

from __future__ import annotations

from django.apps import AppConfig

from staffelstab.core import permissions


class VocabularyConfig(AppConfig):
    """Registers the module's permissions."""

    name = "staffelstab.vocabulary"
    label = "vocabulary"

    def ready(self) -> None:
        permissions.register_table("staffelstab.vocabulary.permissions.RULES")
