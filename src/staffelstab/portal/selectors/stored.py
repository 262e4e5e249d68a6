"""What the system stores about the person who asks: complete, in plain words, and who looked at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.usersessions.models import UserSession

from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.core.models import AuditEntry, Look
from staffelstab.identity.models import Account, Membership, RoleGrant
from staffelstab.identity.selectors.devices import describe
from staffelstab.workforce.domain.quarters import quarter_label
from staffelstab.workforce.models import Holding, Person

_LATEST = 200


@dataclass(frozen=True, slots=True)
class LookAtMe:
    """Somebody looked at the person's data."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class StoredData:
    """Everything stored about one account in its active organisation."""

    account: Mapping[str, object]
    organisation: str
    member_since: object
    roles: list[str]
    person: Mapping[str, object] | None
    holdings: list[Mapping[str, object]]
    sessions: list[Mapping[str, object]]
    own_changes: int
    looks: list[LookAtMe]

    def as_json(self) -> dict[str, object]:
        """The same as plain values, for taking it along (Art. 20 GDPR)."""
        return {
            "account": dict(self.account),
            "organisation": self.organisation,
            "member_since": self.member_since,
            "roles": self.roles,
            "person": dict(self.person) if self.person else None,
            "holdings": [dict(holding) for holding in self.holdings],
            "sessions": [dict(session) for session in self.sessions],
            "changes_recorded": self.own_changes,
            "looks": [{"at": look.at, "who": look.who, "what": look.what} for look in self.looks],
        }


def stored_about(*, actor: Actor) -> StoredData:
    """What is stored about the actor; of the organisation's data only what the active organisation holds.

    Raises NotFound when nobody is signed in.
    """
    if actor.account_id is None:
        raise NotFound
    account = Account.objects.get(pk=actor.account_id)
    facts = {
        "display_name": account.display_name,
        "email": account.email,
        "created_at": account.created_at,
        "last_login": account.last_login,
    }
    sessions: list[Mapping[str, object]] = [
        {
            "created_at": session.created_at,
            "last_seen_at": session.last_seen_at,
            "device": describe(session.user_agent),
            "browser": session.user_agent,
        }
        for session in UserSession.objects.filter(user_id=account.pk).order_by("-created_at")[:20]
    ]
    if actor.organisation_id is None:
        return StoredData(facts, "", None, [], None, [], sessions, 0, [])
    membership = Membership.objects.filter(account_id=account.pk).first()
    roles = [
        f"{grant.get_role_display()}"
        for grant in RoleGrant.objects.filter(account_id=account.pk).order_by("role")
    ]
    person = Person.objects.filter(account_id=account.pk).first()
    return StoredData(
        account=facts,
        organisation=actor.organisation_name,
        member_since=membership.since if membership else None,
        roles=roles,
        person=_person(person) if person else None,
        holdings=_holdings(person) if person else [],
        sessions=sessions,
        own_changes=AuditEntry.objects.filter(account_id=account.pk).count(),
        looks=_looks([account.pk, *([person.pk] if person else [])]),
    )


def _person(person: Person) -> dict[str, object]:
    return {
        "personnel_number": person.personnel_number,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
    }


def _holdings(person: Person) -> list[Mapping[str, object]]:
    rows = Holding.objects.filter(person_id=person.pk).select_related("position").order_by("starts_on", "id")
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


def _looks(subjects: list[UUID]) -> list[LookAtMe]:
    rows = Look.objects.filter(subject_id__in=subjects).order_by("-id")[:_LATEST]
    return [LookAtMe(row.at, row.actor_name, row.what) for row in rows]
