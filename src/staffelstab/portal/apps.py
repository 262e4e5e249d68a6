"""Django application of the portal module."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from staffelstab.core import permissions
from staffelstab.core.ui import navigation
from staffelstab.core.ui.navigation import FrameLink, NavigationItem, Section


class PortalConfig(AppConfig):
    """Registers the module's permissions and the fixed places of the page frame."""

    name = "staffelstab.portal"
    label = "portal"

    def ready(self) -> None:
        # Local import: the protocol has models, which are not loaded yet when this module is.
        from staffelstab.core import retention  # noqa: PLC0415
        from staffelstab.identity.selectors import protocol  # noqa: PLC0415
        from staffelstab.portal.services.retention import RULES  # noqa: PLC0415

        retention.register(*RULES)
        protocol.register_types({"portal.barrierreport": protocol.ObjectType(_("Reported barrier"))})
        permissions.register_table("staffelstab.portal.permissions.RULES")
        navigation.register(
            NavigationItem(section=Section.MINE, label=_("My area"), url_name="portal:start_show", order=1),
            NavigationItem(
                section=Section.ADMINISTRATION,
                label=_("Reported barriers"),
                url_name="portal:barrier_list",
                permission="portal.barrier.answer",
                covers=("portal:barrier_answer",),
                order=80,
            ),
            NavigationItem(
                section=Section.ADMINISTRATION,
                label=_("Evaluation catalogue"),
                url_name="portal:evaluation_list",
                permission="portal.evaluations",
                order=90,
            ),
        )
        navigation.register_slots(
            home="portal:start_show",
            search="portal:search_list",
            help="portal:help_show",
            language="portal:language_set",
            stored_data="portal:stored_show",
        )
        navigation.register_footer(
            FrameLink(label=_("Accessibility"), url_name="portal:legal_accessibility", order=10),
            FrameLink(label=_("Report a barrier"), url_name="portal:barrier_report", order=20),
            FrameLink(label=_("Easy to read"), url_name="portal:legal_plain", order=25),
            FrameLink(label=_("Privacy"), url_name="portal:legal_privacy", order=30),
            FrameLink(label=_("What the system stores about you"), url_name="portal:stored_show", order=40),
            FrameLink(label=_("Imprint"), url_name="portal:legal_imprint", order=50),
        )
