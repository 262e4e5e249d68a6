"""Imports: upload, preview, errors, apply, undo."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from staffelstab.core import list_files
from staffelstab.core.errors import DomainError, NotFound
from staffelstab.core.ui.access import access
from staffelstab.core.ui.paging import keyset_page
from staffelstab.core.ui.requests import Request
from staffelstab.core.ui.tables import Column, Table
from staffelstab.workforce.domain import import_rules
from staffelstab.workforce.enums import ImportState
from staffelstab.workforce.formats.template import write_template
from staffelstab.workforce.models import Import
from staffelstab.workforce.selectors import imports as selectors
from staffelstab.workforce.services.imports import records, reversal, runs
from staffelstab.workforce.web.forms.upload import ApplyForm, UploadForm
from staffelstab.workforce.web.upload import TONES, preview_of
from staffelstab.workforce.web.views.register import XLSX, attachment

PERMISSION = "workforce.import.use"


@access(PERMISSION)
def upload_list(request: Request) -> HttpResponse:
    """All imports, newest first."""
    page = keyset_page(
        selectors.list_imports(actor=request.actor), order=("-created_at", "-pk"), query=request.GET
    )
    table = Table(
        caption=_("Imports"),
        columns=(
            Column(
                key="file_name",
                label=_("File"),
                primary=True,
                href=lambda row: reverse("workforce:upload_detail", kwargs={"import_id": row.pk}),
            ),
            Column(
                key="state",
                label=_("State"),
                value=lambda row: (row.get_state_display(), TONES[row.state]),
                template="workforce/upload/state.html",
            ),
            Column(key="created_at", label=_("Uploaded"), value=lambda row: _moment(row.created_at)),
            Column(key="actor_name", label=_("By"), optional=True),
            Column(key="problem_count", label=_("Problems"), numeric=True, optional=True),
        ),
        rows=page.rows,
        query=request.GET,
        empty_title=_("No import yet"),
        empty_text=_(
            "Fill in the template and upload it; nothing is written before you have seen the preview."
        ),
        empty_url=reverse("workforce:upload_create"),
        empty_action=_("Import a workbook"),
    )
    return render(request, "workforce/upload/list.html", {"table": table, "page": page})


def _moment(value: Any) -> str:
    return str(date_format(localtime(value), "SHORT_DATETIME_FORMAT"))


@access(PERMISSION, methods=("GET", "POST"))
def upload_create(request: Request) -> HttpResponse:
    """Choose a file; the check begins at once."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        batch = runs.upload(file=file, name=file.name, actor=request.actor, now=request.now)
        return redirect("workforce:upload_detail", import_id=batch.pk)
    status = 422 if form.is_bound else 200
    return render(
        request,
        "workforce/upload/create.html",
        {"form": form, "sheets": import_rules.explained(_)},
        status=status,
    )


@access(PERMISSION)
def upload_template(request: Request) -> HttpResponse:  # noqa: ARG001 - the same for everybody
    """The workbook to fill in, German in every language, like the names of its sheets and columns."""
    target = io.BytesIO()
    with override("de"):
        write_template(target, translate=_)
    return attachment(target.getvalue(), name="staffelstab-vorlage.xlsx", kind=XLSX)


@access(PERMISSION)
def upload_detail(request: Request, import_id: UUID) -> HttpResponse:
    """Where an import stands, what it would do, what is wrong. Asked again every second while a job is at work."""
    batch = selectors.get_import(actor=request.actor, import_id=import_id)
    return _detail(request, batch, ApplyForm())


def _detail(
    request: Request, batch: Import, form: ApplyForm, *, error: DomainError | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "batch": batch,
        "error": error,
        "form": form,
        "tone": TONES[batch.state],
        "can_undo": selectors.is_latest_applied(batch),
        "preview": preview_of(batch, page=request.GET.get("seite", "1"), now=request.now),
    }
    template = "workforce/upload/detail.html"
    return render(request, template + ("#state" if request.htmx else ""), context, status=status)


@access(PERMISSION, methods=("POST",))
def upload_apply(request: Request, import_id: UUID) -> HttpResponse:
    """Confirm: the register is changed by a job."""
    batch = selectors.get_import(actor=request.actor, import_id=import_id)
    form = ApplyForm(request.POST)
    if not form.is_valid():
        return _detail(request, batch, form, status=422)
    try:
        runs.confirm(batch=batch, end_missing=form.end_missing, actor=request.actor, now=request.now)
    except DomainError as error:
        return _detail(request, batch, form, error=error, status=error.status)
    return redirect("workforce:upload_detail", import_id=import_id)


@access(PERMISSION, methods=("POST",))
def upload_discard(request: Request, import_id: UUID) -> HttpResponse:
    """Throw the upload away."""
    batch = selectors.get_import(actor=request.actor, import_id=import_id)
    try:
        runs.discard(batch=batch, actor=request.actor, now=request.now)
    except DomainError as error:
        return _detail(request, batch, ApplyForm(), error=error, status=error.status)
    messages.success(request, _("The upload has been discarded. Nothing was changed."))
    return redirect("workforce:upload_list")


@access(PERMISSION, methods=("GET", "POST"))
def upload_undo(request: Request, import_id: UUID) -> HttpResponse:
    """Say what undoing means, then have a job do it."""
    batch = selectors.get_import(actor=request.actor, import_id=import_id)
    if request.method != "POST":
        context = {"batch": batch, "preview": preview_of(batch, page="1", now=request.now)}
        return render(request, "workforce/upload/undo.html", context)
    try:
        reversal.take_back(batch=batch, actor=request.actor, now=request.now)
    except DomainError as error:
        return _detail(
            request,
            selectors.get_import(actor=request.actor, import_id=import_id),
            ApplyForm(),
            error=error,
            status=error.status,
        )
    return redirect("workforce:upload_detail", import_id=import_id)


@access(PERMISSION)
def upload_errors(request: Request, import_id: UUID) -> HttpResponse:
    """The uploaded workbook with comments on the cells that are wrong."""
    batch = selectors.get_import(actor=request.actor, import_id=import_id)
    if batch.state not in {ImportState.REJECTED, ImportState.READY} or not batch.problems:
        raise NotFound
    # Here: its library takes 11 MiB, which no process needs that never comments a workbook.
    from staffelstab.workforce.formats.annotated import annotate  # noqa: PLC0415

    problems = [records.problem_of(record) for record in batch.problems]
    with default_storage.open(batch.stored_as) as stored, NamedTemporaryFile(prefix="import-") as copy:
        for chunk in stored.chunks():
            copy.write(chunk)
        copy.flush()
        content = annotate(Path(copy.name), batch.file_name, problems, translate=_)
    stem = batch.file_name.rpartition(".")[0] or batch.file_name
    name = list_files.file_name(stem, "fehler", day=timezone.localdate(request.now), ending="xlsx")
    return attachment(content, name=name, kind=XLSX)
