"""Django application of the foresight module."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from staffelstab.core import permissions
from staffelstab.core.ui import navigation, slots

PLACES = (
    navigation.NavigationItem(
        section=navigation.Section.FORESIGHT,
        label=_("Knowledge risk"),
        url_name="foresight:risk_board",
        permission="foresight.risk.view",
        order=10,
        covers=("foresight:risk_method",),
    ),
    navigation.NavigationItem(
        section=navigation.Section.FORESIGHT,
        label=_("Age structure"),
        url_name="foresight:forecast_board",
        permission="foresight.forecast.view",
        order=15,
        covers=("foresight:forecast_table", "foresight:forecast_method"),
    ),
    navigation.NavigationItem(
        section=navigation.Section.FORESIGHT,
        label=_("Measures"),
        url_name="foresight:measure_list",
        permission="foresight.risk.view",
        order=20,
        covers=("foresight:measure_create", "foresight:measure_edit"),
    ),
    navigation.NavigationItem(
        section=navigation.Section.FORESIGHT,
        label=_("Reports"),
        url_name="foresight:report_list",
        permission="foresight.report.view",
        order=30,
        covers=("foresight:report_*", "foresight:release_*"),
    ),
    navigation.NavigationItem(
        section=navigation.Section.FORESIGHT,
        label=_("Assumptions"),
        url_name="foresight:settings_edit",
        permission="foresight.settings.edit",
        order=90,
    ),
)
"""The module's places in the navigation."""


class ForesightConfig(AppConfig):
    """Registers the module's permissions, subscriptions and places in the navigation."""

    name = "staffelstab.foresight"
    label = "foresight"
    subscriptions = {
        "workforce.import.applied": "staffelstab.foresight.subscribers.on_import_applied",
        "foresight.report.requested": "staffelstab.foresight.jobs.on_report_requested",
    }

    def ready(self) -> None:
        # Local import: the outbox has models, which are not loaded yet when this module is.
        from staffelstab.core import daily, outbox, retention  # noqa: PLC0415
        from staffelstab.foresight.selectors.words import FIELDS  # noqa: PLC0415
        from staffelstab.foresight.services.retention import RULES  # noqa: PLC0415
        from staffelstab.identity.selectors import protocol  # noqa: PLC0415

        protocol.register_types(
            {
                "foresight.measure": protocol.ObjectType(_("Measure"), personal=False),
                "foresight.risksettings": protocol.ObjectType(_("Assumptions"), personal=False),
                "foresight.riskrecord": protocol.ObjectType(_("Figures of the quarter"), personal=False),
                "foresight.report": protocol.ObjectType(_("Report"), personal=False),
                "foresight.networkrelease": protocol.ObjectType(_("Figures for the network"), personal=False),
            }
        )
        protocol.register_fields(FIELDS)
        permissions.register_table("staffelstab.foresight.permissions.RULES")
        outbox.subscribe(self.subscriptions)
        retention.register(*RULES)
        daily.register("staffelstab.foresight.subscribers.on_new_day")
        daily.register("staffelstab.foresight.subscribers.forget_leftovers")
        slots.register("workforce.task", "staffelstab.foresight.web.slots.task_risk")
        navigation.register(*PLACES)
