"""Second factors and operating staff for tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.db import connection

from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.models import Account
from tests.guards.rls import OWNER

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MOMENT = 59_000_000 * 30
"""The second at which apps and sign-in stand where a test asks for ``steady_codes``: a code's first."""


def code_now() -> str:
    """What an app shows for ``SECRET`` at ``MOMENT``, ready to be used (again)."""
    cache.clear()
    return format_hotp_value(hotp_value(SECRET, MOMENT // 30))


def with_codes(account: Account) -> list[str]:
    """Give the account one-time codes of ``SECRET`` and emergency codes; returns the latter."""
    with activate(TenancyContext(account_id=account.pk)):
        TOTP.activate(account, SECRET)
        return RecoveryCodes.activate(account).get_unused_codes()


def factors_of(account: Account) -> list[str]:
    """The kinds of factors the account has."""
    with activate(TenancyContext(account_id=account.pk)):
        rows = Authenticator.objects.filter(user_id=account.pk).order_by("type")
        return list(rows.values_list("type", flat=True))


@contextmanager
def appointed(account: Account, since: datetime) -> Iterator[None]:
    """The account belongs to the operating staff: committed by the database's owner, who alone may write that."""
    settings = connection.get_connection_params()
    known = {name: settings[name] for name in ("host", "port", "dbname") if name in settings}
    # A pool admits the application's role alone.
    folder, _, port = os.environ.get("STAFFELSTAB_TEST_DIRECT", "").rpartition(":")
    if folder:
        known |= {"host": folder, "port": port}
    with psycopg.connect(**known, user=OWNER, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO identity_operator (account_id, since) VALUES (%s, %s)", [account.pk, since]
        )
        try:
            yield
        finally:
            owner.execute("DELETE FROM identity_operator WHERE account_id = %s", [account.pk])
