"""The one statement of every signed-in request: account, seat and counters, and the context they are asked in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.utils.crypto import constant_time_compare

from staffelstab.core.revisions import Snapshot
from staffelstab.identity.models import Account


@dataclass(frozen=True, slots=True)
class Opening:
    """What the statement found. `grants`: (role, unit, name of the holder whom the account deputises for)."""

    account: Account
    name: str
    short_name: str
    colour: str
    slug: str
    logo: str
    group_threshold: int
    networks: tuple[UUID, ...]
    operator: bool
    second_factor_roles: frozenset[str]
    seats: int
    grants: tuple[tuple[str, UUID | None, str], ...]
    revisions: Snapshot


def enter(account_id: UUID, organisation_id: UUID, today: date) -> Opening | None:
    """Enter the context of the account in the organisation; None when the membership does not hold today."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_seat(%s, %s, %s)::text", [account_id, organisation_id, today])
        found = cursor.fetchone()[0]
    if found is None:
        return None
    row = json.loads(found)
    return Opening(
        account=_account(row["account"]),
        name=row["name"],
        short_name=row["short_name"],
        colour=row["colour"],
        slug=row["slug"],
        logo=row["logo"],
        group_threshold=row["group_threshold"],
        networks=tuple(map(UUID, row["networks"])),
        operator=row["operator"],
        second_factor_roles=frozenset(row["second_factor_roles"]),
        seats=row["seats"],
        grants=tuple((role, unit and UUID(unit), holder) for role, unit, holder in row["grants"]),
        revisions=Snapshot(
            tuple((topic, value) for topic, value in row["revisions"]), row["shared"], row["dirty"]
        ),
    )


def _account(row: Mapping[str, Any]) -> Account:
    fields = Account._meta.concrete_fields
    names = [field.attname for field in fields]
    return Account.from_db(
        connection.alias, names, [field.to_python(row[str(field.column)]) for field in fields]
    )


def enter_session(session: Any, organisation_id: UUID, today: date) -> Opening | None:
    """Like :func:`enter` for the account of a session, checked as Django's ``get_user`` does.

    None for every session that is not an ordinary one (signed out, backend unknown, password changed since, account
    closed): Django then looks at it in its own way.
    """
    key, proof = session.get(SESSION_KEY), session.get(HASH_SESSION_KEY)
    if not key or not proof or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    found = enter(UUID(key), organisation_id, today)
    if found is None or not found.account.is_active:
        return None
    return found if constant_time_compare(proof, found.account.get_session_auth_hash()) else None
