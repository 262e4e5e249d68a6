"""The history of one object in words: who changed what, when. Personal values stay masked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.db import models
from django.db.models import Choices
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from staffelstab.core import audit, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.models import AuditEntry
from staffelstab.core.ui.paging import Page, keyset_page
from staffelstab.identity.selectors.protocol import Field
from staffelstab.vocabulary.enums import Topic
from staffelstab.workforce.domain.quarters import quarter_label
from staffelstab.workforce.enums import Criticality, ExitBand, ImportTable, PositionRisk, ResponsibilityKind

VIEW = "workforce.history.view"

ACTIONS: Final[Mapping[str, Promise]] = {
    "created": gettext_lazy("created"),
    "edited": gettext_lazy("changed"),
    "moved": gettext_lazy("moved"),
    "merged": gettext_lazy("merged into another unit"),
    "enlarged": gettext_lazy("took over another unit"),
    "ended": gettext_lazy("ended"),
    "reactivated": gettext_lazy("taken up again"),
    "linked": gettext_lazy("account linked"),
    "unlinked": gettext_lazy("account unlinked"),
    "exit_set": gettext_lazy("exit horizon entered"),
    "withdrawn": gettext_lazy("withdrawn before it began"),
    "handed_over": gettext_lazy("handed over to another position"),
    "responsibilities_changed": gettext_lazy("responsibilities changed"),
}

PROTOCOL_VERBS: Final[Mapping[str, Promise]] = {
    **{verb: ACTIONS[verb] for verb in ("enlarged", "exit_set", "handed_over", "responsibilities_changed")},
    "uploaded": gettext_lazy("uploaded"),
    "undo_requested": gettext_lazy("to be undone"),
    "confirmed": gettext_lazy("confirmed"),
    "discarded": gettext_lazy("discarded"),
}

FIELDS: Final[Mapping[str, Promise]] = {
    "account_id": gettext_lazy("Account"),
    "audience": gettext_lazy("Audience"),
    "code": pgettext_lazy("unit", "Code"),
    "criticality": gettext_lazy("Criticality"),
    "deadline": gettext_lazy("Statutory deadline"),
    "email": gettext_lazy("E-mail"),
    "ended_on": gettext_lazy("Ended on"),
    "ends_on": gettext_lazy("Last day"),
    "exit_band": gettext_lazy("Exit band"),
    "exit_fixed": gettext_lazy("Exit is fixed"),
    "exit_quarter": gettext_lazy("Exit quarter"),
    "first_name": gettext_lazy("First name"),
    "frequency": gettext_lazy("Frequency"),
    "holdings": gettext_lazy("Holdings ended"),
    "is_lead": gettext_lazy("Leads the unit"),
    "key": gettext_lazy("Key"),
    "last_day": gettext_lazy("Last day"),
    "last_name": gettext_lazy("Last name"),
    "merged_from": gettext_lazy("Taken over"),
    "merged_into": gettext_lazy("Merged into"),
    "minimum_holders": gettext_lazy("Minimum number of holders"),
    "name": gettext_lazy("Name"),
    "number": gettext_lazy("Position number"),
    "parent": gettext_lazy("Parent unit"),
    "personnel_number": gettext_lazy("Personnel number"),
    "position": gettext_lazy("Position"),
    "position_risk": gettext_lazy("Position risk"),
    "positions": gettext_lazy("Positions"),
    "product": gettext_lazy("Product"),
    "purpose": gettext_lazy("Purpose"),
    "role_grants": gettext_lazy("Roles"),
    "service_key": gettext_lazy("Service key"),
    "share": gettext_lazy("Share"),
    "starts_on": gettext_lazy("First day"),
    "successor": gettext_lazy("Successor position"),
    "tasks": gettext_lazy("Tasks"),
    "title": gettext_lazy("Title"),
    "topic": gettext_lazy("Topic"),
    "unit": gettext_lazy("Unit"),
    "units": gettext_lazy("Sub-units"),
}

CHOICES: Final[Mapping[str, type[Choices]]] = {
    "criticality": Criticality,
    "exit_band": ExitBand,
    "position_risk": PositionRisk,
    "topic": Topic,
}

DATES: Final = frozenset({"ended_on", "ends_on", "last_day", "starts_on"})
NUMBERS: Final = frozenset({"criticality", "exit_quarter", "position_risk"})
READY_DEPUTY: Final = gettext_lazy("Deputy, ready")


@dataclass(frozen=True, slots=True)
class Change:
    """One field: its name, the old and the new value in words (``–`` for nothing)."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry of the trail in words."""

    at: dt.datetime
    who: str
    what: str
    changes: tuple[Change, ...]


