"""Who may do what with accounts, roles and organisations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from staffelstab.core.actors import Actor
from staffelstab.core.permissions import (
    Predicate,
    has_role,
    is_authenticated,
    is_member,
    is_system,
    predicate,
)
from staffelstab.identity.enums import DEPUTY_ROLES, Role
from staffelstab.identity.models import Network, RoleDeputy, RoleGrant, StaffSession

is_administrator = has_role(Role.ADMINISTRATOR)
is_network_office = has_role(Role.NETWORK_OPERATOR)
reads_protocol = has_role(Role.ADMINISTRATOR, Role.PRIVACY)


@predicate
def in_network(actor: Actor, network: object | None) -> bool:
    """The actor's organisation belongs to the network; without one in question, to any."""
    if isinstance(network, Network):
        return network.pk in actor.network_ids
    return bool(actor.network_ids)


@predicate
def operates(actor: Actor, network: object | None) -> bool:
    """The actor's organisation runs the network; without one in question this does not decide."""
    return not isinstance(network, Network) or network.operator_id == actor.organisation_id


@predicate
def is_operator(actor: Actor, _obj: object | None) -> bool:
    """The account belongs to the operating staff of the installation."""
    return actor.operator


@predicate
def own_session(actor: Actor, session: object | None) -> bool:
    """The staff session is the actor's own; without one in question this does not decide."""
    return not isinstance(session, StaffSession) or session.account_id == actor.account_id


@predicate
def in_house(actor: Actor, session: object | None) -> bool:
    """The staff session is one in the actor's organisation; without one in question this does not decide."""
    return not isinstance(session, StaffSession) or session.organisation_id == actor.organisation_id


@predicate
def names_deputy(actor: Actor, grant: object | None) -> bool:
    """The role is the actor's own, or the actor is administrator; without one in question: there is such a role.

    A role held as a deputy gives nothing on. Who is administrator, only administrators decide.
    """
    own = actor.alone.roles
    if not isinstance(grant, RoleGrant):
        return not own.isdisjoint(DEPUTY_ROLES)
    if grant.role not in DEPUTY_ROLES:
        return False
    holder = grant.account_id == actor.account_id and grant.role != Role.ADMINISTRATOR
    return Role.ADMINISTRATOR in own or holder


@predicate
def withdraws_deputy(actor: Actor, deputy: object | None) -> bool:
    """Whoever may name the deputy, and the deputy; without one in question this does not decide."""
    if not isinstance(deputy, RoleDeputy):
        return True
    return deputy.deputy_id == actor.account_id or names_deputy(actor, deputy.grant)


RULES: Final[Mapping[str, Predicate]] = {
    "identity.own": is_authenticated,
    "identity.organisation.view": is_member,
    "identity.organisation.edit": is_administrator | is_system,
    "identity.account.list": is_administrator,
    "identity.account.manage": is_administrator | is_system,
    "identity.network.view": is_member & in_network,
    "identity.network.manage": (is_network_office | is_system) & operates,
    "identity.deputy.view": is_member,
    "identity.deputy.name": is_member & names_deputy,
    "identity.deputy.withdraw": is_member & withdraws_deputy,
    "identity.audit.view": reads_protocol,
    "identity.retention.view": reads_protocol | is_system,
    "identity.retention.manage": is_administrator | is_system,
    "identity.staff.open": is_operator,
    "identity.staff.list": reads_protocol,
    "identity.staff.end": (is_administrator | is_system) & in_house,
    "identity.staff.leave": is_authenticated & own_session,
    # Data protection and staff council read what happened, not who did it to whom (docs/adr/0003).
    "identity.audit.names": is_administrator,
}
