"""Whoever leaves the house loses the access of the own account with it; accounts elsewhere stay."""

from __future__ import annotations

import logging
from datetime import date, datetime

from django.db import transaction

from staffelstab.core import permissions
from staffelstab.core.actors import Actor, system_actor
from staffelstab.core.days import day_of
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.identity.models import Membership
from staffelstab.identity.selectors.actors import valid_on
from staffelstab.identity.services import accounts
from staffelstab.workforce.models import Person

logger = logging.getLogger("staffelstab.workforce.leavers")


@transaction.atomic
def end_access(*, person: Person, last_day: date, now: datetime) -> bool:
    """End the access of the person's own account: at once when the last day is over, else by the clock after it.

    The last administrator keeps it: somebody has to hand it over first. Returns whether an access ends.
    """
    found = Membership.objects.select_related("account").filter(account_id=person.account_id)
    membership = found.filter(valid_on(day_of(now))).first() if person.account_id else None
    if membership is None or (membership.until is not None and membership.until <= last_day):
        return False
    # Personnel ends the person, not the account: what follows from it, the system does.
    actor = system_actor(organisation_id=current_organisation(), reason="person left")
    try:
        with transaction.atomic():
            accounts.end_membership(
                membership=membership,
                actor=actor,
                now=now,
                last_day=last_day if last_day >= day_of(now) else None,
            )
    except accounts.LastAdministrator:
        logger.warning("the last administrator %s has left and keeps the access", membership.account_id)
        return False
    return True


@transaction.atomic
def end_all_access(*, actor: Actor, now: datetime) -> int:
    """End the access of everybody who has left by now: after an import, and once a day. Returns how many.

    Whoever was given access again after the last day keeps it. Raises PermissionRefused.
    """
    permissions.require(actor, "identity.account.manage")
    today = day_of(now)
    since = dict(Membership.objects.filter(valid_on(today)).values_list("account_id", "since"))
    gone = Person.objects.filter(ended_on__lte=today, account_id__in=since).order_by("pk")
    return sum(
        end_access(person=person, last_day=person.ended_on, now=now)
        for person in gone
        if since[person.account_id] < person.ended_on
    )
