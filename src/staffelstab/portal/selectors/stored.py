"""What the system stores about the person who asks: complete, in plain words, and who looked at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.core.models import AuditEntry, Look
from staffelstab.identity.models import Account, Membership, RoleDeputy, RoleGrant
from staffelstab.identity.selectors import sign_ins, units
from staffelstab.identity.selectors.devices import describe
from staffelstab.workforce.domain.quarters import quarter_label
from staffelstab.workforce.models import Holding, Person

SHOWN = 200
"""Looks on the page; the files hold all of them."""

LOOKS: Final[Mapping[str, Promise]] = {
    "workforce.exit": _("Exit horizon"),
    "workforce.person": _("Person"),
    "identity.account": _("Account"),
    "identity.sign_in": _("Sign-in attempts"),
}


@dataclass(frozen=True, slots=True)
class LookAtMe:
    """Somebody looked at the person's data."""

    at: datetime
    who: str
    what: str
    """Code of what was looked at."""

    @property
    def words(self) -> str:
        """What was looked at, in words."""
        return str(LOOKS.get(self.what, self.what))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredData:
    """Everything stored about one account: by itself, and in its active organisation."""

    account: Mapping[str, object]
    sessions: Sequence[Mapping[str, object]]
    factors: Sequence[Mapping[str, object]]
    providers: Sequence[Mapping[str, object]]
    sign_ins: Sequence[Mapping[str, object]] = ()
    organisation: str = ""
    member_since: date | None = None
    member_until: date | None = None
    roles: Sequence[str] = ()
    deputies: Sequence[Mapping[str, object]] = ()
    person: Mapping[str, object] | None = None
    holdings: Sequence[Mapping[str, object]] = ()
    own_changes: int = 0
    looks: Sequence[LookAtMe] = ()
    looks_counted: int = 0

    def as_json(self) -> dict[str, object]:
        """The same as plain values, for taking it along (Art. 20 GDPR)."""
        return {
            "account": dict(self.account),
            "sessions": [dict(each) for each in self.sessions],
            "second_factors": [dict(each) for each in self.factors],
            "sign_in_providers": [dict(each) for each in self.providers],
            "sign_ins": [dict(each) for each in self.sign_ins],
            "organisation": self.organisation,
            "member_since": self.member_since,
            "member_until": self.member_until,
            "roles": list(self.roles),
            "deputies": [dict(each) for each in self.deputies],
            "person": dict(self.person) if self.person else None,
            "holdings": [dict(each) for each in self.holdings],
            "changes_recorded": self.own_changes,
            "looks": [{"at": look.at, "who": look.who, "what": look.what} for look in self.looks],
        }


def stored_about(*, actor: Actor, looks: int | None = SHOWN) -> StoredData:
    """What is stored about the actor; of the organisation's data only what the active organisation holds.

    `looks`: how many of the latest to read, None for all. Raises NotFound when nobody is signed in.
    """
    if actor.account_id is None:
        raise NotFound
    membership = _membership(actor.account_id) if actor.organisation_id else None
    account = membership.account if membership else Account.objects.get(pk=actor.account_id)
    own = {
        "account": {
            "display_name": account.display_name,
            "email": account.email,
            "created_at": account.created_at,
            "last_login": account.last_login,
        },
        "sessions": _sessions(account.pk),
        "factors": _factors(account.pk),
        "providers": _providers(account.pk),
        "sign_ins": [asdict(each) for each in sign_ins.own_entries(actor=actor, limit=None)],
    }
    if actor.organisation_id is None:
        return StoredData(**own)  # type: ignore[arg-type]
    held = _held(account.pk)
    person = held[0].person if held else Person.objects.filter(account_id=account.pk).first()
    seen = Look.objects.filter(subject_id__in=[account.pk, *([person.pk] if person else [])])
    rows = list(seen.order_by("-id").annotate(counted=Window(Count("pk")))[:looks])
    return StoredData(
        **own,  # type: ignore[arg-type]
        organisation=actor.organisation_name,
        member_since=membership.since if membership else None,
        member_until=membership.until if membership else None,
        roles=_roles(account.pk),
        deputies=_deputies(account.pk),
        person=_person(person) if person else None,
        holdings=_holdings(held),
        own_changes=membership.changes if membership else _changes(account.pk).count(),
        looks=[LookAtMe(row.at, row.actor_name, row.what) for row in rows],
        looks_counted=rows[0].counted if rows else 0,
    )


