"""Base classes of tenant data. Every query without an active organisation raises TenantMissing."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from staffelstab.core.errors import TenantMissing
from staffelstab.core.ids import new_id
from staffelstab.core.tenancy import context
from staffelstab.core.tenancy.policies import OrganisationOwned, Protection


class TenantManager(models.Manager[Any]):
    """Rows of the active organisation only."""

    def get_queryset(self) -> models.QuerySet[Any]:
        active = context.current()
        if active is None or active.organisation_id is None:
            raise TenantMissing(self.model._meta.label)
        return super().get_queryset().filter(organisation_id=active.organisation_id)


class VisibleManager(models.Manager[Any]):
    """Whatever the database's policies admit in the active context (shared rows, own grants at login)."""

    def get_queryset(self) -> models.QuerySet[Any]:
        if context.current() is None:
            raise TenantMissing(self.model._meta.label)
        return super().get_queryset()


class KeyField(models.UUIDField[Any, Any]):
    """The primary key: a UUIDv7 made here. Migrations see a plain field: they must not import the application."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ARG002 - Django copies a field with what deconstruct says
        super().__init__(primary_key=True, default=new_id, editable=False)

    def deconstruct(self) -> Any:
        """As a plain UUID field without the Python default."""
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("default", None)
        return name, "django.db.models.UUIDField", args, kwargs


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A reference within the organisation.

    The database constraint is composite, ``(organisation_id, x_id) → (organisation_id, id)``, and written by
    :func:`staffelstab.core.tenancy.policies.sync`: foreign-key checks do not obey row-level security, so a
    single-column key would let one organisation point at another's row.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> Any:
        """As a plain foreign key, for the migrations."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs


class TenantModel(models.Model):
    """A row that belongs to exactly one organisation."""

    protection: ClassVar[Protection] = OrganisationOwned()

    id = KeyField()
    organisation = models.ForeignKey(
        "identity.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False, editable=False
    )

    objects = TenantManager()
    visible = VisibleManager()

    class Meta:
        abstract = True
