"""Deputies for roles: a colleague holds somebody's role from a day until a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from staffelstab.core import audit, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.days import day_of
from staffelstab.core.errors import DomainError
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.identity.models import Membership, RoleDeputy, RoleGrant
from staffelstab.identity.selectors.actors import valid_on

LONGEST = timedelta(days=366)
"""Whoever is away longer needs a successor in the role, not a deputy."""


class NotAColleague(DomainError):
    """The deputy has no access to the organisation at the moment, or is the holder of the role."""

    code = "identity.not_a_colleague"
    template = _("Please choose a colleague who has access to your organisation today.")


class BadPeriod(DomainError):
    """The period lies in the past, ends before it begins or is longer than a year."""

    code = "identity.bad_period"
    template = _("A deputy needs a first and a last day, not before today, and a year at most.")


class AlreadyDeputy(DomainError):
    """The colleague holds the role in a part of the period already."""

    code = "identity.already_deputy"
    template = _("%(name)s already is the deputy for this role in a part of this time.")


@transaction.atomic
def name_deputy(
    *, grant: RoleGrant, deputy_id: UUID, since: date, until: date, actor: Actor, now: datetime
) -> RoleDeputy:
    """Let a colleague hold the role with its units from ``since`` until ``until``, both included.

    Raises PermissionRefused, BadPeriod, NotAColleague, AlreadyDeputy.
    """
    permissions.require(actor, "identity.deputy.name", grant)
    if not day_of(now) <= since <= until or until - since > LONGEST:
        raise BadPeriod
    colleagues = Membership.objects.select_related("account").filter(valid_on(day_of(now)))
    colleague = colleagues.filter(account_id=deputy_id, account__is_active=True).first()
    if colleague is None or deputy_id == grant.account_id:
        raise NotAColleague
    # Two who name the same colleague at the same moment wait for each other.
    RoleGrant.objects.select_for_update().get(pk=grant.pk)
    if RoleDeputy.objects.filter(
        grant=grant, deputy_id=deputy_id, since__lte=until, until__gte=since
    ).exists():
        raise AlreadyDeputy(name=str(colleague.account))
    made: RoleDeputy = RoleDeputy.objects.create(
        organisation_id=current_organisation(),
        grant=grant,
        deputy=colleague.account,
        since=since,
        until=until,
    )
    period = {"role": grant.role, "since": since, "until": until}
    audit.record(actor, "identity.deputy.named", made, at=now, changes=audit.differences({}, period))
    return made


@transaction.atomic
def withdraw_deputy(*, deputy: RoleDeputy, actor: Actor, now: datetime) -> None:
    """End it at once: the role is gone with the deputy's next request. Raises PermissionRefused."""
    permissions.require(actor, "identity.deputy.withdraw", deputy)
    change = {"role": (deputy.grant.role, None)}
    audit.record(actor, "identity.deputy.withdrawn", deputy, at=now, changes=change)
    deputy.delete()
