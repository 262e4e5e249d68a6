"""The evaluation catalogue: what the system evaluates, for staff council, data protection and everybody else."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.portal.selectors import evaluations


@access("portal.evaluations")
def evaluation_list(request: Request) -> HttpResponse:
    """All evaluations with purpose, inputs, audience and the protection of persons; printable."""
    return render(request, "portal/evaluation/list.html", {"evaluations": evaluations.catalogue()})
