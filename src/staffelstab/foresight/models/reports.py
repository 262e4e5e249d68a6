"""Reports for council and management, and what members of a network let its office see of them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from staffelstab.core.tenancy.models import TenantModel
from staffelstab.core.tenancy.policies import NETWORKS, ORGANISATION, Custom, Protection
from staffelstab.foresight.enums import ReportState, ReportSubject

_AT_WORK = (ReportState.QUEUED, ReportState.RUNNING)

_OPERATED = f"(SELECT id FROM identity_network WHERE operator_id = {ORGANISATION} AND id = ANY ({NETWORKS}))"  # noqa: S608 - no input
_MEMBERS = "(SELECT organisation_id, network_id FROM identity_networkmembership)"


class Report(TenantModel):
    """One report with everything it says. Only ``services.reports`` moves ``state``.

    `subject_id`: the organisation, the unit or the network; no reference, since a report outlives a unit.
    `unit_path`: the unit and the ones above it, from the root, as they were; empty for the other subjects.
    `inputs`: assumptions, counters and figures of the register it rests on; `content`: the document exactly as it is
    shown (``domain.report_document``); `digest`: SHA-256 of the content; `stored_as`, `pdf_digest`: the PDF in the file
    storage and its SHA-256; `previous_id`: the report compared with.
    """

    subject = models.CharField(max_length=12, choices=ReportSubject)
    subject_id = models.UUIDField()
    subject_name = models.CharField(max_length=250)
    unit_path = ArrayField(models.UUIDField(), default=list)
    as_of = models.DateField()
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=8, choices=ReportState, default=ReportState.QUEUED)
    requested_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    account_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    progress_step = models.CharField(max_length=20, blank=True)
    progress_done = models.PositiveSmallIntegerField(default=0)
    progress_total = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=300, blank=True)
    schema = models.PositiveSmallIntegerField(default=0)
    inputs = models.JSONField(default=dict)
    content = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    stored_as = models.CharField(max_length=300, blank=True, help_text="name of the PDF in the file storage")
    pdf_digest = models.CharField(max_length=64, blank=True)
    previous_id = models.UUIDField(null=True)

    class Meta:
        ordering = ["-requested_at", "-id"]
        constraints = [
            # Two clicks make one report.
            models.UniqueConstraint(
                fields=["organisation", "subject", "subject_id", "as_of"],
                condition=Q(state__in=_AT_WORK),
                name="report_at_work_once",
            ),
            # No half report: it is ready exactly when its content is there.
            models.CheckConstraint(
                condition=Q(state=ReportState.READY, schema__gt=0, made_at__isnull=False) & ~Q(digest="")
                | ~Q(state=ReportState.READY) & Q(digest=""),
                name="report_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-requested_at", "-id"], name="report_latest"),
            models.Index(fields=["organisation", "subject", "subject_id", "-as_of"], name="report_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_name}, {self.as_of:%d.%m.%Y}"


class NetworkRelease(TenantModel):
    """Whether an organisation's aggregates go into a network's report, and those of the latest one.

    The organisation alone writes the row. Once released, the organisation that runs the network reads it, as long as
    both belong to the network.
    """

    protection: ClassVar[Protection] = Custom(
        read=(
            f"organisation_id = {ORGANISATION}"
            f" OR (released AND network_id IN {_OPERATED} AND (organisation_id, network_id) IN {_MEMBERS})"
        ),
        write=f"organisation_id = {ORGANISATION}",
        reason="released figures are read by the organisation that runs the network, and by no other member",
    )

    network = models.ForeignKey("identity.Network", on_delete=models.PROTECT, related_name="+")
    released = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=200)
    as_of = models.DateField(null=True)
    figures = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "network"], name="network_release_once")
        ]

    def __str__(self) -> str:
        return f"{self.network_id}"
