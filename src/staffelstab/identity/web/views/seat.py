"""The organisation somebody acts in: a seat."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from staffelstab.core.errors import NotFound
from staffelstab.core.ui.access import access
from staffelstab.core.ui.requests import Request
from staffelstab.identity.selectors import actors, single_sign_on, staff


@access("identity.own")
def seat_choose(request: Request) -> HttpResponse:
    """The organisations to choose from, or what to do when there is none."""
    shut = single_sign_on.closed_to(request)
    seats = actors.seats(actor=request.actor, today=timezone.localdate(request.now))
    context = {
        "seats": [seat for seat in seats if seat.slug not in shut],
        "closed": [(seat, single_sign_on.ways_into(seat.slug)) for seat in seats if seat.slug in shut],
    }
    return render(request, "identity/seat/choose.html", context)


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
    if seat is None and wanted not in staff.open_houses(actor=request.actor, now=request.now):
        raise NotFound
    if seat is not None and seat.slug in single_sign_on.closed_to(request):
        return redirect("identity:seat_choose")
    request.session[actors.ORGANISATION_KEY] = wanted
    return redirect("portal:start_show")
