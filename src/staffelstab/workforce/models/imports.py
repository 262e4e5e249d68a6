"""Imports of a register: the uploaded file, its preview, and what is needed to undo it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from staffelstab.core.tenancy.models import TenantForeignKey, TenantModel
from staffelstab.core.tenancy.policies import OrganisationOwned, Protection
from staffelstab.workforce.enums import ImportState, ImportTable


class Import(TenantModel):
    """One upload on its way from check to application. Only ``services.imports`` moves ``state``."""

    protection: ClassVar[Protection] = OrganisationOwned()
    # Not the register's: a running import notes its progress again and again.
    revision_topic: ClassVar[str] = "imports"

    state = models.CharField(max_length=12, choices=ImportState, default=ImportState.UPLOADED)
    file_name = models.CharField(max_length=200)
    stored_as = models.CharField(max_length=300, help_text="name in the file storage")
    size = models.BigIntegerField()
    end_missing = models.BooleanField(default=False, help_text="end what the file does not contain")
    account_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(default=0)
    progress_step = models.CharField(max_length=40, blank=True)
    preview = models.JSONField(default=dict, help_text="per sheet: counts and examples")
    problems = models.JSONField(default=list, help_text="the first problems, with their places")
    problem_count = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["organisation", "-created_at"], name="import_latest")]

    def __str__(self) -> str:
        return self.file_name


class ImportChange(TenantModel):
    """A row as it was before an import changed or ended it. Rows an import created carry ``import_id`` instead."""

    revision_topic: ClassVar[str] = "imports"

    batch = TenantForeignKey(Import, on_delete=models.CASCADE, related_name="changes")
    table = models.CharField(max_length=20, choices=ImportTable)
    row_id = models.UUIDField()
    before = models.JSONField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["organisation", "batch", "table"], name="import_change_batch")]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"
