"""Who may do what with accounts, roles and organisations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from staffelstab.core.permissions import Predicate, has_role, is_authenticated, is_member, is_system
from staffelstab.identity.enums import Role

is_administrator = has_role(Role.ADMINISTRATOR)
is_network_office = has_role(Role.NETWORK_OPERATOR)
reads_protocol = has_role(Role.ADMINISTRATOR, Role.PRIVACY)

RULES: Final[Mapping[str, Predicate]] = {
    "identity.own": is_authenticated,
    "identity.organisation.view": is_member,
    "identity.organisation.edit": is_administrator | is_system,
    "identity.account.list": is_administrator,
    "identity.account.manage": is_administrator | is_system,
    "identity.network.view": is_member,
    "identity.network.manage": is_network_office | is_system,
    "identity.audit.view": reads_protocol,
}
