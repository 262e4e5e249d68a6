"""Where an account is signed in."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session

from staffelstab.identity.models import Account


def open_sessions(*, account: Account, now: datetime) -> list[UserSession]:
    """The sessions that let somebody in, the latest first: not run out, not from before a new password.

    Two statements however many there are; allauth's own list asks three for each.
    """
    rows = list(UserSession.objects.filter(user_id=account.pk).order_by("-pk"))
    kept = Session.objects.filter(session_key__in=[row.session_key for row in rows], expire_date__gt=now)
    proofs = {account.get_session_auth_hash(), *account.get_session_auth_fallback_hash()}
    valid = set()
    for session in kept:
        data = session.get_decoded()
        if data.get(SESSION_KEY) == str(account.pk) and data.get(HASH_SESSION_KEY) in proofs:
            valid.add(session.session_key)
    return [row for row in rows if row.session_key in valid]
