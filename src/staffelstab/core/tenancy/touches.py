"""The database itself notes what a transaction has changed, and moves the counters of ``core.revisions`` for it.

A statement trigger on every tenant table writes the table's topic into a setting of the transaction. Leaving the
tenancy context moves the counter of each topic noted (``core_revise``), in the same transaction and as its last
statement: the counter's row stays locked until the commit, and locking it at the first change would make the writers
of a house wait for each other. No way to write goes past a trigger: commands, imports in SQL, cascades.
A counter jumps to the clock's milliseconds, so that no value comes back for other data, not even after a restore.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TRIGGER = "core_touch"
AUDIT = "core_auditentry"
"""A line of the trail belongs to the topic of the object it is about: pages show it beside the object."""

FUNCTIONS = """
CREATE OR REPLACE FUNCTION core_note(topic text) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE noted text := coalesce(current_setting('staffelstab.touched', true), '');
BEGIN
    IF position(' ' || topic || ' ' IN ' ' || noted) = 0 THEN
        PERFORM set_config('staffelstab.touched', noted || topic || ' ', true);
    END IF;
END $$;
CREATE OR REPLACE FUNCTION core_touch() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.core_note(TG_ARGV[0]);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION core_touch_audited() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.core_note(topic)
    FROM (SELECT DISTINCT split_part(object_type, '.', 1) AS topic FROM lines) topics;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION core_revise() RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    noted text := coalesce(current_setting('staffelstab.touched', true), '');
    house uuid := nullif(current_setting('staffelstab.organisation', true), '')::uuid;
BEGIN
    IF noted = '' THEN
        RETURN;
    END IF;
    IF house IS NOT NULL THEN
        -- Descending: commands of the register move its counter themselves, before this one; all take the same order.
        INSERT INTO public.core_revision (id, organisation_id, topic, value)
        SELECT gen_random_uuid(), house, topic, (extract(epoch FROM clock_timestamp()) * 1000)::bigint
        FROM unnest(string_to_array(rtrim(noted), ' ')) topic ORDER BY topic DESC
        ON CONFLICT (organisation_id, topic)
        DO UPDATE SET value = greatest(core_revision.value + 1, excluded.value);
    END IF;
    PERFORM set_config('staffelstab.touched', '', true);
END $$;
CREATE OR REPLACE FUNCTION core_shared_revision() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(value), 0)::bigint FROM public.core_revision WHERE topic IN ('network', 'vocabulary')
$$
"""
"""``core_shared_revision``: a house sees services its network shares, so what shows them depends on the counters of
all houses. It returns one number, the sum of the counters, and runs with the owner's rights because a house sees its
own counters only."""


def statements(topics: dict[str, str], *, quote: Any) -> Iterator[str]:
    """The SQL that brings the triggers in line with the tables; `topics`: table → topic, empty for none."""
    for table, topic in topics.items():
        if table == AUDIT:
            for event, rows in (("INSERT", "NEW"), ("DELETE", "OLD")):
                yield (
                    f"CREATE OR REPLACE TRIGGER {TRIGGER}_{event.lower()} AFTER {event} ON {quote(table)} "
                    f"REFERENCING {rows} TABLE AS lines FOR EACH STATEMENT EXECUTE FUNCTION core_touch_audited()"
                )
        elif topic:
            yield (
                f"CREATE OR REPLACE TRIGGER {TRIGGER} AFTER INSERT OR UPDATE OR DELETE ON {quote(table)} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION core_touch('{topic}')"
            )
        else:
            yield f"DROP TRIGGER IF EXISTS {TRIGGER} ON {quote(table)}"
