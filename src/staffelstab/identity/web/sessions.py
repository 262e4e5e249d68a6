"""How long a session counts: never longer than its longest time, and not beyond a while without use.

Both moments stand in the session itself, which every request reads anyway: looking at them costs no statement. A
session without them did not begin here and counts for nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest
from django.utils import timezone

from staffelstab.core.actors import Actor
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.selectors import actors

LAST_USE_KEY: Final = "staffelstab_last_use"
BEGIN_KEY: Final = "staffelstab_begin"
"""Session: seconds since 1970 of the last noted use and of the sign-in."""

PRECISION: Final = 300
"""Seconds between two notes of the last use: a note costs two statements. A pause may seem longer by as much."""

UNUSED, AGED = "pause", "tag"
"""Why a session has ended by itself, as the address of the sign-in page says it."""


def begin(request: HttpRequest) -> None:
    """Somebody has just signed in, in whatever way."""
    now = int(timezone.now().timestamp())
    request.session[BEGIN_KEY] = request.session[LAST_USE_KEY] = now


def over(session: Any, now: datetime) -> str:
    """Why the session of somebody signed in no longer counts; empty when it does."""
    if SESSION_KEY not in session:
        return ""
    began, used, moment = session.get(BEGIN_KEY), session.get(LAST_USE_KEY), now.timestamp()
    if began is None or used is None or moment - began >= settings.SESSION_COOKIE_AGE:
        return AGED
    return UNUSED if moment - used >= settings.SESSION_IDLE_SECONDS else ""


def resolve(request: HttpRequest) -> tuple[TenancyContext, Actor, actors.House | None]:
    """Tenancy, actor and house of a request, after a session that is over has been ended (``ACTOR_RESOLVER``)."""
    ended = over(request.session, request.now)  # type: ignore[attr-defined]
    if ended:
        request.session_over = ended  # type: ignore[attr-defined]
        with activate(TenancyContext()):
            UserSession.objects.filter(session_key=request.session.session_key).delete()
            logout(request)
    return actors.resolve(request)


def note_use(request: HttpRequest) -> None:
    """Note that the session is used, unless that was noted a moment ago."""
    last = request.session.get(LAST_USE_KEY)
    now = int(request.now.timestamp())  # type: ignore[attr-defined]
    if last is None or now - last < PRECISION:
        return
    request.session[LAST_USE_KEY] = now
    UserSession.objects.filter(session_key=request.session.session_key).update(
        last_seen_at=request.now  # type: ignore[attr-defined]
    )