def _words(name: str, value: object) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    labels: Mapping[object, object] = dict(CHOICES[name].choices) if name in CHOICES else {}
    if name not in FIELDS:
        # The only other names are those of positions: their part in a task.
        labels = {**dict(ResponsibilityKind.choices), "deputy_ready": READY_DEPUTY}
    return str(labels.get(value, _plain_words(name, value)))


def _plain_words(name: str, value: object) -> str:
    if name == "account_id":
        return _("linked")
    if name == "exit_quarter" and isinstance(value, int):
        return quarter_label(value)
    if name in DATES and isinstance(value, str) and (day := parse_date(value)):
        return date_format(day, "SHORT_DATE_FORMAT")
    return str(value)


def stored_words(name: str, text: str) -> str:
    """One value of a field in words, from the text the protocol of the whole organisation hands over."""
    if text in ("True", "False"):
        return _words(name, text == "True")
    return _words(name, int(text) if text.isdecimal() and name in NUMBERS else text)


COUNTS: Final[Mapping[str, Promise]] = {
    "new": gettext_lazy("%(count)s new"),
    "changed": gettext_lazy("%(count)s changed"),
    "ended": gettext_lazy("%(count)s ended"),
}


def counts_in_words(text: str) -> str:
    """What an import did to one sheet, as the trail keeps it (``2 new, 0 changed, 1 ended``), in words."""
    found = [part.split(" ", 1) for part in text.split(", ")]
    shown = [str(COUNTS[what]) % {"count": count} for count, what in found if count != "0"]
    return ", ".join(shown) or _("unchanged")


def _import_fields() -> dict[str, Field]:
    facts: dict[str, Promise] = {
        "removed": gettext_lazy("New entries removed"),
        "restored": gettext_lazy("Changed entries restored"),
        "kept": gettext_lazy("Kept, because changed by hand or still needed"),
    }
    return {
        "end_missing": Field(
            gettext_lazy("End what the file does not contain"),
            partial(stored_words, "end_missing"),
            fact=True,
        ),
        **{name: Field(label, fact=True) for name, label in facts.items()},
        **{table.value: Field(table.label, counts_in_words, fact=True) for table in ImportTable},
    }


def protocol_fields() -> dict[str, Field]:
    """The fields of the register for the protocol of the whole organisation, by model label and name."""
    named: dict[str, Promise | str] = {**FIELDS, "*": ""}
    register = {
        f"workforce.{model}.{name}": Field(label, partial(stored_words, name))
        for model in ("unit", "position", "person", "holding", "task")
        for name, label in named.items()
    }
    return register | {f"workforce.import.{name}": field for name, field in _import_fields().items()}


def _line(entry: AuditEntry) -> HistoryLine:
    verb = entry.action.rpartition(".")[2]
    changes = tuple(
        Change(str(FIELDS.get(name, name)), _words(name, old), _words(name, new))
        for name, (old, new) in entry.changes.items()
    )
    return HistoryLine(entry.at, entry.actor_name, str(ACTIONS.get(verb, verb)), changes)


def history_page(*, actor: Actor, obj: models.Model, query: Mapping[str, str]) -> Page[HistoryLine]:
    """One page of the history, newest first. Raises PermissionRefused. One statement."""
    permissions.require(actor, VIEW, obj)
    page = keyset_page(audit.history(obj), order=("-pk",), query=query)
    return Page(rows=tuple(_line(row) for row in page.rows), next=page.next, previous=page.previous)


def latest(*, actor: Actor, obj: models.Model, count: int = 3) -> tuple[HistoryLine, ...] | None:
    """The latest lines; None for those who may not see the history."""
    if not actor.may(VIEW, obj):
        return None
    return tuple(_line(row) for row in audit.history(obj)[:count])
