"""The logo of an organisation."""

from __future__ import annotations

from django.db import models

from staffelstab.core.tenancy.models import TenantModel


class OrganisationLogo(TenantModel):
    """The arms or logo as a PNG of at most 512 × 512 points, drawn anew from what was uploaded.

    Kept in the database and not in the file storage: it is small, changes with the name and the colour in one
    transaction, and the house's own rows are protected.
    """

    image = models.BinaryField(help_text="PNG")
    digest = models.CharField(max_length=16, help_text="first half of its SHA-256: part of the address")
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation"], name="organisation_logo_once")]

    def __str__(self) -> str:
        return self.digest
