"""Functions of the database that belong to these tables; written after every ``migrate`` (core.tenancy.policies)."""

from __future__ import annotations

from typing import Final

from staffelstab.core import searching

_PLAIN: Final = """
    plain := 'true';
    FOR place IN 1 .. cardinality(words) LOOP
        plain := plain || format(' AND (strpos({column}, %L) > 0 OR strpos({column}, %L) > 0)',
            words[place], spellings[place]);
    END LOOP;
"""

_INDEXED: Final = """
    FOR place IN 1 .. cardinality(words) LOOP
        one := core_rare_part(words[place], sample);
        other := core_rare_part(spellings[place], sample);
        exact := exact AND one = words[place] AND other = spellings[place] AND least(length(one), length(other)) >= 3;
        -- Shorter ones have no trigram; the rows the other words find are asked for them.
        IF least(length(one), length(other)) >= 3 THEN
            indexed := concat_ws(' AND ', indexed,
                format('({column} LIKE %L OR {column} LIKE %L)', '%' || one || '%', '%' || other || '%'));
        END IF;
    END LOOP;
"""

_NUMBER_PLAIN: Final = """
    IF extra <> '' THEN
        plain := format('%s OR starts_with(upper({number}), upper(%L))',
            CASE WHEN cardinality(words) > 0 THEN plain ELSE 'false' END, extra);
    END IF;
"""

_NUMBER_INDEXED: Final = """
    IF extra <> '' THEN
        -- NULL stays NULL: without a trigram for the words nothing is gained.
        indexed := '(' || CASE WHEN cardinality(words) > 0 THEN indexed ELSE 'false' END
            || format(') OR upper({number}) LIKE upper(%L)',
                regexp_replace(extra, '([\\\\%_])', '\\\\\\1', 'g') || '%');
    END IF;
"""

TASKS: Final = searching.function(
    "workforce_task",
    searched="search",
    plain=_PLAIN.format(column="search"),
    indexed=_INDEXED.format(column="search"),
)
PERSONS: Final = searching.function(
    "workforce_person",
    searched="sort_key",
    plain=(_PLAIN + _NUMBER_PLAIN).format(column="sort_key", number="personnel_number"),
    indexed=(_INDEXED + _NUMBER_INDEXED).format(column="sort_key", number="personnel_number"),
)
POSITIONS: Final = searching.function(
    "workforce_position",
    searched="sort_key",
    plain=(_PLAIN + _NUMBER_PLAIN).format(column="sort_key", number="number"),
    indexed=(_INDEXED + _NUMBER_INDEXED).format(column="sort_key", number="number"),
)
"""Search among the rows of the active organisation. The words are folded: letters and digits only.

They run with the owner's rights, and only therefore by the trigram index: under row-level security PostgreSQL uses an
index for the policy's condition and for operators it knows to be silent about what they meet (leak-proof); LIKE is none
of them, so a search would read every row of the house. The function states the policy's condition itself, takes nothing
but texts, and returns keys; the rows are then read under row-level security as ever."""

UNIT_SORT_KEY: Final = """
CREATE OR REPLACE FUNCTION workforce_task_unit_sort_key() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    found text;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.unit_id = OLD.unit_id THEN
        SELECT u.sort_key INTO found FROM public.workforce_unit u WHERE u.id = NEW.unit_id;
    ELSE
        -- Who renames the unit meanwhile does not see this row in it yet.
        SELECT u.sort_key INTO found FROM public.workforce_unit u WHERE u.id = NEW.unit_id FOR SHARE;
    END IF;
    NEW.unit_sort_key := coalesce(found, '');
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER task_unit_sort_key BEFORE INSERT OR UPDATE OF unit_id, unit_sort_key ON workforce_task
    FOR EACH ROW EXECUTE FUNCTION workforce_task_unit_sort_key();
CREATE OR REPLACE TRIGGER position_unit_sort_key
    BEFORE INSERT OR UPDATE OF unit_id, unit_sort_key ON workforce_position
    FOR EACH ROW EXECUTE FUNCTION workforce_task_unit_sort_key();
CREATE OR REPLACE FUNCTION workforce_unit_sort_key() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE public.workforce_task SET unit_sort_key = NEW.sort_key
    WHERE organisation_id = NEW.organisation_id AND unit_id = NEW.id AND unit_sort_key <> NEW.sort_key;
    UPDATE public.workforce_position SET unit_sort_key = NEW.sort_key
    WHERE organisation_id = NEW.organisation_id AND unit_id = NEW.id AND unit_sort_key <> NEW.sort_key;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER unit_sort_key_given AFTER INSERT ON workforce_unit
    FOR EACH ROW EXECUTE FUNCTION workforce_unit_sort_key();
CREATE OR REPLACE TRIGGER unit_sort_key_changed AFTER UPDATE OF sort_key ON workforce_unit
    FOR EACH ROW WHEN (OLD.sort_key IS DISTINCT FROM NEW.sort_key) EXECUTE FUNCTION workforce_unit_sort_key();
"""
"""Each task and position carries the sort key of its unit: sorted by a column of another table, a page of the list
reads and sorts every row of the house. The database keeps it in line whoever writes (commands, imports, undo, a merge
of units), with the rights of whoever writes: the row and its unit belong to the same house. A unit may come after its
tasks and positions within a transaction (the reference is deferred), so a new one looks for them too. The function is
named after the first table that had it: a new name would leave a moment without a trigger during an upgrade."""

SPINE: Final = (
    "workforce_unit",
    "workforce_position",
    "workforce_person",
    "workforce_holding",
    "workforce_task",
    "workforce_responsibility",
)
"""The tables of the register: what imports write."""

_KEY: Final = (
    """hashtextextended('register:' || nullif(current_setting('staffelstab.organisation', true), ''), 0)"""
)

REGISTER_LOCK: Final = f"""
CREATE OR REPLACE FUNCTION workforce_share_register() RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared({_KEY});
END $$;
CREATE OR REPLACE FUNCTION workforce_hold_register() RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock({_KEY});
END $$;
CREATE OR REPLACE FUNCTION workforce_register_written() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.workforce_share_register();
    RETURN NULL;
END $$;
""" + "".join(
    f"""CREATE OR REPLACE TRIGGER register_written BEFORE INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION workforce_register_written();
"""
    for table in SPINE
)
"""Whoever writes the register shares it until the end of the transaction; an import that compares and writes, and an
undo, hold it alone: between the comparison and what is written by it nobody changes anything. The trigger takes the
share for every way to write. Commands that lock rows take it before (``services.trail.share_register``): whoever waited
for the register with a locked row would let an import that needs the row run into a deadlock. Outside of any
organisation (migrations) the key is NULL, and nothing is locked."""

FUNCTIONS: Final = (TASKS, PERSONS, POSITIONS, UNIT_SORT_KEY, REGISTER_LOCK)
