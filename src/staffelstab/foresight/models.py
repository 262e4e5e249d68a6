"""Tables of the foresight module. Risks themselves are computed, never stored."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from staffelstab.core.tenancy.models import TenantForeignKey, TenantModel
from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.enums import MeasureKind, MeasureState


class RiskSettings(TenantModel):
    """The assumptions of an organisation: yearly turnover and lead time, with the reason for the values."""

    turnover = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        default="0.04",
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    lead_quarters = models.PositiveSmallIntegerField(default=7, validators=[MaxValueValidator(40)])
    reason = models.CharField(max_length=500, blank=True)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="risk_settings_once"),
            models.CheckConstraint(
                condition=Q(turnover__gte=0) & Q(turnover__lte=1), name="risk_settings_turnover_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.turnover} / {self.lead_quarters}"


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

    def __str__(self) -> str:
        return self.what


class RiskRecord(TenantModel):
    """The organisation's head figures on a day, so that the next quarter can be compared with this one."""

    quarter = models.SmallIntegerField(help_text="4 × year + quarter − 1")
    recorded_on = models.DateField()
    tasks = models.PositiveIntegerField()
    red_now = models.PositiveIntegerField()
    red_two_years = models.PositiveIntegerField(help_text="red within 8 quarters")
    without_holder = models.PositiveIntegerField()
    one_holder = models.PositiveIntegerField()

    class Meta:
        ordering = ["-quarter"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "quarter"], name="risk_record_quarter")
        ]

    def __str__(self) -> str:
        return Quarter.from_index(self.quarter).label
