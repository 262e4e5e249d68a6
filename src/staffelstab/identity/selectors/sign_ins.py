"""Sign-ins and failures: the own ones in full, those of a house as numbers.

When somebody came and went is nobody's business but their own: the house reads how often, and by name only on whose
account somebody tried in vain many times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Max, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from staffelstab.core import permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.identity.enums import REFUSALS, SignInKind
from staffelstab.identity.models import Account, Membership, SignInEntry
from staffelstab.identity.selectors.devices import describe
from staffelstab.identity.selectors.thresholds import group_threshold

SHOWN: Final = 50
NUMBERED, NAMED = timedelta(days=30), timedelta(days=7)
"""How far back the numbers of a house reach, and the names."""

MANY: Final = 5
"""Failures within ``NAMED`` from which on an account is named: as many as are refused within five minutes."""

WAYS: Final[Mapping[str, Promise]] = {
    "password": gettext_lazy("password"),
    "passkey": gettext_lazy("passkey"),
    "app": gettext_lazy("code of the app"),
    "codes": gettext_lazy("emergency code"),
    "provider": gettext_lazy("sign-in provider"),
    "demo": gettext_lazy("demo"),
}


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """One entry in words. `refused`: nobody came in."""

    at: datetime
    what: str
    way: str
    device: str
    address: str
    refused: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """An account on which somebody tried in vain many times."""

    account_id: UUID
    name: str
    failures: int
    latest: datetime


@dataclass(frozen=True, slots=True)
class HouseNumbers:
    """What happened at the door of a house. `counts`: (what, how often). `tried`: empty without the right to names.

    How often people came in is None where fewer than `threshold` accounts did: it would tell who.
    """

    counts: tuple[tuple[str, int | None], ...]
    tried: tuple[Tried, ...]
    with_names: bool
    threshold: int


def own_entries(*, actor: Actor, limit: int | None = SHOWN) -> list[OwnEntry]:
    """The actor's own entries, newest first; all without a limit. Raises NotFound when nobody is signed in."""
    if actor.account_id is None:
        raise NotFound
    # Keys are UUIDv7: their order is that of time.
    rows = SignInEntry.objects.filter(account_id=actor.account_id).order_by("-id")[:limit]
    return [_entry(row) for row in rows]


def _entry(row: SignInEntry) -> OwnEntry:
    return OwnEntry(
        at=row.at,
        what=row.get_kind_display(),
        way=" + ".join(str(WAYS.get(word, word)) for word in row.way.split("+") if word),
        device=describe(row.device) if row.device else "",
        address=row.address or "",
        refused=row.kind in REFUSALS,
    )


def house_numbers(*, actor: Actor, now: datetime) -> HouseNumbers:
    """Numbers of the active organisation's accounts. Raises PermissionRefused."""
    permissions.require(actor, "identity.audit.view")
    with_names = permissions.allowed(actor, "identity.audit.names")
    members = Membership.objects.values("account_id")
    found = SignInEntry.objects.filter(account_id__in=members)
    lately = found.filter(at__gt=now - NUMBERED).order_by().values_list("kind")
    counted = {
        kind: (number, accounts)
        for kind, number, accounts in lately.annotate(Count("pk"), Count("account_id", distinct=True))
    }
    threshold = group_threshold()
    came, people = counted.get(SignInKind.SIGNED_IN, (0, 0))
    counts: list[tuple[str, int | None]] = [
        (str(SignInKind.SIGNED_IN.label), came if people >= threshold else None)
    ]
    counts += [(str(kind.label), counted.get(kind, (0, 0))[0]) for kind in SignInKind if kind in REFUSALS]
    failed = found.filter(at__gt=now - NAMED, kind__in=REFUSALS).order_by()
    tried = tuple(_tried(failed)) if with_names else ()
    return HouseNumbers(tuple(counts), tried, with_names, threshold)


def _tried(failed: QuerySet[SignInEntry]) -> list[Tried]:
    rows = list(
        failed.values("account_id")
        .annotate(failures=Count("pk"), latest=Max("at"))
        .filter(failures__gte=MANY)
        .order_by("-failures", "account_id")[:SHOWN]
    )
    names = Account.objects.in_bulk([row["account_id"] for row in rows])
    return [
        Tried(row["account_id"], str(names[row["account_id"]]), row["failures"], row["latest"])
        for row in rows
    ]
