"""Who acts: handed to every service and selector, so that no business code looks at a request or a session."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from staffelstab.core import permissions

STAFF: Final = "operating_staff"
"""No role anybody can be given: marks the actor of a staff session, who reads what the other roles admit."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held in the active organisation, optionally bound to a unit and its sub-units.

    ``holder`` is the name of the person whose role it is where the actor holds it as that person's deputy.
    """

    role: str
    unit_id: UUID | None = None
    holder: str = ""


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
    operator: bool = False
    """Belongs to the operating staff and may ask for a session in an organisation."""
    roles: frozenset[str] = field(init=False, default=frozenset())
    stood_in_for: set[str] = field(init=False, default_factory=set, compare=False, repr=False)
    """Names of those without whose role something done so far would have been refused; for the audit trail."""

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

    @property
    def reads_only(self) -> bool:
        """Whether every permission to change something is refused, whatever the roles say."""
        return STAFF in self.roles

    @property
    def held_for(self) -> tuple[Grant, ...]:
        """The grants held as somebody's deputy."""
        return tuple(grant for grant in self.grants if grant.holder)

    @property
    def alone(self) -> Actor:
        """The same actor without the roles held as a deputy."""
        return replace(self, grants=tuple(grant for grant in self.grants if not grant.holder))

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
