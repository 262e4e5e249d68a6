"""The whole register as a file in the import format."""

from __future__ import annotations

import io

from django.http import HttpResponse
from django.utils import timezone

from staffelstab.core import list_files
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.workforce.formats.workbook_export import write_csv_zip, write_xlsx
from staffelstab.workforce.selectors import imports

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(content: bytes, *, name: str, kind: str) -> HttpResponse:
    """A file to save; personal data are not kept by caches."""
    response = HttpResponse(content, content_type=kind, headers=list_files.attachment(name))
    response["Cache-Control"] = "no-store"
    return response


@access("workforce.export.use")
def register_export(request: Request) -> HttpResponse:
    """XLSX, or with ``format=csv`` a zip of CSV files. Everybody in it sees that it was made."""
    day = timezone.localdate(request.now)
    rows = imports.register_rows(actor=request.actor, day=day)
    request.looks.extend(("workforce.register_export", account) for account in imports.linked_accounts())
    target = io.BytesIO()
    if request.GET.get("format") == "csv":
        write_csv_zip(target, rows)
        name = list_files.file_name("register", day=day, ending="zip")
        return attachment(target.getvalue(), name=name, kind="application/zip")
    write_xlsx(target, rows)
    name = list_files.file_name("register", day=day, ending="xlsx")
    return attachment(target.getvalue(), name=name, kind=XLSX)
