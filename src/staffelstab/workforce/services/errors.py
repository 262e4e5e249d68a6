"""What the services of this module refuse, each with its reason."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from staffelstab.core.errors import DomainError, Stale

__all__ = [
    "AccountTaken",
    "AlreadyEnded",
    "ChangedMeanwhile",
    "DayOutOfBounds",
    "EndsBeforeStart",
    "HoldingBeganLater",
    "HoldingEnded",
    "HoldingTwice",
    "LiesAhead",
    "NotOurAccount",
    "NothingSelected",
    "PersonnelNumberTaken",
    "PositionEnded",
    "PositionNumberTaken",
    "PositionTwice",
    "QuarterAndBand",
    "ReadyNeedsDeputy",
    "SamePosition",
    "SameUnit",
    "ShareOutOfRange",
    "TaskKeyTaken",
    "TasksNotYours",
    "TooManySelected",
    "UnitCodeTaken",
    "UnitCycle",
    "UnitEnded",
    "UnitInUse",
]


class ChangedMeanwhile(Stale):
    """The entry has changed since the form was opened; ``changed_at`` says when. Nothing was written."""


class UnitCodeTaken(DomainError):
    code = "workforce.unit.code_taken"
    template = _("There is already a unit with the code “%(code)s”.")


class UnitCycle(DomainError):
    code = "workforce.unit.cycle"
    template = _("A unit cannot lie below itself: choose a unit outside of it.")


class UnitEnded(DomainError):
    code = "workforce.unit.ended"
    template = _("The unit “%(unit)s” has ended. Choose one that exists today.")


class SameUnit(DomainError):
    code = "workforce.unit.same"
    template = _("Choose another unit: these are the same.")


class UnitInUse(DomainError):
    """The unit still holds something active; ``units``, ``positions`` and ``tasks`` count it."""

    code = "workforce.unit.in_use"
    template = _(
        "The unit still holds %(units)s sub-units, %(positions)s positions and %(tasks)s tasks. "
        "Merge it into another unit, or move them first."
    )


class PositionNumberTaken(DomainError):
    code = "workforce.position.number_taken"
    template = _("There is already a position with the number “%(number)s”.")


class PositionEnded(DomainError):
    code = "workforce.position.ended"
    template = _("The position “%(position)s” has ended. Choose one that exists today.")


class SamePosition(DomainError):
    code = "workforce.position.same"
    template = _("Choose another position: these are the same.")


class PersonnelNumberTaken(DomainError):
    code = "workforce.person.number_taken"
    template = _("There is already a person with this personnel number.")


class AccountTaken(DomainError):
    code = "workforce.person.account_taken"
    template = _("This account already belongs to another person.")


class NotOurAccount(DomainError):
    code = "workforce.person.not_our_account"
    template = _("This account does not belong to your organisation.")


class HoldingTwice(DomainError):
    code = "workforce.holding.twice"
    template = _("This person already holds this position from the same day on.")


class EndsBeforeStart(DomainError):
    code = "workforce.holding.ends_before_start"
    template = _("The last day lies before the first day.")


class HoldingBeganLater(EndsBeforeStart):
    """A holding that should end with its person or position began after the last day; ``day`` is its first one."""

    code = "workforce.holding.began_later"
    template = _(
        "The holding of the position “%(position)s” began only on %(day)s and cannot end before that. "
        "Check the last day you gave. If it is right, correct the first day of this holding first."
    )


class HoldingEnded(DomainError):
    code = "workforce.holding.ended"
    template = _("This holding already ended on %(day)s. If that day is wrong, edit the holding.")


class DayOutOfBounds(DomainError):
    code = "workforce.day_out_of_bounds"
    template = _("%(day)s cannot be right. Give a day between %(first)s and %(last)s.")


class LiesAhead(DomainError):
    code = "workforce.lies_ahead"
    template = _("This day lies ahead. A position can be ended today or on an earlier day.")


class ShareOutOfRange(DomainError):
    code = "workforce.holding.share"
    template = _("The share is more than 0 and at most 100 percent.")


class QuarterAndBand(DomainError):
    code = "workforce.holding.quarter_and_band"
    template = _("Give either a quarter or a band, not both.")


class TaskKeyTaken(DomainError):
    code = "workforce.task.key_taken"
    template = _("There is already a task with the key “%(key)s”.")


class AlreadyEnded(DomainError):
    code = "workforce.already_ended"
    template = _("“%(name)s” has already ended.")


class PositionTwice(DomainError):
    code = "workforce.responsibility.position_twice"
    template = _("A position has one part in a task: it is named twice here.")


class ReadyNeedsDeputy(DomainError):
    code = "workforce.responsibility.ready_needs_deputy"
    template = _("Only a deputy can be marked as ready.")


class NothingSelected(DomainError):
    code = "workforce.bulk.nothing"
    template = _("No task is selected.")


class TooManySelected(DomainError):
    code = "workforce.bulk.too_many"
    template = _("At most %(limit)s tasks can be changed at once. Narrow the list with a filter.")


class TasksNotYours(DomainError):
    """Some of the selected tasks have ended, or lie outside the units of the actor's role."""

    code = "workforce.bulk.not_yours"
    template = _(
        "%(count)s of the selected tasks have ended or do not lie in your area. Nothing was changed."
    )
