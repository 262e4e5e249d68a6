"""Periods of retention of an organisation, and deleting what is due."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from staffelstab.core import audit, permissions, retention
from staffelstab.core.actors import Actor
from staffelstab.core.errors import DomainError, NotFound
from staffelstab.core.models import (
    TRAIL_DAYS,
    AuditEntry,
    Look,
    OutboxEvent,
    RetentionPeriod,
    RetentionRun,
)
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.identity.models import SIGN_IN_DAYS, Membership, RoleDeputy, RoleGrant, SignInEntry


def _ended_memberships() -> QuerySet[Membership]:
    return Membership.objects.filter(until__isnull=False)


def _delete_memberships(rows: QuerySet[Any]) -> int:
    """Delete them with what was granted, and the accounts that belong to no house then."""
    accounts = list(rows.values_list("account_id", flat=True))
    RoleDeputy.objects.filter(Q(deputy_id__in=accounts) | Q(grant__account_id__in=accounts)).delete()
    RoleGrant.objects.filter(account_id__in=accounts).delete()
    deleted = retention.delete_rows(rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_forget_account(who) FROM unnest(%s::uuid[]) AS who", [accounts])
    return deleted


RULES = (
    retention.Rule(
        code="identity.membership",
        label=_("Ended accesses"),
        gone=_(
            "The access of persons who have left, and their account with name, e-mail and second factors, unless "
            "another organisation uses it. Whoever comes back needs a new invitation."
        ),
        reason=_("To return to an access after a break, and to see who had one."),
        rows=_ended_memberships,
        moment="until",
        default_days=365,
        minimum_days=30,
        delete=_delete_memberships,
    ),
    retention.Rule(
        code="identity.sign_in",
        label=_("Sign-ins"),
        gone=_("When and from where somebody signed in, failed to, or changed password and second factor."),
        reason=_("So that everybody can see whether somebody else tried to come in."),
        rows=SignInEntry.objects.all,
        moment="at",
        default_days=90,
        minimum_days=SIGN_IN_DAYS,
        maximum_days=365,
    ),
    retention.Rule(
        code="core.audit",
        label=_("Protocol of changes"),
        gone=_("Entries of the protocol and of the history on each page."),
        reason=_("To explain a change; data protection and staff council read it."),
        rows=AuditEntry.objects.all,
        moment="at",
        default_days=1095,
        minimum_days=TRAIL_DAYS,
    ),
    retention.Rule(
        code="core.look",
        label=_("Looks at personal data"),
        gone=_("Who looked at whose data when; each person reads the looks at their own data until then."),
        reason=_("So that everybody can see who looked at their data."),
        rows=Look.objects.all,
        moment="at",
        default_days=365,
        minimum_days=TRAIL_DAYS,
    ),
    retention.Rule(
        code="core.event",
        label=_("Technical messages"),
        gone=_("Messages between the parts of the system; they hold keys, no names."),
        reason=_("To repeat what failed."),
        rows=OutboxEvent.objects.all,
        moment="at",
        default_days=30,
        minimum_days=7,
        maximum_days=365,
    ),
)


class PeriodOutOfRange(DomainError):
    """A period shorter or longer than the rule allows."""

    code = "identity.retention_period"
    template = _("Please enter between %(minimum)s and %(maximum)s days.")


@transaction.atomic
def set_period(*, code: str, days: int, reason: str, actor: Actor, now: datetime) -> RetentionPeriod:
    """Keep the data of a rule for ``days`` in the active organisation.

    Raises PermissionRefused, NotFound for an unknown rule, PeriodOutOfRange.
    """
    permissions.require(actor, "identity.retention.manage")
    rule = _rule(code)
    if not rule.minimum_days <= days <= rule.maximum_days:
        raise PeriodOutOfRange(minimum=rule.minimum_days, maximum=rule.maximum_days)
    before = retention.periods([rule])[code][0]
    row: RetentionPeriod
    row, _created = RetentionPeriod.objects.update_or_create(
        organisation_id=current_organisation(),
        rule=code,
        defaults={
            "days": days,
            "reason": reason,
            "changed_at": now,
            "changed_by": actor.display_name[:200],
        },
    )
    changes = audit.differences({"days": before}, {"days": days}) | {"reason": (None, reason)}
    audit.record(actor, "identity.retention.changed", row, at=now, changes=changes)
    return row


def _rule(code: str) -> retention.Rule:
    try:
        return retention.rule(code)
    except KeyError as error:
        raise NotFound from error


@transaction.atomic
def forget(*, actor: Actor, today: date, now: datetime) -> dict[str, int]:
    """Delete what is due today in the active organisation; returns the number of rows per rule.

    A day on which nothing was due leaves no record. Raises PermissionRefused.
    """
    permissions.require(actor, "identity.retention.manage")
    deleted = retention.forget(today=today)
    if deleted:
        run = RetentionRun.objects.create(
            organisation_id=current_organisation(),
            at=now,
            actor_name=actor.display_name[:200],
            deleted=deleted,
        )
        audit.record(
            actor,
            "identity.retention.run",
            run,
            at=now,
            changes={"deleted": (None, sum(deleted.values()))},
        )
    return deleted
