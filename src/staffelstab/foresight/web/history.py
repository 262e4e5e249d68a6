"""The history of an entry, as the page shows it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from staffelstab.core.models import AuditEntry
from staffelstab.core.ui.tables import Text


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change: when, who, and for each field its name with the old and the new value."""

    at: dt.datetime
    who: str
    fields: tuple[tuple[Text, object, object], ...]


def changes(
    entries: Iterable[AuditEntry], *, labels: Mapping[str, Text], show: Callable[[str, object], object]
) -> list[Change]:
    """The entries with fields and values in words, in the order of the labels; others are left out."""
    return [
        Change(
            at=entry.at,
            who=entry.actor_name,
            fields=tuple(
                (label, show(name, entry.changes[name][0]), show(name, entry.changes[name][1]))
                for name, label in labels.items()
                if name in entry.changes
            ),
        )
        for entry in entries
    ]
