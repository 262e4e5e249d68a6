"""What a network may see of the house."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.foresight.selectors import releases as selectors
from staffelstab.foresight.services import releases as services


@access("foresight.release.edit")
def release_list(request: Request) -> HttpResponse:
    """For each network of the house: whether its figures go into the network's reports."""
    found = selectors.decisions(actor=request.actor)
    return render(request, "foresight/release/list.html", {"decisions": found})


@access("foresight.release.edit", methods=("POST",))
def release_set(request: Request, network_id: UUID) -> HttpResponse:
    """Release the figures, or withdraw them."""
    released = request.POST.get("released") == "1"
    services.set_release(network_id=network_id, released=released, actor=request.actor, now=request.now)
    messages.success(
        request,
        _("From now on the sums of your organisation go into the reports of the network.")
        if released
        else _("The sums of your organisation no longer go into new reports of the network."),
    )
    return redirect("foresight:release_list")
