"""Django application of the workforce module."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from staffelstab.core import permissions
from staffelstab.core.ui import navigation


class WorkforceConfig(AppConfig):
    """Registers the module's permissions, subscriptions and places in the navigation."""

    name = "staffelstab.workforce"
    label = "workforce"
    subscriptions = {
        "workforce.import.uploaded": "staffelstab.workforce.jobs.on_uploaded",
        "workforce.import.confirmed": "staffelstab.workforce.jobs.on_confirmed",
    }

    def ready(self) -> None:
        # Local import: the outbox has models, which are not loaded yet when this module is.
        from staffelstab.core import outbox  # noqa: PLC0415

        outbox.subscribe(self.subscriptions)
        permissions.register_table("staffelstab.workforce.permissions.RULES")
        navigation.register(
            navigation.NavigationItem(
                section=navigation.Section.KNOWLEDGE,
                label=_("Imports"),
                url_name="workforce:upload_list",
                permission="workforce.import.use",
                order=90,
                covers=("workforce:upload_*",),
            )
        )
