"""Tables without a business word: audit trail, looks at personal data, outbox, revision counters."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from staffelstab.core import searching
from staffelstab.core.tenancy.models import TenantModel
from staffelstab.core.tenancy.policies import OrganisationOwned, Protection

FUNCTIONS = (searching.RARE_PART,)

TRAIL_DAYS = 180
"""The trail and the looks stay at least this long; the database refuses to forget younger ones."""


class AuditEntry(TenantModel):
    """One change: who did what to which object, old → new. Written in the transaction of the change, never changed."""

    protection: ClassVar[Protection] = OrganisationOwned(append_only=True, kept_days=TRAIL_DAYS)

    at = models.DateTimeField()
    account_id = models.UUIDField(null=True, help_text="no foreign key: the trail outlives the account")
    actor_name = models.CharField(max_length=200)
    deputy_for = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="names of those whose role it took"
    )
    action = models.CharField(max_length=100, help_text="module.noun.past_participle")
    object_type = models.CharField(max_length=60)
    object_id = models.UUIDField()
    object_name = models.CharField(max_length=300)
    changes = models.JSONField(default=dict, help_text="field → [old, new]; personal values masked")

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["organisation", "object_type", "object_id", "-id"], name="audit_object"),
            models.Index(fields=["organisation", "-id"], name="audit_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type}"


class Look(TenantModel):
    """Somebody looked at another person's personal data. Visible to that person."""

    protection: ClassVar[Protection] = OrganisationOwned(append_only=True, kept_days=TRAIL_DAYS)

    at = models.DateTimeField()
    account_id = models.UUIDField(help_text="who looked")
    actor_name = models.CharField(max_length=200)
    subject_id = models.UUIDField(help_text="the account or person looked at")
    what = models.CharField(max_length=100, help_text="code of the view: module.noun")

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["organisation", "subject_id", "-id"], name="look_subject")]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d}"


class OutboxEvent(TenantModel):
    """News of one module for others: written with the change, delivered by jobs, once per subscriber at least."""

    name = models.CharField(max_length=100)
    payload = models.JSONField(default=dict, help_text="ids and plain values only")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["organisation", "name", "id"], name="outbox_name")]

    def __str__(self) -> str:
        return self.name


class Revision(TenantModel):
    """A counter per organisation and topic that moves with every committed change: the key of derived results."""

    topic = models.CharField(max_length=40)
    value = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "topic"], name="revision_one_per_topic")
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.value}"


class RetentionPeriod(TenantModel):
    """How long an organisation keeps one kind of data, where it differs from the rule's own period."""

    rule = models.CharField(max_length=40, help_text="code of the rule: module.noun")
    days = models.PositiveIntegerField()
    reason = models.CharField(max_length=500)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "rule"], name="retention_period_once")]

    def __str__(self) -> str:
        return f"{self.rule} {self.days}"


class RetentionRun(TenantModel):
    """What was deleted when, because its time was up: counts only. Days on which nothing was due leave no row."""

    protection: ClassVar[Protection] = OrganisationOwned(append_only=True)

    at = models.DateTimeField()
    actor_name = models.CharField(max_length=200)
    deleted = models.JSONField(default=dict, help_text="code of the rule → number of rows")

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["organisation", "-id"], name="retention_run_latest")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"
