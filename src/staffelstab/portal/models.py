"""Tables of the portal."""

from __future__ import annotations

from django.db import models

from staffelstab.core.tenancy.models import TenantModel


class BarrierReport(TenantModel):
    """A barrier somebody reported. The law gives one month to answer (§ 12b BGG)."""

    page = models.CharField(max_length=500, blank=True)
    text = models.TextField(max_length=4000)
    contact = models.CharField(max_length=254, blank=True, help_text="how to answer, if an answer is wanted")
    received_at = models.DateTimeField()
    answer_by = models.DateField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(max_length=4000, blank=True)

    class Meta:
        ordering = ["answer_by", "id"]
        indexes = [models.Index(fields=["organisation", "answer_by", "id"], name="barrier_due")]

    def __str__(self) -> str:
        return self.text[:60]
