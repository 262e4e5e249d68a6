"""Who belongs to a network: the office of the network admits and dismisses."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from staffelstab.core import audit, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.days import day_of
from staffelstab.core.errors import DomainError, on_violation
from staffelstab.identity.models import Network, NetworkMembership
from staffelstab.identity.selectors.actors import organisation_id_by_slug


class UnknownOrganisation(DomainError):
    """No organisation of this installation has the short name."""

    code = "identity.unknown_organisation"
    template = _("There is no organisation with the short name “%(slug)s” on this installation.")


class AlreadyInNetwork(DomainError):
    """The organisation is a member already."""

    code = "identity.already_in_network"
    template = _("This organisation already belongs to the network.")


class OperatorStays(DomainError):
    """The organisation that runs the network cannot leave it."""

    code = "identity.operator_stays"
    template = _("The organisation that runs the network cannot leave it.")


@transaction.atomic
def admit_organisation(
    *, network: Network, slug: str, shares: int, actor: Actor, now: datetime
) -> NetworkMembership:
    """Admit an organisation by its short name.

    Raises PermissionRefused, UnknownOrganisation, AlreadyInNetwork.
    """
    permissions.require(actor, "identity.network.manage", network)
    key = organisation_id_by_slug(slug.strip().lower())
    if key is None:
        raise UnknownOrganisation(slug=slug)
    with on_violation({"network_membership_once": AlreadyInNetwork()}), transaction.atomic():
        membership = NetworkMembership.objects.create(
            network=network, organisation_id=key, shares=shares, since=day_of(now)
        )
    membership = NetworkMembership.objects.select_related("organisation").get(pk=membership.pk)
    audit.record(actor, "identity.network.joined", membership, at=now)
    return membership


@transaction.atomic
def change_shares(
    *, membership: NetworkMembership, shares: int, actor: Actor, now: datetime
) -> NetworkMembership:
    """Enter the number of shares. Raises PermissionRefused."""
    permissions.require(actor, "identity.network.manage", membership.network)
    changes = audit.differences({"shares": membership.shares}, {"shares": shares})
    membership.shares = shares
    membership.save(update_fields=["shares"])
    audit.record(actor, "identity.network.changed", membership, at=now, changes=changes)
    return membership


@transaction.atomic
def dismiss_organisation(*, membership: NetworkMembership, actor: Actor, now: datetime) -> None:
    """End a membership at once: neither side sees the other's shared content any more.

    Raises PermissionRefused, OperatorStays.
    """
    permissions.require(actor, "identity.network.manage", membership.network)
    if membership.organisation_id == membership.network.operator_id:
        raise OperatorStays
    audit.record(actor, "identity.network.left", membership, at=now)
    membership.delete()
