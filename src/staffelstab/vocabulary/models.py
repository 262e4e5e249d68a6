"""Tables of the vocabulary module."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from staffelstab.core.tenancy.models import TenantModel
from staffelstab.core.tenancy.policies import Global, Protection, Shared
from staffelstab.vocabulary.enums import Topic, Visibility

SERVICE_KEY = r"^99\d{12}$"
"""LeiKa/FIM key: 14 digits beginning with 99 (FITKO, Leistungsschlüssel)."""


class Service(TenantModel):
    """A public service (Verwaltungsleistung) as an organisation's catalogue names it."""

    protection: ClassVar[Protection] = Shared()

    key = models.CharField(max_length=14, blank=True, validators=[RegexValidator(SERVICE_KEY)])
    local_id = models.CharField(max_length=60, blank=True, help_text="key in the source's own catalogue")
    name = models.CharField(max_length=300)
    sort_key = models.CharField(max_length=300, editable=False)
    terms = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, help_text="everyday words of the source"
    )
    own_terms = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, help_text="everyday words the house adds"
    )
    topic = models.CharField(max_length=20, choices=Topic, blank=True)
    source = models.CharField(max_length=100)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.HOUSE)
    ended_on = models.DateField(null=True, blank=True)
    search = models.TextField(editable=False, help_text="folded name and terms, for the pickers")

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "key"], condition=~Q(key=""), name="service_key_once"
            ),
            models.UniqueConstraint(
                fields=["organisation", "source", "local_id"],
                condition=~Q(local_id=""),
                name="service_local_id_once",
            ),
            models.CheckConstraint(condition=Q(key="") | Q(key__regex=SERVICE_KEY), name="service_key_form"),
        ]
        indexes = [
            models.Index(fields=["organisation", "sort_key", "id"], name="service_sorted"),
            GinIndex(fields=["search"], opclasses=["gin_trgm_ops"], name="service_search"),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceUpload(TenantModel):
    """A file with services between its preview and its application. The rows are kept, the file is not."""

    file_name = models.CharField(max_length=200)
    source = models.CharField(max_length=100)
    visibility = models.CharField(max_length=10, choices=Visibility)
    end_missing = models.BooleanField(default=False, help_text="end what the source no longer lists")
    rows = models.JSONField(default=list, help_text="rows and problems as read from the file")
    uploaded_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    outcome = models.JSONField(default=dict, help_text="numbers after the application")

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        indexes = [models.Index(fields=["organisation", "-uploaded_at", "-id"], name="service_upload_latest")]

    def __str__(self) -> str:
        return self.file_name


class Municipality(models.Model):
    """A German municipality with its official key, from the census: reference data."""

    protection: ClassVar[Protection] = Global("official statistics, the same for everybody", ("SELECT",))

    ags = models.CharField(max_length=8, primary_key=True, help_text="8 digits; the 12-digit key is in ars")
    ars = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=120)
    sort_key = models.CharField(max_length=120)
    state = models.CharField(max_length=2)
    population = models.PositiveIntegerField()

    class Meta:
        ordering = ["sort_key", "ags"]
        indexes = [GinIndex(fields=["sort_key"], opclasses=["gin_trgm_ops"], name="municipality_search")]

    def __str__(self) -> str:
        return self.name
