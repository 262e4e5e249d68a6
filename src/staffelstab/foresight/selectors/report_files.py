"""A report as it is read: the shown form of every figure, and the files drawn from the document that is kept."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from staffelstab.core import list_files
from staffelstab.core.ui import numbers
from staffelstab.core.ui.charts import chart_svg
from staffelstab.core.ui.pdf import render_pdf
from staffelstab.core.ui.theme import house_theme
from staffelstab.foresight.domain.report_document import (
    Document,
    Kind,
    Section,
    Table,
    Value,
    digest,
    read,
)
from staffelstab.foresight.formats import report_files
from staffelstab.foresight.models import Report

DASH: Final = "–"
"""Stands for a figure that is not published."""


class ContentChanged(RuntimeError):
    """The kept content or PDF is no longer what was made: somebody has written past the program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    """A table as page and PDF draw it: heads with *is a number*, cells with that and their head."""

    key: str
    title: str
    heads: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[tuple[str, bool, str], ...], ...]
    picture: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSection:
    """A section with its tables drawn."""

    section: Section
    tables: tuple[ShownTable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfPicture:
    """A chart as an image of the PDF: `source` is an address that holds the drawing, `text` its alternative."""

    title: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class File:
    """A file to hand out."""

    name: str
    content_type: str
    content: bytes


def document_of(report: Report) -> Document:
    """The document of a ready report. Raises ContentChanged, UnknownSchema."""
    if digest(report.content) != report.digest:
        raise ContentChanged(str(report.pk))
    return read(report.content)


def shown(value: Value, kind: Kind) -> str:
    """A figure as text in the active language."""
    if value is None:
        return DASH
    if kind == Kind.TEXT:
        return str(value)
    if kind == Kind.COUNT:
        return numbers.number(float(value))
    if kind == Kind.CHANGE:
        sign = "+" if float(value) > 0 else "−" if float(value) < 0 else "±"
        return sign + numbers.number(abs(int(value)))
    return numbers.percent(float(value), 0 if kind == Kind.WHOLE_SHARE else 1)


def shown_table(table: Table, *, picture: Any = None) -> ShownTable:
    """The table with its cells as text."""
    numeric = [column.kind != Kind.TEXT for column in table.columns]
    return ShownTable(
        key=table.key,
        title=table.title,
        heads=tuple((column.label, is_) for column, is_ in zip(table.columns, numeric, strict=True)),
        rows=tuple(
            tuple(
                (shown(value, column.kind), is_, column.label)
                for value, column, is_ in zip(row, table.columns, numeric, strict=True)
            )
            for row in table.rows
        ),
        picture=picture,
    )


FORMATS: Final = ("pdf", "xlsx", "csv")


def file_of(report: Report, kind: str) -> File:
    """The report as a file of one of ``FORMATS``, in its own language, drawn from what is kept.

    Raises KeyError for another format, ContentChanged.
    """
    make = {"pdf": _pdf, "xlsx": _xlsx, "csv": _csv}[kind]
    document = document_of(report)
    with translation.override(document.language):
        content_type, content = make(report, document)
        name = list_files.file_name(_("Report"), report.subject_name, day=report.as_of, ending=kind)
    return File(name, content_type, content)


def _labels() -> Mapping[str, str]:
    return {
        "overview": _("Overview"),
        "finding": _("Finding"),
        "text": _("Text"),
        "digest": _("Check sum"),
    }


def _xlsx(report: Report, document: Document) -> tuple[str, bytes]:
    content = report_files.workbook(document, labels=_labels(), digest=report.digest)
    return list_files.XLSX_TYPE, content


def _csv(report: Report, document: Document) -> tuple[str, bytes]:
    heads = [_("Section"), _("Row"), _("Column"), _("Value")]
    rows = report_files.rows(document, labels=_labels(), digest=report.digest)
    return list_files.CSV_TYPE, list_files.render_csv(heads, rows)


def _pdf(report: Report, document: Document) -> tuple[str, bytes]:
    """The PDF as it was made; drawn again from the content only where its file has been lost."""
    if default_storage.exists(report.stored_as):
        with default_storage.open(report.stored_as) as file:
            content: bytes = file.read()
        if hashlib.sha256(content).hexdigest() != report.pdf_digest:
            raise ContentChanged(str(report.pk))
        return "application/pdf", content
    return "application/pdf", pdf_of(document, digest=report.digest)


def pdf_of(document: Document, *, digest: str) -> bytes:
    """Draw the document as PDF/UA-1, in the active language. Raises what ``core.ui.pdf.render_pdf`` raises."""
    # house_theme lets nothing but a hexadecimal colour into a style sheet.
    style = render_to_string("foresight/report/document.css", {"theme": house_theme(document.colour)})
    context = {
        "organisation": document.house,
        "document": document,
        "sections": [_pdf_section(section) for section in document.sections],
        "digest": digest,
        "style": _address("text/css", style),
    }
    return render_pdf("foresight/report/document.html", context)


def _pdf_section(section: Section) -> ShownSection:
    return ShownSection(
        section=section,
        tables=tuple(shown_table(table, picture=_pdf_picture(table)) for table in section.tables),
    )


def _pdf_picture(table: Table) -> PdfPicture | None:
    if table.picture is None:
        return None
    return PdfPicture(
        title=table.picture.title,
        text=table.picture.description,
        source=_address("image/svg+xml", chart_svg(table.picture.definition)),
    )


def _address(kind: str, text: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(text.encode()).decode()}"
