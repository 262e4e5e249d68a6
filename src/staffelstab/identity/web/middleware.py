"""What an account's state demands of every request. Stands directly inside of ``TenancyMiddleware``.

A second factor that is missing, the rules of a staff session, and the note when a session was last used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from staffelstab.core.errors import DomainError
from staffelstab.core.ui.access import SAFE_METHODS
from staffelstab.core.ui.middleware import refusal
from staffelstab.identity.services import staff_sessions

GetResponse = Callable[[HttpRequest], HttpResponseBase]

LAST_USE_KEY: Final = "staffelstab_last_use"
PRECISION: Final = 300
"""Seconds between two notes of the last use: a note costs two statements."""

PACKAGES: Final = ("account_", "mfa_", "usersessions_", "socialaccount_", "openid_connect_")
"""Addresses by which somebody signs in and out and sets up a factor."""

OPEN_TO_STAFF: Final = frozenset(
    {"account_logout", "identity:seat_switch", "identity:staff_end", "portal:language_set"}
)
"""What may be sent during a staff session: leaving it, and how the screen looks."""


class StaffReadOnly(DomainError):
    """Something was to be changed during a staff session."""

    code = "identity.staff_read_only"
    status = 403
    template = _("Operating staff can look at this organisation, not change anything in it.")


class AccountStateMiddleware:
    """Leads to the second factor where one is demanded, keeps staff to reading, and records what staff opened."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        house, actor = request.house, request.actor  # type: ignore[attr-defined]
        if house is not None and house.staff is not None and response.status_code < 500:
            staff_sessions.record_step(
                session=house.staff,
                step=f"{request.method} {request.path}"[:200],
                refused=response.status_code >= 400,
                actor=actor,
                now=request.now,  # type: ignore[attr-defined]
            )
        if actor.authenticated:
            _note_use(request)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        """Answer instead of the view where the account's state demands it."""
        house = request.house  # type: ignore[attr-defined]
        if house is None or request.resolver_match is None:
            return None
        name = request.resolver_match.view_name
        if house.staff is not None and request.method not in SAFE_METHODS and name not in OPEN_TO_STAFF:
            return refusal(request, StaffReadOnly())
        if house.second_factor_missing and not _free(view, name):
            return redirect("mfa_index")
        return None


def _free(view: Callable[..., Any], name: str) -> bool:
    """Screens that do not wait for the second factor: public ones, signing in and out, and another seat."""
    public = getattr(view, "permission", "-") is None
    return public or name.startswith(PACKAGES) or name in {"identity:seat_choose", "identity:seat_switch"}


def _note_use(request: HttpRequest) -> None:
    last = request.session.get(LAST_USE_KEY)
    now = int(request.now.timestamp())  # type: ignore[attr-defined]
    # Sessions that did not begin with a sign-in have no entry in the list, and nothing to note.
    if last is None or now - last < PRECISION:
        return
    request.session[LAST_USE_KEY] = now
    UserSession.objects.filter(session_key=request.session.session_key).update(
        last_seen_at=request.now  # type: ignore[attr-defined]
    )
