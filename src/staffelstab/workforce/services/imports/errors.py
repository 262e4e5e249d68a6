"""Anticipated refusals of imports."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from staffelstab.core.errors import DomainError

FAILURE: Final = gettext_noop("The import stopped because of an internal error. Nothing was changed.")
"""Kept in ``Import.failure``, as all reasons are, and translated where it is shown."""

UNDO_FAILURE: Final = gettext_noop("Undoing stopped because of an internal error. Please try again later.")


class ImportTooLarge(DomainError):
    """The uploaded file is larger than the installation allows."""

    code = "workforce.import.too_large"
    template = _(
        "The file is larger than %(limit)s MB. Split it by sheet and import the parts one after the other."
    )


class ImportNotPossible(DomainError):
    """The import is not in a state in which the step makes sense: a second click, an old page."""

    code = "workforce.import.not_possible"
    status = 409
    template = _("This import is “%(state)s” by now. Please look at its page again.")


class ImportBusy(DomainError):
    """Another import of the organisation is being applied or undone."""

    code = "workforce.import.busy"
    status = 409
    template = _(
        "Another import (“%(name)s”, %(actor)s) is being applied or undone right now. Please wait until it has "
        "finished, then check the preview again."
    )


class ImportOutdated(DomainError):
    """A newer import was applied: undoing this one would break what came after it."""

    code = "workforce.import.outdated"
    status = 409
    template = _("A newer import has been applied since. Only the latest one can be undone.")


class UndoBlocked(DomainError):
    """Other data refer to rows that the import created."""

    code = "workforce.import.undo_blocked"
    status = 409
    template = _(
        "The import cannot be undone: other entries, for example measures, already refer to what it created. "
        "Delete those first, or correct the register by hand."
    )


class UndoClosesCircle(UndoBlocked):
    """People have moved units since: with their former places back, some would lie below themselves."""

    code = "workforce.import.undo_closes_circle"
    template = _(
        "The import cannot be undone: units have been moved by hand since, and with their former places some would "
        "lie below themselves. Move those units back first, or correct the register by hand."
    )
