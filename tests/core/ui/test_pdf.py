"""Documents are tagged, show the same chart as the screen, and read nothing but the package's own files."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import render_to_string

from staffelstab.core.ui import pdf, pdf_worker
from staffelstab.core.ui.charts import chart_svg
from staffelstab.core.ui.samples import sample_chart

DOCUMENT = """{% extends "core/ui/document.html" %}
{% block title %}Probe{% endblock %}{% block heading %}Übergröße{% endblock %}
{% block content %}
<figure class="chart"><img alt="Anstieg" src="data:image/svg+xml;base64,{{ picture }}"></figure>
{% endblock %}"""


@pytest.fixture
def document(tmp_path: Path, settings: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A document with a chart, made through the worker process."""
    picture = base64.b64encode(chart_svg(sample_chart().definition).encode()).decode()
    template = engines["django"].from_string(DOCUMENT)
    monkeypatch.setattr(pdf, "render_to_string", lambda _name, context: template.render(context))
    return pdf.render_pdf("probe.html", {"organisation": "Stadt Musterstadt", "picture": picture})


def poppler(program: str, *words: str) -> str:
    """What a program of poppler-utils prints; a missing one is an error in CI and a skip elsewhere."""
    found = shutil.which(program)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{program} (poppler-utils) is not installed")
        pytest.skip(f"{program} (poppler-utils) is not installed")
    return subprocess.run([found, *words], capture_output=True, text=True, check=True).stdout


def test_document_is_tagged_and_has_its_text(document: bytes, tmp_path: Path) -> None:
    path = tmp_path / "probe.pdf"
    path.write_bytes(document)
    facts = poppler("pdfinfo", str(path)).split()
    assert facts[facts.index("Tagged:") + 1] == "yes"
    text = poppler("pdftotext", str(path), "-")
    assert "Übergröße" in text
    assert "1/1" in text.replace(" ", "")
    # The chart stands in the document as drawing with its own labels, not as a missing image.
    assert "IV/2028" in text


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/a.css",
        "file:///etc/passwd",
        "http://static.invalid/../../../pyproject.toml",
        "http://static.invalid/core/frame.js",
    ],
)
def test_nothing_else_can_be_read(url: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        pdf_worker.PackageOnly().fetch(url)


def test_own_stylesheet_can_be_read() -> None:
    response = pdf_worker.PackageOnly().fetch("http://static.invalid/core/document.css")
    assert response.content_type == "text/css"


def test_frame_of_a_document_names_its_language() -> None:
    page = render_to_string("core/ui/document.html", {"language": "de", "organisation": "Haus"})
    assert '<html lang="de">' in page
