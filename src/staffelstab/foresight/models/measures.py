"""Measures on tasks."""

from __future__ import annotations

from django.db import models

from staffelstab.core.tenancy.models import TenantForeignKey, TenantModel
from staffelstab.foresight.enums import OPEN_STATES, MeasureKind, MeasureState


class Measure(TenantModel):
    """What is done about a task's risk: what, who (a position, never a name), until when. Lowers no figure itself."""

    task = TenantForeignKey("workforce.Task", related_name="measures")
    kind = models.CharField(max_length=12, choices=MeasureKind, default=MeasureKind.OTHER)
    what = models.CharField(max_length=300)
    position = TenantForeignKey("workforce.Position", null=True, blank=True, related_name="measures")
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=MeasureState, default=MeasureState.PLANNED)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["organisation", "task"], name="measure_task"),
            models.Index(fields=["organisation", "state", "due_on", "id"], name="measure_due"),
        ]

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done: then a past day makes it overdue."""
        return self.state in OPEN_STATES

    def __str__(self) -> str:
        return self.what
