"""A file with services on its way from the upload over the preview into the catalogue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from staffelstab.core import audit, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import DomainError, NotFound
from staffelstab.core.ids import new_id
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.vocabulary.domain.services import Problem, ServiceRow, check_rows, plain_text
from staffelstab.vocabulary.formats.refusals import FileRefused
from staffelstab.vocabulary.formats.services import read_services
from staffelstab.vocabulary.models import ServiceUpload
from staffelstab.vocabulary.services import catalogue
from staffelstab.vocabulary.services.catalogue import IMPORT, Outcome, Plan

KEPT = dt.timedelta(days=1)
"""How long an upload waits for its application."""


class UploadRefused(DomainError):
    """The file is not read at all; ``reason`` is a finished sentence."""

    code = "vocabulary.upload_refused"
    template = "%(reason)s"


class AlreadyApplied(DomainError):
    """A second click, or an old page."""

    code = "vocabulary.upload_applied"
    status = 409
    template = _("This file has been applied already. Upload it again to see what it would change now.")


@transaction.atomic
def store_upload(
    *,
    content: bytes,
    file_name: str,
    source: str,
    visibility: str,
    end_missing: bool,
    actor: Actor,
    now: dt.datetime,
) -> ServiceUpload:
    """Read a file and keep its rows until they are applied; uploads left behind for a day go.

    Raises PermissionRefused, UploadRefused, and what the import refuses (CatalogueUnnamed, VisibilityNotPossible).
    """
    permissions.require(actor, IMPORT)
    shown_name = plain_text(file_name)[:200]
    try:
        rows = list(check_rows(read_services(content)))
    except FileRefused as refusal:
        raise UploadRefused(reason=refusal.sentence(gettext)) from refusal
    source = plain_text(source) or shown_name.rpartition(".")[0] or shown_name
    catalogue.check_terms_of_import(source=source, visibility=visibility)
    ServiceUpload.objects.filter(applied_at=None, uploaded_at__lt=now - KEPT).delete()
    upload = ServiceUpload(
        id=new_id(),
        organisation_id=current_organisation(),
        file_name=shown_name,
        source=source,
        visibility=visibility,
        end_missing=end_missing,
        rows=[_packed(row) for row in rows],
        uploaded_at=now,
    )
    upload.save(force_insert=True)
    audit.record(actor, "vocabulary.service_upload.stored", upload, at=now)
    return upload


def preview(*, upload: ServiceUpload, actor: Actor, now: dt.datetime) -> Plan:
    """What applying the upload would do now. Raises PermissionRefused."""
    return catalogue.plan_import(
        rows=_rows(upload),
        source=upload.source,
        visibility=upload.visibility,
        end_missing=upload.end_missing,
        actor=actor,
        now=now,
    )


@transaction.atomic
def apply_upload(*, upload_id: UUID, actor: Actor, now: dt.datetime) -> Outcome:
    """Bring the catalogue in line with the upload. Raises PermissionRefused, NotFound, AlreadyApplied."""
    permissions.require(actor, IMPORT)
    upload: ServiceUpload | None = ServiceUpload.objects.select_for_update().filter(pk=upload_id).first()
    if upload is None:
        raise NotFound
    if upload.applied_at is not None:
        raise AlreadyApplied
    outcome = catalogue.import_rows(
        rows=_rows(upload),
        source=upload.source,
        visibility=upload.visibility,
        end_missing=upload.end_missing,
        actor=actor,
        now=now,
    )
    numbers = {name: getattr(outcome, name) for name in ("new", "changed", "unchanged", "ended")}
    upload.applied_at, upload.outcome = now, numbers
    upload.rows = [packed for packed in upload.rows if "problem" in packed]
    upload.save(update_fields=["applied_at", "outcome", "rows"])
    changes = {name: (None, count) for name, count in numbers.items()}
    audit.record(actor, "vocabulary.service_upload.applied", upload, at=now, changes=changes)
    return outcome


def _packed(item: ServiceRow | Problem) -> dict[str, Any]:
    if isinstance(item, Problem):
        return {"problem": item.code, "row": item.row, "data": dict(item.data)}
    return {
        "row": item.row,
        "key": item.key,
        "name": item.name,
        "terms": list(item.terms),
        "id": item.local_id,
    }


def _rows(upload: ServiceUpload) -> Iterator[ServiceRow | Problem]:
    for packed in upload.rows:
        if "problem" in packed:
            yield Problem(packed["problem"], packed["row"], packed["data"])
        else:
            yield ServiceRow(
                packed["key"], packed["name"], tuple(packed["terms"]), packed["id"], packed["row"]
            )
