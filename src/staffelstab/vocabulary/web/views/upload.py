"""Importing a catalogue of services: file, preview, application."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffelstab.core.errors import DomainError
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.vocabulary.models import ServiceUpload
from staffelstab.vocabulary.selectors import catalogue as selectors
from staffelstab.vocabulary.services import uploads
from staffelstab.vocabulary.services.catalogue import Plan
from staffelstab.vocabulary.web.forms.upload import UploadForm

EXAMPLES = 10
PROBLEMS = 200
FIELDS = {
    "key": gettext_lazy("Key"),
    "local_id": gettext_lazy("Number in this catalogue"),
    "name": gettext_lazy("Name"),
    "terms": gettext_lazy("Everyday words"),
    "source": gettext_lazy("Catalogue"),
    "ended_on": gettext_lazy("Ended on"),
}


@access("vocabulary.service.import", methods=("GET", "POST"))
def upload_create(request: Request) -> HttpResponse:
    """Choose a file; nothing is changed before the preview is confirmed."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        file = given.pop("file")
        try:
            upload = uploads.store_upload(
                content=file.read(), file_name=file.name, **given, actor=request.actor, now=request.now
            )
        except DomainError as error:
            form.add_error("file" if isinstance(error, uploads.UploadRefused) else None, error.message)
        else:
            return redirect("vocabulary:upload_apply", upload.pk)
    return render(
        request, "vocabulary/upload/create.html", {"form": form}, status=422 if form.errors else 200
    )


@access("vocabulary.service.import", methods=("GET", "POST"))
def upload_apply(request: Request, upload_id: UUID) -> HttpResponse:
    """The preview, its application, and afterwards what it did."""
    upload = selectors.upload(actor=request.actor, upload_id=upload_id)
    if request.method == "POST":
        outcome = uploads.apply_upload(upload_id=upload_id, actor=request.actor, now=request.now)
        messages.success(
            request,
            _("The catalogue was updated: %(new)s new, %(changed)s changed, %(ended)s ended.")
            % {"new": outcome.new, "changed": outcome.changed, "ended": outcome.ended},
        )
        return redirect("vocabulary:upload_apply", upload_id)
    plan = uploads.preview(upload=upload, actor=request.actor, now=request.now)
    return render(request, "vocabulary/upload/apply.html", _preview(upload, plan))


def _preview(upload: ServiceUpload, plan: Plan) -> dict[str, object]:
    numbers = upload.outcome if upload.applied_at else counted(plan)
    return {
        "upload": upload,
        "numbers": numbers,
        "changes": bool(plan.new or plan.changed or plan.ended),
        "new": plan.new[:EXAMPLES],
        "changed": [
            (change.service, ", ".join(str(FIELDS[name]) for name in change.changes))
            for change in plan.changed[:EXAMPLES]
        ],
        "ended": [change.service for change in plan.ended[:EXAMPLES]],
        "problems": [(problem.row, problem.sentence(_)) for problem in plan.problems[:PROBLEMS]],
        "problem_count": len(plan.problems),
    }


def counted(plan: Plan) -> dict[str, int]:
    """The plan in numbers, as an applied upload keeps them."""
    outcome = plan.outcome
    return {name: getattr(outcome, name) for name in ("new", "changed", "unchanged", "ended")}
