"""The protocol of changes in words: who did what when.

Administrators read it with names. Data protection and staff council read that something happened, to what kind of
thing and when, without the names of those who acted or were concerned (docs/adr/0003).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from staffelstab.core import permissions
from staffelstab.core.actors import Actor
from staffelstab.core.models import AuditEntry
from staffelstab.core.ui.paging import keyset_page
from staffelstab.identity.enums import Role

Label = str | Promise


@dataclass(frozen=True, slots=True)
class ObjectType:
    """A kind of thing in the protocol. ``personal`` things are shown without name and values to non-administrators."""

    label: Label
    personal: bool = True


VERBS: dict[str, Label] = {
    "added": _("added"),
    "answered": _("answered"),
    "applied": _("applied"),
    "changed": _("changed"),
    "created": _("created"),
    "edited": _("changed"),
    "ended": _("ended"),
    "joined": _("joined"),
    "left": _("left"),
    "merged": _("merged"),
    "moved": _("moved"),
    "reactivated": _("reactivated"),
    "recorded": _("recorded"),
    "reported": _("reported"),
    "run": _("carried out"),
    "undone": _("undone"),
    "withdrawn": _("withdrawn"),
}

STAFF_ACTIONS = frozenset(f"identity.staffsession.{verb}" for verb in ("looked", "opened", "refused"))
"""What only operating staff do; that it was they is no name."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a change in words; ``value`` turns one stored value into words.

    A ``fact`` says what happened (a count, a choice made): there was no value before it.
    """

    label: Label
    value: Callable[[str], str] = str
    fact: bool = False


_types: dict[str, ObjectType] = {}
_fields: dict[str, Field] = {}


def register_types(types: Mapping[str, ObjectType]) -> None:
    """Name a module's kinds of things by model label (``workforce.task``). AppConfigs call it."""
    _types.update(types)


def register_verbs(verbs: Mapping[str, Label]) -> None:
    """Name further past participles, the last part of an action's code."""
    VERBS.update(verbs)


def register_fields(fields: Mapping[str, Field]) -> None:
    """Name a module's fields by their names in the code. A field nobody names appears under that name.

    ``workforce.task.topic`` counts before ``topic``. ``workforce.task.*`` gives the words for the values of the
    fields nobody names, which then are names themselves (numbers of positions).
    """
    _fields.update(fields)


def types() -> dict[str, ObjectType]:
    """The kinds of things by model label, for the filter."""
    return dict(_types)


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an entry: old and new value as texts; empty where they are not shown or there was none."""

    field: Label
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as the screen shows it."""

    id: UUID
    at: datetime
    who: Label
    verb: Label
    kind: Label
    name: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ProtocolPage:
    """One page of the protocol, newest first."""

    rows: tuple[Entry, ...]
    next: str
    previous: str
    with_names: bool


def protocol_page(*, actor: Actor, query: Mapping[str, str]) -> ProtocolPage:
    """Entries of the actor's organisation. ``query``: kind, day (ISO), who, after, before. Raises PermissionRefused.

    The filter ``who`` counts for those only who may read names.
    """
    permissions.require(actor, "identity.audit.view")
    with_names = permissions.allowed(actor, "identity.audit.names")
    rows = _filtered(query, with_names=with_names)
    # Keys are UUIDv7: their order is that of time.
    page = keyset_page(rows, order=("-pk",), query=query)
    entries = tuple(_entry(row, with_names=with_names) for row in page.rows)
    return ProtocolPage(entries, page.next, page.previous, with_names)


def _filtered(query: Mapping[str, str], *, with_names: bool) -> QuerySet[AuditEntry]:
    rows: QuerySet[AuditEntry] = AuditEntry.objects.all()
    if query.get("kind"):
        rows = rows.filter(object_type=query["kind"])
    day = parse_day(query.get("day", ""))
    if day is not None:
        start = timezone.make_aware(datetime.combine(day, time.min))
        rows = rows.filter(at__gte=start, at__lt=start + timedelta(days=1))
    if with_names and query.get("who", "").strip():
        rows = rows.filter(actor_name__icontains=query["who"].strip())
    return rows


def parse_day(text: str) -> date | None:
    """A day in ISO form; anything else counts as none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _entry(row: AuditEntry, *, with_names: bool) -> Entry:
    kind = _types.get(row.object_type)
    shown = with_names or (kind is not None and not kind.personal)
    return Entry(
        id=row.pk,
        at=row.at,
        who=_who(row, with_names=with_names),
        verb=VERBS.get(row.action.rpartition(".")[2], row.action),
        kind=kind.label if kind else row.object_type,
        name=row.object_name if shown else "",
        changes=tuple(
            _change(row.object_type, name, pair, shown=shown) for name, pair in row.changes.items()
        ),
    )


def _who(row: AuditEntry, *, with_names: bool) -> Label:
    if row.account_id is None:
        return _("System")
    if with_names and row.deputy_for:
        return format_lazy(_("{who}, standing in for {holder}"), who=row.actor_name, holder=row.deputy_for)
    if with_names:
        return row.actor_name
    return _("Operating staff") if row.action in STAFF_ACTIONS else _("A person of the organisation")


def _field(object_type: str, name: str) -> Field:
    named = _fields.get(f"{object_type}.{name}") or _fields.get(name)
    if named is not None:
        return named
    unnamed = _fields.get(f"{object_type}.*")
    return Field(name) if unnamed is None else Field(name, unnamed.value)


def _change(object_type: str, name: str, pair: object, *, shown: bool) -> Change:
    field = _field(object_type, name)
    if not shown or not isinstance(pair, list) or len(pair) != 2:
        return Change(field.label, "", "")
    return Change(field.label, "" if field.fact else _text(field, pair[0]), _text(field, pair[1]))


def _text(field: Field, value: object) -> str:
    if value is None or value in ("", []):
        return "–"
    values = value if isinstance(value, list) else [value]
    return ", ".join(field.value(str(item)) for item in values)


def role_in_words(code: str) -> str:
    """A role as ``accounts.set_roles`` records it: ``role`` or ``role@name of the unit``."""
    role, _at, unit = code.partition("@")
    words = str(Role(role).label) if role in Role.values else role
    return f"{words} ({unit})" if unit else words


def day(stored: str) -> str:
    """A day as services record it (ISO 8601), in the order of the country."""
    return date_format(date.fromisoformat(stored), "SHORT_DATE_FORMAT")


def moment(stored: str) -> str:
    """A point in time as services record it (ISO 8601), in local words."""
    local = datetime.fromisoformat(stored).astimezone(timezone.get_current_timezone())
    return date_format(local, "SHORT_DATETIME_FORMAT")
