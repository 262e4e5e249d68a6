"""What the page frame shows of the account: the organisations to switch to, the roles beside the name."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from staffelstab.core.ui.context import OrganisationChoice
from staffelstab.identity.enums import Role
from staffelstab.identity.selectors.actors import House, seats

SHOWN_ROLES = 2


def organisation_choices(request: HttpRequest) -> list[OrganisationChoice]:
    """The organisations of the account. No query for the many who have one only."""
    house: House | None = request.house  # type: ignore[attr-defined]
    if house is not None and house.seats < 2:
        return []
    today = timezone.localdate(request.now)  # type: ignore[attr-defined]  # noqa: TID251 - the request's clock
    found = seats(actor=request.actor, today=today)  # type: ignore[attr-defined]
    return [
        OrganisationChoice(value=str(seat.organisation_id), name=seat.name, current=seat.active)
        for seat in found
    ]


def account_note(request: HttpRequest) -> str:
    """The actor's roles in words, the first two and how many more; *employee* only where it is the only one."""
    held = request.actor.roles  # type: ignore[attr-defined]
    names = [str(role.label) for role in Role if role in held and (len(held) == 1 or role != Role.EMPLOYEE)]
    more = len(names) - SHOWN_ROLES
    return ", ".join(names[:SHOWN_ROLES]) + (f" +{more}" if more > 0 else "")
