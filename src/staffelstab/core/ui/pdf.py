"""PDF documents: tagged (PDF/UA-1), from a template of ours, with the same charts as on screen."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

from django.template.loader import render_to_string
from django.utils.translation import get_language

_TIMEOUT = 120  # seconds; a document of a few pages takes about two


def render_pdf(template: str, context: Mapping[str, object]) -> bytes:
    """The PDF of a template that extends ``core/ui/document.html``.

    Runs without request: a document shows what it is given. Raises subprocess.CalledProcessError when it cannot be
    made, subprocess.TimeoutExpired when it takes too long.
    """
    html = render_to_string(template, {**context, "language": get_language() or "de"})
    result = subprocess.run(
        [sys.executable, "-m", "staffelstab.core.ui.pdf_worker"],
        input=html.encode(),
        capture_output=True,
        check=True,
        timeout=_TIMEOUT,
    )
    return result.stdout
