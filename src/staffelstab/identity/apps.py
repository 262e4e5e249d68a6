"""Django application of the identity module."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from staffelstab.core import permissions
from staffelstab.core.ui import context, navigation
from staffelstab.core.ui.navigation import FrameLink, NavigationItem, Section

NAVIGATION = (
    NavigationItem(
        section=Section.ADMINISTRATION,
        label=_("Organisation"),
        url_name="identity:organisation_detail",
        permission="identity.organisation.edit",
        order=10,
        covers=("identity:organisation_edit", "identity:logo_edit"),
    ),
    NavigationItem(
        section=Section.ADMINISTRATION,
        label=_("Accounts and roles"),
        url_name="identity:account_list",
        permission="identity.account.list",
        order=20,
        covers=(
            "identity:account_create",
            "identity:account_invite",
            "identity:account_detail",
            "identity:account_roles",
            "identity:account_end",
            "identity:security_reset",
        ),
    ),
    NavigationItem(
        section=Section.ADMINISTRATION,
        label=_("Signing in"),
        url_name="identity:security_edit",
        permission="identity.organisation.edit",
        order=30,
    ),
    NavigationItem(
        section=Section.ADMINISTRATION,
        label=_("Access by the operating staff"),
        url_name="identity:staff_list",
        permission="identity.staff.list",
        order=80,
    ),
    NavigationItem(
        section=Section.ADMINISTRATION,
        label=_("Protocol"),
        url_name="identity:audit_list",
        permission="identity.audit.view",
        order=90,
    ),
    NavigationItem(
        section=Section.ADMINISTRATION,
        label=_("Sign-in attempts"),
        url_name="identity:sign_in_list",
        permission="identity.audit.view",
        order=92,
    ),
    NavigationItem(
        section=Section.ADMINISTRATION,
        label=_("Retention"),
        url_name="identity:retention_list",
        permission="identity.retention.view",
        order=95,
        covers=("identity:retention_*",),
    ),
    NavigationItem(
        section=Section.NETWORK,
        label=_("Members of the network"),
        url_name="identity:network_list",
        permission="identity.network.view",
        order=10,
        covers=(
            "identity:network_detail",
            "identity:network_join",
            "identity:network_edit",
            "identity:network_leave",
        ),
    ),
)


class IdentityConfig(AppConfig):
    """Registers the module's permissions, subscriptions and places in the page frame."""

    name = "staffelstab.identity"
    label = "identity"
    subscriptions = {
        "identity.address.changed": "staffelstab.identity.subscribers.on_address_changed",
        "identity.factors.reset": "staffelstab.identity.subscribers.on_factors_reset",
        "identity.member.invited": "staffelstab.identity.subscribers.on_member_invited",
    }

    def ready(self) -> None:
        # Local imports: these have models, which are not loaded yet when this module is.
        from staffelstab.core import daily, outbox, retention  # noqa: PLC0415
        from staffelstab.identity.selectors import frame  # noqa: PLC0415
        from staffelstab.identity.services.retention import RULES  # noqa: PLC0415

        import_string("staffelstab.identity.web.sign_in_log.connect")()
        retention.register(*RULES)
        daily.register("staffelstab.identity.subscribers.on_new_day")

        permissions.register_table("staffelstab.identity.permissions.RULES")
        outbox.subscribe(self.subscriptions)
        _register_words()
        context.register_sources(organisations=frame.organisation_choices, account_note=frame.account_note)
        navigation.register(*NAVIGATION)
        navigation.register_slots(
            login="account_login",
            logout="account_logout",
            session="identity:session_state",
            switch_organisation="identity:seat_switch",
        )
        navigation.register_account(
            FrameLink(
                label=_("Change the password"), url_name="account_change_password", icon="lock", order=10
            ),
            FrameLink(label=_("Second factor"), url_name="mfa_index", icon="lock", order=15),
            FrameLink(
                label=_("Deputies for roles"),
                url_name="identity:deputy_list",
                icon="swap",
                order=25,
                permission="identity.deputy.view",
            ),
            FrameLink(
                label=_("Access as operating staff"),
                url_name="identity:staff_open",
                icon="eye",
                order=30,
                permission="identity.staff.open",
            ),
            FrameLink(label=_("Signed-in devices"), url_name="usersessions_list", icon="person", order=20),
        )


def _register_words() -> None:
    """What the protocol calls this module's things, fields and acts."""
    from staffelstab.identity.selectors import protocol  # noqa: PLC0415 - has models

    protocol.register_types(
        {
            "identity.membership": protocol.ObjectType(_("Account")),
            "identity.roledeputy": protocol.ObjectType(_("Deputy")),
            "identity.organisation": protocol.ObjectType(_("Organisation"), personal=False),
            "identity.staffsession": protocol.ObjectType(_("Session of the operating staff"), personal=False),
            "identity.network": protocol.ObjectType(_("Network"), personal=False),
            "core.retentionperiod": protocol.ObjectType(_("Retention period"), personal=False),
            "core.retentionrun": protocol.ObjectType(_("Deletion"), personal=False),
            "identity.networkmembership": protocol.ObjectType(_("Membership in a network"), personal=False),
        }
    )
    protocol.register_fields(
        {
            "name": protocol.Field(_("Name")),
            "display_name": protocol.Field(_("Name")),
            "email": protocol.Field(_("E-mail address")),
            "short_name": protocol.Field(_("Short name")),
            "kind": protocol.Field(_("Kind")),
            "ags": protocol.Field(_("Official municipality key (AGS)")),
            "colour": protocol.Field(_("Colour")),
            "logo": protocol.Field(_("Logo")),
            "group_threshold": protocol.Field(_("Smallest group in evaluations (persons)")),
            "roles": protocol.Field(_("Roles"), protocol.role_in_words),
            "identity.roledeputy.role": protocol.Field(_("Role"), protocol.role_in_words),
            "identity.roledeputy.since": protocol.Field(_("First day"), protocol.day),
            "identity.roledeputy.until": protocol.Field(_("Last day"), protocol.day),
            "identity.membership.until": protocol.Field(_("Last day"), protocol.day),
            "shares": protocol.Field(_("Shares")),
            "second_factor_roles": protocol.Field(_("Second factor needed for"), protocol.role_in_words),
            "step": protocol.Field(_("Page"), fact=True),
            "identity.staffsession.until": protocol.Field(_("Until"), protocol.moment, fact=True),
            "days": protocol.Field(_("Kept for (days)")),
            "deleted": protocol.Field(_("Deleted entries")),
        }
    )
    protocol.register_verbs(
        {
            "corrected": _("corrected"),
            "invited": _("invited again"),
            "limited": _("limited to a day"),
            "looked": _("opened a page"),
            "named": _("named"),
            "opened": _("opened"),
            "refused": _("was refused"),
            "reset": _("second factor reset"),
            "signed_out": _("signed out on all devices"),
        }
    )
