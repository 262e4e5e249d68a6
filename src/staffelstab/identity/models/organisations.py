"""Organisations and the networks they form."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from staffelstab.core.tenancy.models import KeyField
from staffelstab.core.tenancy.policies import ACCOUNT, NETWORKS, ORGANISATION, PEERS, Custom, Protection
from staffelstab.identity.enums import OrganisationKind, Role

DEFAULT_THRESHOLD, LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 7, 5, 50
"""Smallest group a figure about people may rest on: usual in sensitive surveys 7 to 10, never below 5."""

_OWN_SEATS = f"(SELECT organisation_id FROM identity_membership WHERE account_id = {ACCOUNT})"  # noqa: S608 - no input


class Organisation(models.Model):
    """A municipality, district, provider, academy or association: the tenant."""

    protection: ClassVar[Protection] = Custom(
        read=f"id = {ORGANISATION} OR id IN {_OWN_SEATS} OR id IN {PEERS}",
        write=f"id = {ORGANISATION}",
        commands=("SELECT", "INSERT", "UPDATE"),
        reason="the tenant itself",
    )

    id = KeyField()
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=20, choices=OrganisationKind, default=OrganisationKind.MUNICIPALITY)
    ags = models.CharField(
        "AGS",
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^\d{8}(\d{4})?$")],
        help_text="8 or 12 digits",
    )
    colour = models.CharField(max_length=7, default="#0b4f6c", validators=[RegexValidator(r"^#[0-9a-f]{6}$")])
    is_operator = models.BooleanField(
        default=False, help_text="runs this installation; answers barrier reports"
    )
    second_factor_roles = ArrayField(
        models.CharField(max_length=30, choices=Role),
        default=list,
        db_default=[],
        blank=True,
        help_text="whoever holds one of these roles needs a second factor to sign in",
    )
    group_threshold = models.PositiveSmallIntegerField(
        default=DEFAULT_THRESHOLD,
        db_default=DEFAULT_THRESHOLD,
        validators=[MinValueValidator(LOWEST_THRESHOLD), MaxValueValidator(HIGHEST_THRESHOLD)],
        help_text="no figure about people rests on fewer of them",
    )
    logo_digest = models.CharField(
        max_length=16, blank=True, default="", db_default="", help_text="of the logo shown; empty: none"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_operator"], condition=models.Q(is_operator=True), name="operator_one"
            ),
            models.CheckConstraint(
                condition=models.Q(group_threshold__gte=LOWEST_THRESHOLD),
                name="organisation_group_threshold",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Network(models.Model):
    """A cooperative or working community of organisations that share content."""

    protection: ClassVar[Protection] = Custom(
        read=f"id = ANY ({NETWORKS})",
        write=f"id = ANY ({NETWORKS})",
        commands=("SELECT", "INSERT", "UPDATE"),
        reason="shared by its members",
    )
    revision_topic: ClassVar[str] = "network"

    id = KeyField()
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    operator = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class NetworkMembership(models.Model):
    """An organisation's membership in a network, with its cooperative shares."""

    protection: ClassVar[Protection] = Custom(
        read=f"organisation_id = {ORGANISATION} OR network_id = ANY ({NETWORKS})",
        # Only the organisation that operates the network admits and dismisses members (checked in the services;
        # the database demands that the network is one of the active context's).
        write=f"network_id = ANY ({NETWORKS})",
        reason="shared by the network's members",
    )
    revision_topic: ClassVar[str] = "network"

    id = KeyField()
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="network_memberships"
    )
    shares = models.PositiveIntegerField(default=1)
    since = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "network"], name="network_membership_once")
        ]

    def __str__(self) -> str:
        return str(self.organisation if "organisation" in self._state.fields_cache else self.organisation_id)
