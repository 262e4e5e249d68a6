"""Assumptions of the knowledge risk and the record of its head figures. Risks themselves are computed, never stored."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from staffelstab.core.tenancy.models import TenantModel
from staffelstab.foresight.domain.quarters import LONGEST_LEAD, Quarter


class RiskSettings(TenantModel):
    """The assumptions of an organisation: yearly turnover and lead time, with the reason for the values."""

    turnover = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        default="0.04",
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    lead_quarters = models.PositiveSmallIntegerField(default=7, validators=[MaxValueValidator(LONGEST_LEAD)])
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
