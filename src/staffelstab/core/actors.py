"""Who acts: handed to every service and selector, so that no business code looks at a request or a session."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from staffelstab.core import permissions


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held in the active organisation, optionally bound to a unit and its sub-units."""

    role: str
    unit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """An account acting in one organisation, or the system acting for it (command, job).

    ``account_id`` is ``None`` for the system and for anonymous visitors; ``system`` tells them apart.
    """

    account_id: UUID | None = None
    organisation_id: UUID | None = None
    display_name: str = ""
    organisation_name: str = ""
    grants: tuple[Grant, ...] = ()
    network_ids: tuple[UUID, ...] = ()
    system: bool = False
    roles: frozenset[str] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", frozenset(grant.role for grant in self.grants))

    @property
    def authenticated(self) -> bool:
        """Whether somebody is signed in."""
        return self.account_id is not None

    @property
    def member(self) -> bool:
        """Whether the actor belongs to the active organisation."""
        return self.system or (self.organisation_id is not None and bool(self.grants))

    def unit_ids(self, *roles: str) -> frozenset[UUID] | None:
        """Units to which the given roles are bound; ``None`` when one of them holds for the whole organisation."""
        bound = [grant.unit_id for grant in self.grants if grant.role in roles]
        if self.system or None in bound:
            return None
        return frozenset(unit for unit in bound if unit is not None)

    def may(self, permission: str, obj: object | None = None) -> bool:
        """Whether the actor holds ``permission``, on ``obj`` where given. Raises KeyError for an unknown one."""
        return permissions.allowed(self, permission, obj)


ANONYMOUS = Actor()


def system_actor(*, organisation_id: UUID, organisation_name: str = "", reason: str) -> Actor:
    """The system acting for one organisation; ``reason`` names the command or job in the audit trail."""
    return Actor(
        organisation_id=organisation_id,
        organisation_name=organisation_name,
        display_name=reason,
        system=True,
    )
