"""Ending sessions whose time is up and that nobody came by to end."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q


@transaction.atomic
def end_outlived(*, now: datetime, account_id: UUID | None = None) -> int:
    """End sessions that are too old or were not used for too long, of one account or of all the context shows.

    They no longer open anything (``web.sessions``); this takes them out of the list with their addresses. Returns how
    many.
    """
    unused = now - timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    aged = now - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    rows = UserSession.objects.filter(Q(last_seen_at__lte=unused) | Q(created_at__lte=aged))
    if account_id is not None:
        rows = rows.filter(user_id=account_id)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)
