"""Django application of the workforce module."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from staffelstab.core import permissions
from staffelstab.core.ui import navigation

ITEMS = tuple(
    navigation.NavigationItem(
        section=navigation.Section.KNOWLEDGE,
        label=label,
        url_name=f"workforce:{noun}_list",
        permission=permission,
        order=order,
        covers=tuple(f"workforce:{each}_*" for each in nouns),
    )
    for order, label, noun, permission, nouns in (
        (10, _("Tasks"), "task", "workforce.task.view", ("task",)),
        (20, _("Units"), "unit", "workforce.unit.view", ("unit",)),
        (30, _("Positions"), "position", "workforce.position.view", ("position", "holding")),
        (40, _("Persons"), "person", "workforce.person.view", ("person",)),
        (90, _("Imports"), "upload", "workforce.import.use", ("upload",)),
    )
)


class WorkforceConfig(AppConfig):
    """Registers the module's permissions, subscriptions and places in the navigation."""

    name = "staffelstab.workforce"
    label = "workforce"
    subscriptions = {
        "workforce.import.applied": "staffelstab.workforce.jobs.on_applied",
        "workforce.import.uploaded": "staffelstab.workforce.jobs.on_uploaded",
        "workforce.import.confirmed": "staffelstab.workforce.jobs.on_confirmed",
        "workforce.import.undo_requested": "staffelstab.workforce.jobs.on_undo_requested",
    }

    def ready(self) -> None:
        # Local import: the outbox has models, which are not loaded yet when this module is.
        from staffelstab.core import daily, outbox, retention  # noqa: PLC0415
        from staffelstab.identity.selectors import protocol, units  # noqa: PLC0415
        from staffelstab.workforce.selectors import history  # noqa: PLC0415
        from staffelstab.workforce.selectors.role_units import unit_choices  # noqa: PLC0415
        from staffelstab.workforce.services.retention import RULES  # noqa: PLC0415

        retention.register(*RULES)
        units.register_source(unit_choices)
        protocol.register_types(
            {
                "workforce.unit": protocol.ObjectType(_("Unit"), personal=False),
                "workforce.position": protocol.ObjectType(_("Position"), personal=False),
                "workforce.task": protocol.ObjectType(_("Task"), personal=False),
                "workforce.import": protocol.ObjectType(_("Import"), personal=False),
                "workforce.person": protocol.ObjectType(_("Person")),
                "workforce.holding": protocol.ObjectType(_("Holding")),
            }
        )
        protocol.register_verbs(
            {"linked": _("linked to an account"), "unlinked": _("no longer linked to an account")}
        )
        protocol.register_verbs(history.PROTOCOL_VERBS)
        protocol.register_fields(history.protocol_fields())
        outbox.subscribe(self.subscriptions)
        daily.register("staffelstab.workforce.jobs.on_new_day")
        daily.register("staffelstab.workforce.jobs.forget_leftovers")
        permissions.register_table("staffelstab.workforce.permissions.RULES")
        navigation.register(*ITEMS)
