"""Search in a list of the house at a cost that follows the page, not the list (docs/adr/0013).

A table has a function of the owner, made by :func:`function`, that returns keys of the active organisation's rows: all
that fit when they are few, else the first ones beyond a place in the list's order. :class:`Search` asks it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import BooleanField, Expression, F, Func, Q, UUIDField, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from staffelstab.core.sorting import sort_key

FEW: Final = 2000
"""Rows a search may find before the list is read in its order instead."""

STEP: Final = 2000
"""Rows of the list that are read before an index is asked."""

ORDER: Final = ("sort_key", "pk")
"""The order in which the functions walk."""

RARE_PART: Final = """
CREATE OR REPLACE FUNCTION core_rare_part(word text, sample text) RETURNS text LANGUAGE plpgsql IMMUTABLE
    SET search_path = public, pg_temp AS $$
DECLARE
    part text := word;
BEGIN
    WHILE length(part) > 3 AND length(sample) - length(replace(sample, left(part, 3), '')) > 30 LOOP
        part := substr(part, 2);
    END LOOP;
    WHILE length(part) > 3 AND length(sample) - length(replace(sample, right(part, 3), '')) > 30 LOOP
        part := left(part, -1);
    END LOOP;
    RETURN part;
END $$
"""
"""The word without those three letters at its ends that occur more than ten times in the sample: for each of them the
index would read all rows that have them."""

_FUNCTION: Final = """
CREATE OR REPLACE FUNCTION {table}_found(words text[], spellings text[], extra text, after text, after_id uuid,
    backwards boolean, most integer, few integer, step integer,
    OUT keys uuid[], OUT total integer, OUT complete boolean, OUT known uuid[])
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    SET enable_seqscan = off SET enable_bitmapscan = off SET enable_indexscan = on SET jit = off AS $$
DECLARE
    house uuid := NULLIF(current_setting('staffelstab.organisation', true), '')::uuid;
    here text := 'FROM public.{table} WHERE organisation_id = $1';
    sorted text := CASE WHEN backwards THEN ' ORDER BY sort_key DESC, id DESC' ELSE ' ORDER BY sort_key, id' END;
    beyond text := '';
    plain text;
    indexed text;
    exact boolean := true;
    sample text;
    one text;
    other text;
    seen integer;
BEGIN
{plain}
    IF after IS NOT NULL THEN
        beyond := format(' AND (sort_key, id) %s (%L::text, %L::uuid)', CASE WHEN backwards THEN '<' ELSE '>' END,
            after, after_id);
    END IF;
    -- What is common is found in the next rows of the list, at once; an index would collect all of it first.
    EXECUTE 'SELECT coalesce(array_agg(id' || sorted || ') FILTER (WHERE ' || plain || '), ''{{}}''), count(*)'
        || ' FROM (SELECT * ' || here || beyond || sorted || ' LIMIT $2) next' INTO keys, seen USING house, step;
    total := cardinality(keys);
    complete := seen < step AND after IS NULL;
    IF complete THEN
        RETURN;
    END IF;
    IF seen < step OR total >= most THEN
        keys := keys[1:most];
        RETURN;
    END IF;
    EXECUTE 'SELECT string_agg(left({searched}, 200), '' '') FROM (SELECT * ' || here || sorted || ' LIMIT 200) first'
        INTO sample USING house;
{indexed}
    IF indexed IS NULL THEN
        total := 0;
        here := here || ' AND (' || plain || ')' || beyond || sorted;
        EXECUTE 'SELECT coalesce(array_agg(id' || sorted || '), ''{{}}'')'
            || ' FROM (SELECT id, sort_key ' || here || ' LIMIT $2) page' INTO keys USING house, most;
        RETURN;
    END IF;
    -- Until the end of the function. PostgreSQL guesses badly how many rows a LIKE finds.
    PERFORM set_config('enable_bitmapscan', 'on', true), set_config('enable_indexscan', 'off', true);
    here := here || ' AND (' || indexed || ')' || CASE WHEN exact THEN '' ELSE ' AND (' || plain || ')' END;
    EXECUTE 'WITH hit AS MATERIALIZED (SELECT id, sort_key ' || here || '),'
        || ' part AS (SELECT array_agg(id) AS ids, count(*) AS size FROM (SELECT id FROM hit LIMIT $2 + 1) beginning)'
        || ' SELECT size, ids, CASE WHEN size > $2 THEN (SELECT array_agg(id' || sorted || ') FROM (SELECT id, sort_key'
        || ' FROM hit WHERE true' || beyond || sorted || ' LIMIT $3) page) ELSE ids END FROM part'
        INTO total, known, keys USING house, few, most;
    keys := coalesce(keys, '{{}}');
    complete := total <= few;
