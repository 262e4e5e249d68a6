"""The commands of a report: request, try again, delete; and the job that makes it.

``make`` opens its own transactions: its progress and its failure must be visible while, and although, its work is not
committed. The others run in the caller's transaction.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from functools import partial
from importlib.metadata import version
from typing import Any, Final
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from staffelstab.core import attempts, audit, outbox, permissions, progress, revisions
from staffelstab.core.actors import Actor, system_actor
from staffelstab.core.days import day_of
from staffelstab.core.errors import DomainError, NotFound, on_violation
from staffelstab.core.ids import new_id
from staffelstab.core.progress import Progress
from staffelstab.core.tenancy.context import TenancyContext, activate, current_organisation
from staffelstab.foresight.domain import report_document
from staffelstab.foresight.domain.report_document import Document
from staffelstab.foresight.enums import ReportState, ReportSubject
from staffelstab.foresight.models import Report
from staffelstab.foresight.selectors import report_figures, report_files, report_inputs, report_sections
from staffelstab.foresight.selectors.report_words import Frame
from staffelstab.foresight.selectors.reports import AT_WORK, MAKE, Subject, before
from staffelstab.foresight.services import releases
from staffelstab.identity.models import Organisation
from staffelstab.identity.selectors.actors import network_ids
from staffelstab.identity.selectors.logos import logo_address

REQUESTED: Final = "foresight.report.requested"
FAILURE: Final = gettext_noop("The report could not be made because of an internal error. Nothing was kept.")

FARTHEST: Final = dt.timedelta(days=366)
"""How far from today the day of a report may lie: the register keeps no states of earlier years."""

PATIENCE: Final = dt.timedelta(minutes=5)
"""After so long without a sign of life a report may be requested again."""

STEPS: Final = ("figures", "words", "draw", "keep")
"""Names of the steps of the job, in their order."""

_ATTEMPTS: Final = 3


class DayTooFar(DomainError):
    """A report looks at days near today only."""

    code = "foresight.report_day_too_far"
    template = _("The day of a report lies at most one year before or after today.")


class RegisterMoving(DomainError):
    """The register was changed each time while its figures were read."""

    code = "foresight.report_register_moving"
    status = 409
    template = _("The register was being changed while the report was made. Please try again in a moment.")


class NotToRepeat(DomainError):
    """Only a failed report, or one that has been stuck for long, can be tried again."""

    code = "foresight.report_not_to_repeat"
    status = 409
    template = _("This report is ready or still being made; there is nothing to try again.")


@transaction.atomic
def request_report(
    *,
    subject: Subject,
    as_of: dt.date,
    language: str,
    actor: Actor,
    now: dt.datetime,
    report_id: UUID | None = None,
) -> Report:
    """Have a report made. `report_id` comes with a form: sending it again returns the first one.

    While a report on the same subject and day is being made, that one is returned. Raises PermissionRefused, DayTooFar.
    """
    permissions.require(actor, MAKE, subject)
    if abs(as_of - day_of(now)) > FARTHEST:
        raise DayTooFar
    found: Report | None = Report.objects.filter(pk=report_id).first() if report_id else None
    if found is not None:
        return found
    values = {"organisation_id": current_organisation(), "subject": subject.kind, "subject_id": subject.id}
    report, created = _get_or_create(
        report_id or new_id(),
        **values,
        as_of=as_of,
        defaults={
            "subject_name": subject.name[:250],
            "unit_path": list(subject.unit_path),
            "language": language[:10],
            "requested_at": now,
            "changed_at": now,
            "account_id": actor.account_id,
            "actor_name": actor.display_name[:200],
        },
    )
    if created:
        audit.record(
            actor,
            REQUESTED,
            report,
            at=now,
            changes={"subject": (None, subject.name), "as_of": (None, as_of)},
        )
        outbox.publish(REQUESTED, {"report_id": str(report.pk)}, at=now)
    return report


def _get_or_create(
    report_id: UUID, *, defaults: Mapping[str, object], **values: object
) -> tuple[Report, bool]:
    """The report being made on the same subject and day, else a new one; of two at once the second waits."""
    report: Report
    report, created = Report.objects.get_or_create(
        **values, state__in=AT_WORK, defaults={"id": report_id, "state": ReportState.QUEUED, **defaults}
    )
    return report, created


@transaction.atomic
def retry_report(*, report: Report, actor: Actor, now: dt.datetime) -> Report:
    """Have a failed or stuck report made again. Raises PermissionRefused, NotFound, NotToRepeat."""
    permissions.require(actor, MAKE, report)
    locked: Report | None = Report.objects.select_for_update().filter(pk=report.pk).first()
    if locked is None:
        raise NotFound
    if locked.state != ReportState.FAILED and not is_stuck(locked, now):
        raise NotToRepeat
    other = Report.objects.filter(
        subject=locked.subject, subject_id=locked.subject_id, as_of=locked.as_of, state__in=AT_WORK
    ).exclude(pk=locked.pk)
    if other.exists():
        raise NotToRepeat
    locked.state, locked.failure, locked.changed_at = ReportState.QUEUED, "", now
    locked.progress_step, locked.progress_done, locked.progress_total = "", 0, 0
    with on_violation({"report_at_work_once": NotToRepeat()}):  # somebody has requested it in this moment
        locked.save()
    audit.record(actor, "foresight.report.repeated", locked, at=now)
    outbox.publish(REQUESTED, {"report_id": str(locked.pk)}, at=now)
    return locked


def is_stuck(report: Report, now: dt.datetime) -> bool:
    """Whether the report should be ready by now."""
    return report.state in AT_WORK and now - report.changed_at > PATIENCE


@transaction.atomic
def delete_report(*, report: Report, actor: Actor, now: dt.datetime) -> None:
    """Delete a report with its content; a job still at work on it finds nothing and ends. Raises PermissionRefused."""
    permissions.require(actor, MAKE, report)
    audit.record(
        actor,
        "foresight.report.deleted",
        report,
        at=now,
        changes={"digest": (report.digest, None)} if report.digest else None,
    )
    forget_files([report])
    report.delete()


# --- the job ------------------------------------------------------------------------------------------------


def make(*, organisation_id: UUID, report_id: UUID, now: dt.datetime) -> None:
    """Job: make the report; it becomes READY with all of its content in one transaction, or FAILED.

    Safe to repeat after a killed worker, which leaves the report RUNNING and without content, as an outage does, after
    which the worker does the job again (``core.attempts``).
    """
    context = TenancyContext(organisation_id)
    with activate(context):
        # A report on a network reads what its members have released, which the network's context admits.
        context = TenancyContext(organisation_id, None, network_ids(organisation_id))
    if not _begin(context, report_id, now=now):
        return
    note = partial(_note_failure, context, report_id, now=now)
    with attempts.failure_noted(note, otherwise=FAILURE), activate(context):
        report = Report.objects.get(pk=report_id)
        with progress.written_to(report, context) as say, translation.override(report.language):
            document, inputs, previous = _written(report, say, now=now)
            content = report_document.written(document)
            say("draw", 2, len(STEPS))
            pdf = report_files.pdf_of(document, digest=report_document.digest(content))
            say("keep", 3, len(STEPS))
        _keep(report_id, content, pdf, inputs=inputs, previous_id=previous, now=now)


def _begin(context: TenancyContext, report_id: UUID, *, now: dt.datetime) -> bool:
    """Mark the work as begun, in a transaction of its own. False when there is nothing to do any more."""
    with activate(context):
        report: Report | None = Report.objects.select_for_update().filter(pk=report_id).first()
        if report is None or report.state not in AT_WORK:
            return False
        report.state, report.changed_at = ReportState.RUNNING, now
        report.save(update_fields=["state", "changed_at"])
        return True


def _note_failure(context: TenancyContext, report_id: UUID, sentence: str, *, now: dt.datetime) -> None:
    """Leave a sentence on the report, in a transaction of its own, unless it was deleted or made meanwhile."""
    with activate(context):
        report: Report | None = Report.objects.select_for_update().filter(pk=report_id).first()
        if report is not None and report.state in AT_WORK:
            report.state, report.changed_at, report.failure = ReportState.FAILED, now, sentence
            report.save(update_fields=["state", "changed_at", "failure"])


def _written(
    report: Report, say: Progress, *, now: dt.datetime
) -> tuple[Document, dict[str, Any], UUID | None]:
    """The document with what it rests on, read again when the register has changed meanwhile. Raises RegisterMoving."""
    for _attempt in range(_ATTEMPTS):
        revision = revisions.value(report.organisation_id, "workforce")
        found = _read(report, say, revision=revision, now=now)
        if revisions.value(report.organisation_id, "workforce") == revision:
            return found
    raise RegisterMoving


def _read(
    report: Report, say: Progress, *, revision: int, now: dt.datetime
) -> tuple[Document, dict[str, Any], UUID | None]:
    house = Organisation.objects.get(pk=report.organisation_id)
    actor = system_actor(organisation_id=house.pk, organisation_name=house.name, reason="foresight.report")
    previous = before(report)
    frame = Frame(
        language=report.language,
        house=house.name,
        colour=house.colour,
        logo=logo_address(),
        subject=report.subject_name,
        unit=report.subject == ReportSubject.UNIT,
        made_on=day_of(now),
        revision=revision,
        version=version("staffelstab"),
        before=None if previous is None else (previous.as_of, previous.content["figures"]),
    )
    say("figures", 0, len(STEPS))
    if report.subject == ReportSubject.NETWORK:
        document, inputs = releases.network_document(report=report, frame=frame, actor=actor, now=now)
    else:
        unit_id = report.subject_id if report.subject == ReportSubject.UNIT else None
        figures = report_figures.figures(actor=actor, as_of=report.as_of, unit_id=unit_id)
        say("words", 1, len(STEPS))
        document, inputs = report_sections.document(figures, frame), report_inputs.inputs(figures, frame)
    return document, inputs, previous.pk if previous else None


def _keep(
    report_id: UUID,
    content: Mapping[str, Any],
    pdf: bytes,
    *,
    inputs: Mapping[str, Any],
    previous_id: UUID | None,
    now: dt.datetime,
) -> None:
    """Write the whole report; nothing when it was deleted or made by another worker meanwhile."""
    report: Report | None = Report.objects.select_for_update().filter(pk=report_id).first()
    if report is None or report.state not in AT_WORK:
        return
    report.content, report.inputs = dict(content), dict(inputs)
    report.digest = report_document.digest(content)
    report.schema = report_document.SCHEMA
    report.stored_as = _stored(report, pdf)
    report.pdf_digest = hashlib.sha256(pdf).hexdigest()
    report.previous_id = previous_id
    report.state, report.made_at, report.changed_at = ReportState.READY, now, now
    report.progress_step = ""
    report.save()
    audit.record(
        _requester(report), "foresight.report.made", report, at=now, changes={"digest": (None, report.digest)}
    )


def _stored(report: Report, pdf: bytes) -> str:
    """Keep the PDF and return its name. What a killed worker may have left under the name is replaced."""
    name = f"reports/{report.organisation_id}/{report.pk}.pdf"
    default_storage.delete(name)
    return str(default_storage.save(name, ContentFile(pdf)))


def forget_files(reports: Iterable[Report]) -> None:
    """Delete the PDFs of reports when their deletion is committed."""
    for name in [report.stored_as for report in reports if report.stored_as]:
        transaction.on_commit(partial(default_storage.delete, name))


def _requester(report: Report) -> Actor:
    """Who asked for the report, as the trail names them."""
    return Actor(
        account_id=report.account_id,
        organisation_id=report.organisation_id,
        display_name=report.actor_name,
        system=True,
    )
