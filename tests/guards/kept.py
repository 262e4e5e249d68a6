"""A page that is kept depends on counters of all it reads, and every table moves its counter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import psycopg

from staffelstab.core.tenancy.policies import Table
from staffelstab.core.tenancy.touches import AUDIT

Connection = psycopg.Connection[Any]

_TABLE = re.compile(r'\b(?:FROM|JOIN)\s+(?:public\.)?"?([a-z]+_[a-z_]+)"?')

FRAME = frozenset({"django_session", "core_revision"})
"""Read for every request, before the key of a page is made; the counters themselves."""

_EVENTS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16}


def trigger_findings(connection: Connection, tables: Iterable[Table]) -> Iterator[str]:
    """Tables whose rows can change without moving the counter they belong to."""
    rows = connection.execute(
        """SELECT c.relname, t.tgtype, pg_get_triggerdef(t.oid), p.proname
           FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
           WHERE t.tgname LIKE 'core_touch%' AND t.tgenabled = 'O' AND NOT t.tgisinternal"""
    ).fetchall()
    found: dict[str, list[tuple[int, str, str]]] = {}
    for name, kind, definition, function in rows:
        argument = definition.rpartition("(")[2].strip("')")
        found.setdefault(name, []).append((kind, argument, function))
    for table in tables:
        wanted = {"INSERT", "UPDATE", "DELETE"} if table.topic else set()
        function = "core_touch"
        if table.name == AUDIT:
            wanted, function = {"INSERT", "DELETE"}, "core_touch_audited"
        topics = {argument for _kind, argument, _function in found.get(table.name, ())} - {""}
        if topics - {table.topic}:
            yield f"{table.name}: moves {', '.join(sorted(topics))}, belongs to {table.topic or 'nothing'}"
        fires = {
            event
            for kind, _argument, name in found.get(table.name, ())
            for event, bit in _EVENTS.items()
            if kind & bit and name == function
        }
        for event in sorted(wanted - fires):
            yield f"{table.name}: {event} moves no counter"


def tables_of(statements: Iterable[str]) -> set[str]:
    """The tables some statements read, the searches of the database (core.searching) among them."""
    return {name.removesuffix("_found") for sql in statements for name in _TABLE.findall(sql)}


def page_findings(read: Iterable[str], declared: frozenset[str], topics: Mapping[str, str]) -> Iterator[str]:
    """Tables a kept page reads and does not depend on. `topics`: table → topic."""
    for name in sorted(set(read) - FRAME):
        if name == AUDIT:
            continue  # a line counts for the topic of its object, which the page shows
        topic = topics.get(name, "")
        if topic not in declared:
            yield f"reads {name}, does not depend on {topic or 'a counter of it'}"
