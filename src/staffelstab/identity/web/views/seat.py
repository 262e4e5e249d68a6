"""The organisation somebody acts in: a seat."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from staffelstab.core.days import day_of
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.identity.selectors import actors, single_sign_on
from staffelstab.identity.web import seats


@access("identity.own")
def seat_choose(request: Request) -> HttpResponse:
    """The organisations to choose from, or what to do when there is none."""
    shut = single_sign_on.closed_to(request)
    own = actors.seats(actor=request.actor, today=day_of(request.now))
    context = {
        "seats": [seat for seat in own if seat.slug not in shut],
        "closed": [(seat, single_sign_on.ways_into(seat.slug)) for seat in own if seat.slug in shut],
    }
    return render(request, "identity/seat/choose.html", context)


@access("identity.own", methods=("POST",))
def seat_switch(request: Request) -> HttpResponse:
    """Act in another of the own organisations from now on. Raises NotFound for any other."""
    if not seats.enter(request, request.POST.get("organisation", "")):
        return redirect("identity:seat_choose")
    return redirect("portal:start_show")