def _changes(account_id: UUID | OuterRef) -> QuerySet[AuditEntry]:
    changes: QuerySet[AuditEntry] = AuditEntry.objects.filter(account_id=account_id)
    return changes


def _membership(account_id: UUID) -> Any:
    """The membership with the account and the number of its recorded changes, in one statement."""
    counted = (
        _changes(OuterRef("account_id")).order_by().values("account_id").annotate(n=Count("pk")).values("n")
    )
    found = Membership.objects.filter(account_id=account_id).select_related("account")
    return found.annotate(changes=Coalesce(Subquery(counted), 0)).first()


def _sessions(account_id: UUID) -> list[Mapping[str, object]]:
    return [
        {
            "created_at": session.created_at,
            "last_seen_at": session.last_seen_at,
            "device": describe(session.user_agent),
            "browser": session.user_agent,
            "address": session.ip,
        }
        for session in UserSession.objects.filter(user_id=account_id).order_by("-created_at")
    ]


def _factors(account_id: UUID) -> list[Mapping[str, object]]:
    """Kind and times; the secrets themselves are encrypted and are shown to nobody."""
    rows = Authenticator.objects.filter(user_id=account_id).order_by("created_at")
    return [
        {"kind": row.get_type_display(), "created_at": row.created_at, "last_used_at": row.last_used_at}
        for row in rows
    ]


def _providers(account_id: UUID) -> list[Mapping[str, object]]:
    rows = SocialAccount.objects.filter(user_id=account_id).order_by("date_joined")
    return [
        {
            "provider": row.provider,
            "identifier": row.uid,
            "linked_at": row.date_joined,
            "last_login": row.last_login,
            "claims": row.extra_data,
        }
        for row in rows
    ]


def _roles(account_id: UUID) -> list[str]:
    rows = list(RoleGrant.objects.filter(account_id=account_id).order_by("role", "unit_id"))
    names = units.labels(row.unit_id for row in rows)
    return [f"{row.label} ({names[row.unit_id]})" if row.unit_id in names else row.label for row in rows]


def _deputies(account_id: UUID) -> list[Mapping[str, object]]:
    """Roles held for others, and own roles others hold."""
    rows = RoleDeputy.objects.filter(Q(deputy_id=account_id) | Q(grant__account_id=account_id))
    return [
        {
            "role": row.grant.label,
            "holder": row.grant.account.display_name,
            "deputy": row.deputy.display_name,
            "since": row.since,
            "until": row.until,
        }
        for row in rows.select_related("grant__account", "deputy").order_by("since", "id")
    ]


def _person(person: Person) -> dict[str, object]:
    return {
        "personnel_number": person.personnel_number,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
    }


def _held(account_id: UUID) -> list[Holding]:
    """What the account's person holds, with the person and the positions."""
    found = Holding.objects.filter(person__account_id=account_id).select_related("person", "position")
    return list(found.order_by("starts_on", "id"))


def _holdings(rows: Sequence[Holding]) -> list[Mapping[str, object]]:
    return [
        {
            "position": str(row.position),
            "share": str(row.share),
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
            "exit": _quarter(row.exit_quarter) or row.get_exit_band_display() or "",
            "exit_fixed": row.exit_fixed,
        }
        for row in rows
    ]


def _quarter(index: int | None) -> str:
    return "" if index is None else quarter_label(index)
