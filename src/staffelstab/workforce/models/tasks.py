"""Tasks and who is responsible for them."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from staffelstab.core.tenancy.models import TenantForeignKey
from staffelstab.vocabulary.enums import Topic
from staffelstab.vocabulary.models import SERVICE_KEY
from staffelstab.workforce.enums import Criticality, PositionRisk, ResponsibilityKind
from staffelstab.workforce.models.structure import Position, SpineModel, Unit, carried_sort_key


class Task(SpineModel):
    """An administrative task (Aufgabe), named noun + verb as in FIM: the spine of the product."""

    key = models.CharField(max_length=60, help_text="the organisation's own key")
    title = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=240, editable=False)
    search = models.TextField(editable=False, help_text="folded title, key and purpose")
    unit = TenantForeignKey(Unit, related_name="tasks")
    unit_sort_key = carried_sort_key()
    purpose = models.TextField(max_length=2000, blank=True)
    service_key = models.CharField(max_length=14, blank=True, validators=[RegexValidator(SERVICE_KEY)])
    product = models.CharField(max_length=40, blank=True, help_text="product number of the budget")
    topic = models.CharField(max_length=20, choices=Topic, blank=True)
    audience = models.CharField(max_length=200, blank=True)
    frequency = models.CharField(max_length=200, blank=True, help_text="frequency or season in words")
    deadline = models.CharField(max_length=300, blank=True, help_text="statutory deadline in words")
    criticality = models.PositiveSmallIntegerField(null=True, blank=True, choices=Criticality)
    position_risk = models.PositiveSmallIntegerField(null=True, blank=True, choices=PositionRisk)
    minimum_holders = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(999)]
    )
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="task_key_once"),
            models.CheckConstraint(
                condition=Q(service_key="") | Q(service_key__regex=SERVICE_KEY), name="task_service_key_form"
            ),
            models.CheckConstraint(
                condition=Q(criticality__isnull=True) | Q(criticality__range=(1, 5)),
                name="task_criticality_range",
            ),
            models.CheckConstraint(
                condition=Q(position_risk__isnull=True) | Q(position_risk__range=(1, 5)),
                name="task_position_risk_range",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "sort_key", "id"], name="task_sorted"),
            models.Index(fields=["organisation", "unit", "sort_key", "id"], name="task_unit_sorted"),
            models.Index(
                fields=["organisation", "unit_sort_key", "sort_key", "id"], name="task_sorted_by_unit"
            ),
            # The list sorts by it both ways, unknown as 0, always with the titles from a to z.
            models.Index(
                "organisation",
                Coalesce("criticality", 0),
                "sort_key",
                "id",
                name="task_sorted_by_criticality",
            ),
            models.Index(
                "organisation",
                Coalesce("criticality", 0).desc(),
                "sort_key",
                "id",
                name="task_most_critical",
            ),
            models.Index(fields=["organisation", "service_key"], name="task_service"),
            GinIndex(fields=["search"], opclasses=["gin_trgm_ops"], name="task_search"),
        ]

    def __str__(self) -> str:
        return self.title


class Responsibility(SpineModel):
    """How a position stands to a task. ``ready`` says whether a deputy can take over today."""

    task = TenantForeignKey(Task, related_name="responsibilities")
    position = TenantForeignKey(Position, related_name="responsibilities")
    kind = models.CharField(max_length=12, choices=ResponsibilityKind)
    ready = models.BooleanField(default=False)

    class Meta:
        ordering = ["task_id", "kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "task", "position"], name="responsibility_once"),
            models.CheckConstraint(
                condition=Q(ready=False) | Q(kind=ResponsibilityKind.DEPUTY),
                name="responsibility_ready_deputy",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "position"], name="responsibility_position")]

    def __str__(self) -> str:
        return f"{self.task_id}/{self.position_id} {self.kind}"
