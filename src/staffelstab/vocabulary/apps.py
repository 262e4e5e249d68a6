"""Django application of the vocabulary module."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from staffelstab.core import permissions
from staffelstab.core.ui import navigation
from staffelstab.core.ui.navigation import NavigationItem, Section


class VocabularyConfig(AppConfig):
    """Registers the module's permissions and its places in the navigation."""

    name = "staffelstab.vocabulary"
    label = "vocabulary"

    def ready(self) -> None:
        # Local import: the protocol has models, which are not loaded yet when this module is.
        from staffelstab.identity.selectors import protocol  # noqa: PLC0415

        protocol.register_types(
            {"vocabulary.service": protocol.ObjectType(_("Public service"), personal=False)}
        )
        permissions.register_table("staffelstab.vocabulary.permissions.RULES")
        navigation.register(
            NavigationItem(
                section=Section.KNOWLEDGE,
                label=_("Public services"),
                url_name="vocabulary:service_list",
                permission="vocabulary.service.view",
                covers=("vocabulary:service_*", "vocabulary:upload_*"),
                order=60,
            ),
            NavigationItem(
                section=Section.NETWORK,
                label=_("Municipalities"),
                url_name="vocabulary:municipality_list",
                permission="vocabulary.municipality.view",
                order=90,
            ),
        )