END $$
"""


def function(table: str, *, searched: str, plain: str, indexed: str) -> str:
    """The SQL of ``{table}_found`` for a table with ``organisation_id``, ``sort_key`` and ``id``.

    `searched` is an expression over the table's columns: the texts that are searched. `plain` and `indexed` are
    PL/pgSQL that sets the variables of these names to conditions, values quoted, from ``words``, ``spellings`` and
    ``extra``: the first is true of the rows that fit, the second narrows them by what an index knows, or is NULL where
    none can help; `indexed` clears ``exact`` where it does so to more than those that fit.
    """
    return _FUNCTION.format(
        table=table, searched=searched, plain=plain.strip("\n"), indexed=indexed.strip("\n")
    )


@dataclass(frozen=True, slots=True)
class Found:
    """Keys a search has found: all of them (`complete`), else the first in the order of the list.

    `total`: how many there are, at least; 0 when nobody knows without reading the list. `known`: keys of that many,
    where the index was asked.
    """

    keys: Sequence[UUID]
    total: int
    complete: bool
    known: Sequence[UUID] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is searched for. `plain`: the same as a condition of a queryset, true of exactly the rows that fit."""

    table: str
    words: tuple[str, ...]
    spellings: tuple[str, ...]
    extra: str
    plain: Q

    def found(self, *, most: int, after: Sequence[object] = (None, None), backwards: bool = False) -> Found:
        """All rows, when they are FEW at most; else the first `most` beyond `after`. One statement.

        `after`: values of ORDER. Raises ValidationError when they are of another order.
        """
        key, identity = after
        if key is not None and not isinstance(key, str):
            raise ValidationError("not a sort key")
        place = [key, None if identity is None else UUIDField().to_python(identity)]
        with connection.cursor() as cursor:
            statement, values = _statement(self, *place, backwards, most)
            cursor.execute(statement, values)
            return Found(*cursor.fetchone())

    def condition(self) -> Q:
        """The rows that fit, for a list in another order or one that is read to its end. One statement."""
        found = self.found(most=STEP // 20)
        return among(found.keys) if found.complete else self.plain


def _statement(search: Search, *place: Any) -> tuple[str, list[Any]]:
    statement = f"SELECT * FROM {search.table}_found(%s::text[], %s::text[], %s, %s, %s, %s, %s, %s, %s)"  # noqa: S608
    return statement, [list(search.words), list(search.spellings), search.extra, *place, FEW, STEP]


def found_together(searches: Sequence[Search], *, most: int) -> list[Found]:
    """What :meth:`Search.found` finds from the beginning of each list. One statement for all."""
    asked = [_statement(search, None, None, False, most) for search in searches]
    parts = [f"SELECT {place}, part.* FROM ({text}) part" for place, (text, _values) in enumerate(asked)]  # noqa: S608
    values = [each for _text, several in asked for each in several]
    with connection.cursor() as cursor:
        cursor.execute(f"{' UNION ALL '.join(parts)} ORDER BY 1", values)
        return [Found(*row[1:]) for row in cursor.fetchall()]


_SPELT_OUT: Final = (("ae", "a"), ("oe", "o"), ("ue", "u"))


def spellings(word: str) -> list[str]:
    """The folded word, and as if its ae, oe, ue were umlauts: *gebuehr* finds *Gebühr*. One or two."""
    folded = word
    for written, letter in _SPELT_OUT:
        folded = folded.replace(written, letter)
    return sorted({word, folded})


def contains_word(field: str, word: str) -> Q:
    """Rows whose folded `field` contains the folded word in one of its spellings."""
    either = Q()
    for spelling in spellings(word):
        either |= Q(**{f"{field}__contains": spelling})
    return either


def contains_words(field: str, text: str) -> Q:
    """Rows whose folded `field` contains every word of `text`, in any order. Reads all rows of the house."""
    condition = Q()
    for word in sort_key(text).split():
        condition &= contains_word(field, word)
    return condition


def among(keys: Sequence[UUID]) -> Q:
    """Rows with these keys, as one array.

    Not ``__in`` with a statement: PostgreSQL does not know how many rows such a set leaves, and joins all of it with
    all units before it looks for tasks; of an array it knows.
    """
    array = Value([str(key) for key in keys])
    template = "(%(expressions)s::uuid[]))"
    return Q(Func(F("pk"), array, template=template, arg_joiner=" = ANY(", output_field=BooleanField()))


def holds(field: str, text: str | Expression) -> Q:
    """Rows whose `field` contains the text as it stands.

    Not ``__contains``: of LIKE under row-level security PostgreSQL expects next to no hits and reads the whole table
    instead of the beginning of the list.
    """
    return Q(GreaterThan(StrIndex(F(field), Value(text) if isinstance(text, str) else text), 0))
