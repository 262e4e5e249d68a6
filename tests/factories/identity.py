"""More people, seats and units than the small world has. They work inside an active tenancy context."""

from __future__ import annotations

from uuid import UUID

from staffelstab.core.actors import system_actor
from staffelstab.core.tenancy.context import TenancyContext, activate, current_organisation
from staffelstab.identity.models import Account, Membership
from staffelstab.identity.services import accounts
from tests.world import NOW, PASSWORD


def member(email: str, name: str, *roles: str, unit_id: UUID | None = None) -> Membership:
    """Somebody who belongs to the active organisation, with the roles given (bound to the unit, if any)."""
    actor = system_actor(organisation_id=current_organisation(), reason="test")
    made = accounts.add_member(email=email, display_name=name, actor=actor, now=NOW, password=PASSWORD)
    if roles:
        accounts.set_roles(membership=made, grants=[(role, unit_id) for role in roles], actor=actor, now=NOW)
    return made


def seat(account: Account, organisation_id: UUID, *roles: str) -> Membership:
    """A seat of an existing account in another organisation."""
    with activate(TenancyContext(organisation_id)):
        return member(account.email, account.display_name, *roles)
