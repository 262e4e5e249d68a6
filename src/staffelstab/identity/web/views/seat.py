"""The organisation somebody acts in: a seat."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from staffelstab.core.errors import NotFound
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.identity.selectors import actors


@access("identity.own")
def seat_choose(request: Request) -> HttpResponse:
    """The organisations to choose from, or what to do when there is none."""
    return render(
        request,
        "identity/seat/choose.html",
        {"seats": actors.seats(actor=request.actor, today=timezone.localdate(request.now))},
    )


@access("identity.own", methods=("POST",))
def seat_switch(request: Request) -> HttpResponse:
    """Act in another of the own organisations from now on. Raises NotFound for any other."""
    wanted = request.POST.get("organisation", "")
    seat = next(
        (
            seat
            for seat in actors.seats(actor=request.actor, today=timezone.localdate(request.now))
            if str(seat.organisation_id) == wanted
        ),
        None,
    )
    if seat is None:
        raise NotFound
    request.session[actors.ORGANISATION_KEY] = str(seat.organisation_id)
    return redirect("portal:start_show")
