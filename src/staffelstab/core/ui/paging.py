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
from django.db import models
from django.db.models import ExpressionWrapper, Model, Q, QuerySet

from staffelstab.core import searching
from staffelstab.core.searching import Found, Search

PAGE_SIZE = 50

MOST_COUNTED = 10_000


def enough(size: int) -> int:
    """Hits a search looks for to fill a page: some may not pass the other conditions of the list."""
    return 2 * (size + 1)


_MOST_KNOWN = 501
"""Hits of a search with very many that are looked up for its count."""


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

    @classmethod
    def within(cls, queryset: QuerySet[Any], fits: Q, *, order: Sequence[str]) -> Count:
        """Count those that fit among the first MOST_COUNTED rows; where the list goes on, say so in a round number."""
        wrapped = ExpressionWrapper(fits, output_field=models.BooleanField())
        first = queryset.annotate(fits=wrapped).order_by(*order)[: MOST_COUNTED + 1]
        found = first.aggregate(read=models.Count("pk"), fit=models.Count("pk", filter=Q(fits=True)))
        if found["read"] <= MOST_COUNTED:
            return cls(found["fit"])
        return cls.above(found["fit"])

    @classmethod
    def above(cls, known: int) -> Count:
        """More than a round number, when there are `known` at least."""
        below = max(known - 1, 0)
        return cls(below // 100 * 100 if below >= 100 else below, more=True)

    def __bool__(self) -> bool:
        return self.number > 0 or self.more


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
    search: Search | None = None,
    found: Found | None = None,
) -> Page[Row]:
    """The page of `queryset` that the parameters ``after`` / ``before`` of `query` ask for.

    `order` are field or annotation names (``-`` for descending) that are never NULL; a unique one (``pk``) comes
    last. Costs one query that reads at most `size` + 1 rows, and with `counted` one that counts. With `search`, those
    rows of it that fit: one or two statements more, so that what many rows have is not read through the whole list.
    `found`: what the search has found already, asked for :func:`enough` hits.
    """
    sought = None
    if search is not None:
        sought = _Sought(queryset, search, tuple(order), size, found or search.found(most=enough(size)))
    if sought is not None:
        queryset = sought.narrowed()
    backwards = "before" in query
    fields = _reversed(order) if backwards else list(order)
    values = _decode(query.get("before" if backwards else "after", ""), len(order))
    try:
        rows = None if sought is None else sought.rows(values, backwards=backwards)
        if rows is None:
            page = queryset.order_by(*fields)
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
        count=(sought.count() if sought else Count.of(queryset)) if counted else Count(0),
    )


@dataclass(frozen=True, slots=True)
class _Sought[Row: Model]:
    """A list in which something is searched for. `found`: all of it or, where it is much, what comes first."""

    whole: QuerySet[Row]
    search: Search
    order: tuple[str, ...]
    size: int
    found: Found

    def narrowed(self) -> QuerySet[Row]:
        """The rows that fit, for a statement of its own."""
        fits = searching.among(self.found.keys) if self.found.complete else self.search.plain
        return self.whole.filter(fits)

    def rows(self, values: Sequence[object] | None, *, backwards: bool) -> list[Row] | None:
        """Up to `size` + 1 rows beyond `values` where many fit, without reading the rest; None where that cannot be."""
        found, most = self.found, enough(self.size)
        if found.complete or self.order != searching.ORDER:
            return None
        if values:
            found = self.search.found(most=most, after=values, backwards=backwards)
        fields = _reversed(self.order) if backwards else self.order
        page = self.whole.filter(searching.among(found.keys)).order_by(*fields)
        if found.complete and values:
            page = page.filter(_beyond(fields, values))
        rows = list(page[: self.size + 1])
        # Other conditions of the list may have dropped some of the hits; then there are more to come.
        finished = found.complete or len(rows) > self.size or len(found.keys) < most
        return rows if finished else None

    def count(self) -> Count:
        """How many fit; bounded where many do."""
        if self.found.complete or not self.found.total:
            return Count.of(self.narrowed())
        if self.found.known:
            # Some of them may not pass the other conditions of the list.
            known = searching.among(self.found.known[:_MOST_KNOWN])
            return Count.above(self.whole.filter(known).order_by().count())
        return Count.within(self.whole, self.search.plain, order=self.order)
