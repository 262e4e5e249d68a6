"""Where the roles that keep no tasks of their own begin: places to look after or to look at, each with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staffelstab.core.actors import Actor
from staffelstab.identity.enums import Role
from staffelstab.portal.models import BarrierReport
from staffelstab.portal.selectors.due import Due


def duties(actor: Actor) -> list[Due]:
    """What the actor looks after as administrator, or reads for data protection and the staff council."""
    if Role.ADMINISTRATOR in actor.roles:
        return list(_of_administrators())
    if Role.PRIVACY in actor.roles:
        return list(_of_privacy())
    return []


def _place(icon: str, title: str, note: str, name: str) -> Due:
    return Due(icon, title, note, reverse(name), _("View"))


def _of_administrators() -> Iterator[Due]:
    yield _place(
        "person",
        _("Accounts and roles"),
        _("Who has access, which invitations are still open, who stands in for whom."),
        "identity:account_list",
    )
    yield _place(
        "lock",
        _("Signing in"),
        _("Whether your house demands a second factor, and of which roles."),
        "identity:security_edit",
    )
    yield _place(
        "clock",
        _("Retention"),
        _("What is kept how long, and what is deleted next."),
        "identity:retention_list",
    )
    yield _place(
        "document",
        _("Protocol"),
        _("Who changed what and when; access by the operating staff among it."),
        "identity:audit_list",
    )


def _of_privacy() -> Iterator[Due]:
    yield _place(
        "document",
        _("Evaluation catalogue"),
        _("Every evaluation the system makes: from what, for whom, and how persons are protected."),
        "portal:evaluation_list",
    )
    yield _place(
        "clock",
        _("Retention"),
        _("What is kept how long, and what is deleted next."),
        "identity:retention_list",
    )
    yield _place(
        "eye",
        _("Access by the operating staff"),
        _("When the operating staff was in your organisation, and why."),
        "identity:staff_list",
    )
    yield _place("history", _("Protocol"), _("What was changed when, without names."), "identity:audit_list")
    yield _place(
        "person",
        _("What the system stores about you"),
        _("What everybody can read about themselves, shown with your own data."),
        "portal:stored_show",
    )


def open_barriers(today: date) -> list[Due]:
    """One line for all reported barriers without an answer."""
    found = BarrierReport.objects.filter(answered_at=None).aggregate(
        count=Count("pk"), first=Min("answer_by")
    )
    count = found["count"]
    if not count:
        return []
    day = date_format(found["first"], "SHORT_DATE_FORMAT")
    note = (
        _("The answer was due on %(day)s.") if found["first"] < today else _("The answer is due on %(day)s.")
    )
    return [
        Due(
            icon="warning",
            title=ngettext(
                "%(count)s reported barrier has no answer yet",
                "%(count)s reported barriers have no answer yet",
                count,
            )
            % {"count": count},
            note=note % {"day": day},
            url=reverse("portal:barrier_list"),
            action=_("Answer"),
            things=count,
        )
    ]
