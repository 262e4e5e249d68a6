"""What an account's state demands of every request. Stands directly inside of ``TenancyMiddleware``.

Forms of another organisation, a second factor that is missing, the rules of a staff session, the note when a session
was last used, and the way to the sign-in page.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from staffelstab.core.errors import DomainError
from staffelstab.core.ui.access import SAFE_METHODS
from staffelstab.core.ui.middleware import refusal
from staffelstab.identity.services import staff_sessions
from staffelstab.identity.web import sessions
from staffelstab.identity.web.seats import OPEN_TO_STAFF, PACKAGES, misdirected
from staffelstab.identity.web.typed import texts

logger = logging.getLogger("staffelstab.sign_in")

GetResponse = Callable[[HttpRequest], HttpResponseBase]


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
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            logger.warning(
                "too many requests", extra={"event": "limited", "account_id": actor.account_id or ""}
            )
        if actor.authenticated and request.session.session_key:
            sessions.note_use(request)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        """Answer instead of the view where the account's state demands it."""
        answer = misdirected(request)
        if answer is not None:
            return answer
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


class SignInMiddleware(LoginRequiredMiddleware):
    """Leads to the sign-in page, says there why a session has ended, and loses nothing that was typed."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, _view: Callable[..., Any]
    ) -> HttpResponseBase:
        """Answer a visitor who has to sign in first."""
        ended = getattr(request, "session_over", "")
        if request.htmx:  # type: ignore[attr-defined]
            # A part of a page: the page stays as it is, with everything in it, and its script says what happened.
            return HttpResponse(status=204, headers={"HX-Trigger": "staffelstab:signed-out"})
        target = _way_in(request, ended)
        typed = texts(request) if ended else []
        if not typed:
            return redirect(target)
        context = {"typed": typed, "target": target}
        return render(request, "account/session_over.html", context, status=403)


def _way_in(request: HttpRequest, ended: str) -> str:
    """Address of the sign-in page that leads back to where the visitor was."""
    back = request.get_full_path()
    if request.method not in SAFE_METHODS:
        # What a form is sent to need not be a page.
        came = request.headers.get("Referer", "")
        here = url_has_allowed_host_and_scheme(
            came, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
        parts = urlsplit(came if here else "")
        back = f"{parts.path}?{parts.query}" if parts.query else parts.path
    query = ({"next": back} if back else {}) | ({"ende": ended} if ended else {})
    return f"{reverse('account_login')}?{urlencode(query, safe='/')}" if query else reverse("account_login")
