"""Networks and their members."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import models

from staffelstab.core import permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.identity.models import Network, NetworkMembership

VOTES = 1
"""One member, one vote, whatever the shares (§ 43 (3) GenG)."""


@dataclass(frozen=True, slots=True)
class NetworkMember:
    """An organisation in a network."""

    organisation_id: UUID
    name: str
    kind: str
    shares: int
    votes: int
    since: date
    operator: bool


@dataclass(frozen=True, slots=True)
class NetworkView:
    """A network with its members by name."""

    network: Network
    members: tuple[NetworkMember, ...]

    @property
    def shares(self) -> int:
        """Sum of the shares."""
        return sum(member.shares for member in self.members)

    @property
    def votes(self) -> int:
        """Sum of the votes."""
        return sum(member.votes for member in self.members)


def networks(*, actor: Actor) -> list[Network]:
    """The networks of the actor's organisation, by name. Raises PermissionRefused."""
    permissions.require(actor, "identity.network.view")
    return list(Network.objects.filter(pk__in=actor.network_ids))


def network(*, actor: Actor, network_id: UUID) -> Network:
    """One of the actor's networks. Raises NotFound."""
    found = Network.objects.filter(pk=network_id).first()
    if found is None:
        raise NotFound
    permissions.require(actor, "identity.network.view", found)
    return found


def network_view(*, actor: Actor, network_id: UUID) -> NetworkView:
    """A network with its members. Raises NotFound."""
    found = network(actor=actor, network_id=network_id)
    rows = NetworkMembership.objects.filter(network=found).select_related("organisation")
    rows = rows.fetch_mode(models.FETCH_RAISE).order_by("organisation__name", "organisation_id")
    members = tuple(
        NetworkMember(
            organisation_id=row.organisation_id,
            name=row.organisation.name,
            kind=row.organisation.get_kind_display(),
            shares=row.shares,
            votes=VOTES,
            since=row.since,
            operator=row.organisation_id == found.operator_id,
        )
        for row in rows
    )
    return NetworkView(found, members)


def network_membership(*, actor: Actor, network_id: UUID, organisation_id: UUID) -> NetworkMembership:
    """The membership of an organisation in one of the actor's networks. Raises NotFound."""
    found = network(actor=actor, network_id=network_id)
    rows = NetworkMembership.objects.filter(network=found, organisation_id=organisation_id)
    row = rows.select_related("organisation", "network").first()
    if row is None:
        raise NotFound
    return row
