"""Acting in another organisation, and forms of an older window that belong to another one than the active."""

from __future__ import annotations

import logging
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from staffelstab.core.days import day_of
from staffelstab.core.errors import DomainError, NotFound
from staffelstab.core.ui import houses
from staffelstab.core.ui.access import SAFE_METHODS
from staffelstab.core.ui.middleware import refusal
from staffelstab.identity.selectors import actors, single_sign_on, staff
from staffelstab.identity.selectors.actors import Seat
from staffelstab.identity.web.typed import texts

logger = logging.getLogger("staffelstab.request")

PACKAGES: Final = ("account_", "mfa_", "usersessions_", "socialaccount_", "openid_connect_")
"""Addresses by which somebody signs in and out and sets up a factor."""

OPEN_TO_STAFF: Final = frozenset(
    {"account_logout", "identity:seat_switch", "identity:staff_end", "portal:language_set"}
)
"""What may be sent during a staff session: leaving it, and how the screen looks."""

OF_THE_ACCOUNT: Final = OPEN_TO_STAFF | {"identity:staff_open", "portal:demo_login"}
"""What is sent from any window, whichever organisation is active: it concerns the account or names its own."""


class OtherHouse(DomainError):
    """A form was drawn in another organisation than the one that is active now."""

    code = "identity.other_house"
    status = 409
    template = _("Nothing was saved: this form belongs to another organisation than the one you act in now.")


def enter(request: HttpRequest, wanted: str) -> bool:
    """Act in another of the own organisations from the next request on. Raises NotFound for any other.

    False where the organisation demands another way to sign in: then nothing has changed.
    """
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    seats = actors.seats(actor=actor, today=day_of(now))
    seat = next((each for each in seats if str(each.organisation_id) == wanted), None)
    if seat is None and wanted not in staff.open_houses(actor=actor, now=now):
        raise NotFound
    if seat is not None and seat.slug in single_sign_on.closed_to(request):
        return False
    request.session[actors.ORGANISATION_KEY] = wanted
    return True


def misdirected(request: HttpRequest) -> HttpResponseBase | None:
    """The answer to something sent for another organisation than the active one; None where all is well.

    A form that asks to be sent to its organisation all the same (``houses.SWITCH``) is sent there by the browser, once
    the organisation has been entered.
    """
    match = request.resolver_match
    name = match.view_name if match else ""
    if request.method in SAFE_METHODS or name in OF_THE_ACCOUNT or name.startswith(PACKAGES):
        return None
    if not request.actor.authenticated:  # type: ignore[attr-defined]
        return None
    named = houses.named(request)
    if named == {houses.active(request)} or not (named or getattr(request, "seat_lost", False)):
        return None
    if _entered(request):
        return redirect(request.get_full_path(), preserve_request=True)
    actor = request.actor  # type: ignore[attr-defined]
    logger.info(
        "form of another organisation", extra={"event": "other_house", "account_id": actor.account_id}
    )
    return _refused(request, _own_seat(request, named))


def _entered(request: HttpRequest) -> bool:
    """Whether the form asked to be sent to its organisation, and that is the active one from now on."""
    try:
        return houses.SWITCH in request.POST and enter(request, request.POST[houses.SWITCH])
    except NotFound:
        return False


def _own_seat(request: HttpRequest, named: frozenset[str]) -> Seat | None:
    """The seat a form belongs to. None for organisations of others: their names are nobody's business."""
    if len(named) != 1:
        return None
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    seats = actors.seats(actor=actor, today=day_of(now))
    return next((seat for seat in seats if str(seat.organisation_id) in named), None)


def _refused(request: HttpRequest, seat: Seat | None) -> HttpResponse:
    if not request.accepts("text/html"):
        return refusal(request, OtherHouse())
    context = {
        "seat": seat,
        "closed": seat is not None and seat.slug in single_sign_on.closed_to(request),
        "switch": houses.SWITCH,
        "again": _again(request),
        "typed": texts(request),
    }
    if request.htmx:  # type: ignore[attr-defined]
        # Above what is on the screen: what was typed stays.
        response = render(request, "identity/seat/other_house_part.html", context, status=OtherHouse.status)
        response.headers["HX-Retarget"] = "#content"
        response.headers["HX-Reswap"] = "afterbegin"
        return response
    return render(request, "identity/seat/other_house.html", context, status=OtherHouse.status)


def _again(request: HttpRequest) -> list[tuple[str, str]] | None:
    """Names and values that send the form a second time; None where that cannot be done.

    Files do not travel twice, and passwords are not written into a page.
    """
    if request.FILES or any("password" in name for name in request.POST):
        return None
    own = {houses.FIELD, houses.SWITCH, "csrfmiddlewaretoken"}
    return [(name, value) for name, values in request.POST.lists() if name not in own for value in values]
