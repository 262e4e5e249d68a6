"""How long the register keeps what has ended."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from staffelstab.core import retention
from staffelstab.workforce.enums import ImportState
from staffelstab.workforce.models import Holding, Import, Person

_OPEN = (ImportState.UPLOADED, ImportState.CHECKING, ImportState.APPLYING, ImportState.UNDOING)


def _persons_who_left() -> QuerySet[Any]:
    open_ones = Holding.objects.filter(person=OuterRef("pk"), ends_on__isnull=True)
    last = Holding.objects.filter(person=OuterRef("pk")).order_by("-ends_on").values("ends_on")[:1]
    # PostgreSQL's GREATEST passes over what is not known: whoever held nothing has a last day all the same.
    left_on = Greatest(Subquery(last), F("ended_on"))
    persons: QuerySet[Any] = Person.objects.filter(~Exists(open_ones)).annotate(left_on=left_on)
    return persons.filter(left_on__isnull=False)


def _delete_persons(rows: QuerySet[Any]) -> int:
    found = list(rows.values_list("pk", flat=True))
    Holding.objects.filter(person_id__in=found).delete()
    Person.objects.filter(pk__in=found).delete()
    return len(found)


def _ended_holdings() -> QuerySet[Holding]:
    """All but the last of each person, which goes with the person. A post for a limited time has an end, too."""
    later = Holding.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=OuterRef("ends_on")), person=OuterRef("person_id")
    )
    return Holding.objects.filter(Exists(later), ends_on__isnull=False)


def _finished_imports() -> QuerySet[Import]:
    return Import.objects.exclude(state__in=_OPEN)


def _delete_imports(rows: QuerySet[Any]) -> int:
    for name in rows.values_list("stored_as", flat=True):
        if name:
            transaction.on_commit(partial(default_storage.delete, name))
    return retention.delete_rows(rows)


RULES = (
    retention.Rule(
        code="workforce.person",
        label=_("Persons who have left"),
        gone=_("Name, personnel number, e-mail and all postings of persons who hold no position any more."),
        reason=_("For questions after a departure; the figures of the house rest on current postings only."),
        rows=_persons_who_left,
        moment="left_on",
        default_days=1095,
        minimum_days=30,
        delete=_delete_persons,
    ),
    retention.Rule(
        code="workforce.holding",
        label=_("Ended postings"),
        gone=_("Former postings with their exit horizon; the last one of a person goes with the person."),
        reason=_("To see who can be asked about a former field of work."),
        rows=_ended_holdings,
        moment="ends_on",
        default_days=1095,
        minimum_days=30,
    ),
    retention.Rule(
        code="workforce.import",
        label=_("Uploaded files"),
        gone=_(
            "Uploaded registers with their preview and what is needed to undo them; what they changed stays."
        ),
        reason=_("To undo an import and to explain where a change came from."),
        rows=_finished_imports,
        moment="created_at",
        default_days=180,
        minimum_days=1,
        delete=_delete_imports,
    ),
)
