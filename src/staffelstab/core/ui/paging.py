"""Keyset paging: the cost of a page does not grow with the number of rows before it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet

PAGE_SIZE = 50


MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a list has; `more`: that many at least, nobody counted on."""

    number: int
    more: bool = False

    @classmethod
    def of(cls, queryset: QuerySet[Any]) -> Count:
        """Count up to MOST_COUNTED rows: nobody reads a longer list to its end, and counting one takes its time."""
        found = queryset.order_by()[: MOST_COUNTED + 1].count()
        return cls(min(found, MOST_COUNTED), found > MOST_COUNTED)

    def __bool__(self) -> bool:
        return self.number > 0


@dataclass(frozen=True, kw_only=True)
class Page[Row]:
    """One page of rows. `next` and `previous` are cursors for the parameters ``after`` and ``before``.

    `count`: of all rows, where it was asked for.
    """

    rows: tuple[Row, ...]
    next: str
    previous: str
    count: Count = Count(0)


def _encode(row: object, fields: Sequence[str]) -> str:
    values = [_value(row, field.lstrip("-")) for field in fields]
    text = json.dumps(values, cls=DjangoJSONEncoder, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _value(row: object, path: str) -> object:
    value: Any = row
    for name in path.split("__"):
        value = getattr(value, name)
    return value


def _decode(cursor: str, count: int) -> list[object] | None:
    """Values of a cursor, or None when it is empty or not one of ours (an old link then shows page one)."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        return None
    if not isinstance(values, list) or len(values) != count:
        return None
    return values if all(_is_scalar(value) for value in values) else None


def _is_scalar(value: object) -> bool:
    # PostgreSQL refuses NUL in text.
    return "\0" not in value if isinstance(value, str) else isinstance(value, int | float | bool)


def _beyond(fields: Sequence[str], values: Sequence[object]) -> Q:
    """Rows that come strictly after `values` in the order `fields`."""
    condition = Q()
    for index, field in enumerate(fields):
        name, descending = field.lstrip("-"), field.startswith("-")
        same = {each.lstrip("-"): value for each, value in zip(fields[:index], values, strict=False)}
        condition |= Q(**same, **{f"{name}__{'lt' if descending else 'gt'}": values[index]})
    # The leading column alone narrows the index scan; the rest of the condition decides among equals.
    first, descending = fields[0].lstrip("-"), fields[0].startswith("-")
    return Q(**{f"{first}__{'lte' if descending else 'gte'}": values[0]}) & condition


def _reversed(fields: Sequence[str]) -> list[str]:
    return [field[1:] if field.startswith("-") else f"-{field}" for field in fields]


def keyset_page[Row: Model](
    queryset: QuerySet[Row],
    *,
    order: Sequence[str],
    query: Mapping[str, str],
    size: int = PAGE_SIZE,
    counted: bool = False,
) -> Page[Row]:
    """The page of `queryset` that the parameters ``after`` / ``before`` of `query` ask for.

    `order` are field or annotation names (``-`` for descending) that are never NULL; a unique one (``pk``) comes
    last. Costs one query that reads at most `size` + 1 rows, and with `counted` one that counts.
    """
    backwards = "before" in query
    fields = _reversed(order) if backwards else list(order)
    values = _decode(query.get("before" if backwards else "after", ""), len(order))
    page = queryset.order_by(*fields)
    try:
        rows = list((page.filter(_beyond(fields, values)) if values else page)[: size + 1])
    except (ValidationError, ValueError):
        # The cursor was made for another sort order: start at the first page.
        values, backwards = None, False
        rows = list(queryset.order_by(*order)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_next = bool(rows) and (more or bool(values)) if backwards else more
    has_previous = bool(rows) and (more if backwards else bool(values))
    return Page(
        rows=tuple(rows),
        next=_encode(rows[-1], order) if has_next else "",
        previous=_encode(rows[0], order) if has_previous else "",
        count=Count.of(queryset) if counted else Count(0),
    )
