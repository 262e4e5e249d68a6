"""A small committed world every test can rely on: three houses, a network, one account per role.

Built once per run through the real services; tests change it inside their own transaction only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from staffelstab.core.actors import Actor, Grant, system_actor
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.enums import OrganisationKind, Role
from staffelstab.identity.models import Account, Membership, Organisation
from staffelstab.identity.selectors.actors import organisation_id_by_slug
from staffelstab.identity.services import accounts, organisations

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
PASSWORD = "ein langes Kennwort 7"

HOUSES = {
    "musterstadt": ("Stadt Musterstadt", OrganisationKind.MUNICIPALITY),
    "nebenau": ("Gemeinde Nebenau", OrganisationKind.MUNICIPALITY),
    "fernwald": ("Gemeinde Fernwald", OrganisationKind.MUNICIPALITY),
}
"""``musterstadt`` is where tests happen; ``nebenau`` is in the same network; ``fernwald`` is a stranger."""


def build_world() -> None:
    """Create the houses and one account per role in each. Runs once, commits."""
    made = {
        slug: organisations.create_organisation(
            slug=slug, name=name, kind=kind, now=NOW, is_operator=slug == "musterstadt"
        )
        for slug, (name, kind) in HOUSES.items()
    }
    network = organisations.create_network(
        slug="verbund", name="Wissensverbund", operator=made["musterstadt"], now=NOW
    )
    office = system_actor(organisation_id=made["musterstadt"].pk, reason="test world")
    with activate(TenancyContext(office.organisation_id)):
        organisations.join_network(
            network_id=network.pk, organisation=made["nebenau"], shares=1, actor=office, now=NOW
        )
    for slug, house in made.items():
        actor = system_actor(organisation_id=house.pk, organisation_name=house.name, reason="test world")
        with activate(TenancyContext(house.pk)):
            for role in Role:
                prefix = "" if slug == "musterstadt" else f"{slug}."
                membership = accounts.add_member(
                    email=f"{prefix}{role}@{slug}.example",
                    display_name=f"{role.label} {house.name}",
                    actor=actor,
                    now=NOW,
                    password=PASSWORD,
                )
                accounts.set_roles(membership=membership, grants=[(role, None)], actor=actor, now=NOW)
    transaction.get_connection().close()


@dataclass
class World:
    """Handles to the committed rows."""

    organisation: Organisation
    neighbour_id: UUID
    stranger_id: UUID
    accounts: dict[str, Account] = field(default_factory=dict)
    """By role in ``musterstadt``; ``neighbour.<role>`` and ``stranger.<role>`` for the other houses."""

    @classmethod
    def load(cls) -> World:
        """Find the rows ``build_world`` made."""
        keys = {slug: organisation_id_by_slug(slug) for slug in HOUSES}
        found: dict[str, Account] = {}
        organisation: Any = None
        for slug, prefix in (("musterstadt", ""), ("nebenau", "neighbour."), ("fernwald", "stranger.")):
            with activate(TenancyContext(keys[slug])):
                if slug == "musterstadt":
                    organisation = Organisation.objects.get(pk=keys[slug])
                for membership in Membership.objects.select_related("account"):
                    role = membership.account.email.split("@")[0].split(".")[-1]
                    found[prefix + role] = membership.account
        return cls(organisation, keys["nebenau"], keys["fernwald"], found)  # type: ignore[arg-type]

    def actor(self, role: str = Role.KNOWLEDGE_MANAGER, *, unit_id: UUID | None = None) -> Actor:
        """An actor with one role in the first house."""
        account = self.accounts[role]
        return Actor(
            account_id=account.pk,
            organisation_id=self.organisation.pk,
            display_name=account.display_name,
            organisation_name=self.organisation.name,
            grants=(Grant(str(role), unit_id),),
        )

    @property
    def system(self) -> Actor:
        """The system acting for the first house."""
        return system_actor(organisation_id=self.organisation.pk, reason="test")

    def inside(self, *, organisation_id: UUID | None = None) -> Any:
        """A tenancy context of the first house, or of another."""
        return activate(TenancyContext(organisation_id or self.organisation.pk))
