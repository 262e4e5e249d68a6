"""Recording sign-ins and failures: a line in the log, and an entry for the account where it is known."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from staffelstab.core.ids import new_id
from staffelstab.identity.enums import REFUSALS, SignInKind
from staffelstab.identity.models import SignInEntry
from staffelstab.identity.services import accounts

logger = logging.getLogger("staffelstab.sign_in")

PAUSE: Final = timedelta(minutes=5)
"""Between two entries that say that attempts were refused: whoever goes on trying does not fill the table."""


def record(
    *,
    kind: SignInKind,
    account_id: UUID | None,
    now: datetime,
    way: str = "",
    address: str | None = None,
    device: str = "",
) -> None:
    """Note what happened. Without an account only the log says so, and nothing of what was typed.

    Known and unknown accounts cost the same work, so that time does not tell them apart.
    """
    level = logging.WARNING if kind in REFUSALS else logging.INFO
    known = {"account_id": account_id} if account_id else {}
    logger.log(level, "sign-in: %s", kind.value, extra={"event": kind.value, "way": way, **known})
    key = account_id or new_id()
    recently = SignInEntry.objects.filter(account_id=key, kind=kind, at__gt=now - PAUSE)
    if kind == SignInKind.LIMITED and recently.exists():
        return
    with transaction.atomic():
        SignInEntry.objects.create(
            account_id=key, at=now, kind=kind, way=way[:40], address=address, device=device[:60]
        )
        if account_id is None:
            transaction.set_rollback(True)


def record_by_email(
    *, kind: SignInKind, email: str, now: datetime, way: str, address: str | None, device: str
) -> None:
    """Like :func:`record` for the account with this address, if there is one."""
    account_id = accounts.account_id_by_email(email)
    record(kind=kind, account_id=account_id, now=now, way=way, address=address, device=device)
