"""Imprint, privacy, accessibility and plain language: open to everybody."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from staffelstab.core.ui.access import public
from staffelstab.core.ui.requests import Request
from staffelstab.portal.selectors import operator


@public()
def legal_imprint(request: Request) -> HttpResponse:
    """Who runs this installation."""
    return render(request, "portal/legal/imprint.html", {"operator": operator.operator()})


@public()
def legal_privacy(request: Request) -> HttpResponse:
    """Which personal data are processed, why and how long."""
    return render(request, "portal/legal/privacy.html", {"operator": operator.operator()})


@public()
def legal_accessibility(request: Request) -> HttpResponse:
    """Declaration of accessibility (§ 12b BGG)."""
    return render(request, "portal/legal/accessibility.html", {"operator": operator.operator()})


@public()
def legal_plain(request: Request) -> HttpResponse:
    """What this is, in plain language."""
    return render(request, "portal/legal/plain.html", {"operator": operator.operator()})
