"""Creating and changing organisations, networks and memberships in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from staffelstab.core import audit, editions, permissions
from staffelstab.core.actors import Actor, system_actor
from staffelstab.core.days import day_of
from staffelstab.core.errors import DomainError, on_violation
from staffelstab.core.ids import new_id
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.enums import OrganisationKind
from staffelstab.identity.models import Network, NetworkMembership, Organisation


class SlugTaken(DomainError):
    """Another organisation has the short name."""

    code = "identity.slug_taken"
    template = _("The short name “%(slug)s” is already in use.")


def create_organisation(
    *,
    slug: str,
    name: str,
    now: datetime,
    kind: str = OrganisationKind.MUNICIPALITY,
    short_name: str = "",
    ags: str = "",
    colour: str = "#0b4f6c",
    is_operator: bool = False,
) -> Organisation:
    """Create an organisation, as the system (command line). Raises SlugTaken, ValidationError."""
    organisation = Organisation(
        id=new_id(),
        slug=slug,
        name=name,
        kind=kind,
        short_name=short_name,
        ags=ags,
        colour=colour,
        is_operator=is_operator,
    )
    organisation.clean_fields()
    actor = system_actor(
        organisation_id=organisation.pk, organisation_name=name, reason="organisation create"
    )
    with (
        activate(TenancyContext(organisation_id=organisation.pk)),
        on_violation({"identity_organisation_slug_key": SlugTaken(slug=slug)}),
        transaction.atomic(),
    ):
        organisation.save(force_insert=True)
        audit.record(actor, "identity.organisation.created", organisation, at=now)
    return organisation


FIELDS: Final = ("name", "short_name", "kind", "ags", "colour", "group_threshold")
"""What :func:`edit_organisation` changes."""


def edition_of(organisation: Organisation) -> str:
    """A short text that changes with what :func:`edit_organisation` changes; a form carries it."""
    return editions.edition(getattr(organisation, name) for name in FIELDS)


@transaction.atomic
def edit_organisation(
    *,
    organisation: Organisation,
    values: Mapping[str, object],
    actor: Actor,
    now: datetime,
    seen: str | None = None,
) -> Organisation:
    """Change name, short name, kind, key, colour or group threshold.

    ``seen``: its :func:`edition_of` when the form was opened. Raises PermissionRefused, ValidationError, and Stale when
    somebody else has changed it since.
    """
    permissions.require(actor, "identity.organisation.edit", organisation)
    organisation.refresh_from_db(from_queryset=Organisation.objects.select_for_update())
    before = {name: getattr(organisation, name) for name in FIELDS}
    if any(before[name] != values[name] for name in FIELDS if name in values):
        editions.compare(edition_of(organisation), seen)
    for name in FIELDS:
        if name in values:
            setattr(organisation, name, values[name])
    organisation.clean_fields()
    organisation.save(update_fields=FIELDS)
    changes = audit.differences(before, {name: getattr(organisation, name) for name in FIELDS})
    audit.record(actor, "identity.organisation.changed", organisation, at=now, changes=changes)
    return organisation


def create_network(*, slug: str, name: str, operator: Organisation, now: datetime) -> Network:
    """Create a network operated by ``operator``, which is its first member. As the system (command line).

    Raises SlugTaken, ValidationError.
    """
    network = Network(id=new_id(), slug=slug, name=name, operator=operator)
    network.clean_fields(exclude={"operator"})
    actor = system_actor(
        organisation_id=operator.pk, organisation_name=operator.name, reason="network create"
    )
    with (
        activate(TenancyContext(operator.pk, None, (network.pk,))),
        on_violation({"identity_network_slug_key": SlugTaken(slug=slug)}),
        transaction.atomic(),
    ):
        network.save(force_insert=True)
        NetworkMembership.objects.create(network=network, organisation=operator, since=day_of(now))
        audit.record(actor, "identity.network.created", network, at=now)
    return network


def join_network(
    *, network_id: UUID, organisation: Organisation, shares: int, actor: Actor, now: datetime
) -> NetworkMembership:
    """Admit an organisation known by its row (command, demo). Raises PermissionRefused, Network.DoesNotExist."""
    permissions.require(actor, "identity.network.manage")
    with activate(TenancyContext(actor.organisation_id, actor.account_id, (network_id,))):
        permissions.require(actor, "identity.network.manage", Network.objects.get(pk=network_id))
        membership = NetworkMembership.objects.create(
            network_id=network_id, organisation=organisation, shares=shares, since=day_of(now)
        )
        audit.record(actor, "identity.network.joined", membership, at=now)
    return membership
