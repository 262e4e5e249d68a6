"""Functions of the database that belong to these tables; written after every ``migrate`` (core.tenancy.policies)."""

from __future__ import annotations

from typing import Final

_CONTAINING: Final = """
CREATE OR REPLACE FUNCTION {table}_containing(patterns text[], spellings text[], number text, most integer)
    RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    house uuid := NULLIF(current_setting('staffelstab.organisation', true), '')::uuid;
    words text := 'true';
    common integer;
BEGIN
    FOR place IN 1 .. array_length(patterns, 1) LOOP
        words := words || format(' AND ({column} LIKE %L OR {column} LIKE %L)', patterns[place], spellings[place]);
    END LOOP;
    {number}
    -- What is common in the first rows of the list is found there at once; the index would collect all of it first.
    EXECUTE 'SELECT count(*) FROM (SELECT * FROM public.{table} WHERE organisation_id = $1'
        || ' ORDER BY sort_key, id LIMIT 2000) beginning WHERE ' || words INTO common USING house;
    IF common > 100 THEN
        RETURN QUERY SELECT NULL::uuid;
        RETURN;
    END IF;
    RETURN QUERY EXECUTE 'SELECT id FROM public.{table} WHERE organisation_id = $1 AND (' || words || ') LIMIT $2'
        USING house, most;
END $$
"""

_NUMBER: Final = """IF number <> '' THEN
        words := format('(%s) OR upper(personnel_number) LIKE %L', words, number);
    END IF;"""

TASKS: Final = _CONTAINING.format(table="workforce_task", column="search", number="")
PERSONS: Final = _CONTAINING.format(table="workforce_person", column="sort_key", number=_NUMBER)
"""Keys of the rows of the active organisation whose text contains every word, `most` at most; one NULL when there are
many in the beginning of the list.

They run with the owner's rights, and only therefore by the trigram index: under row-level security PostgreSQL uses an
index for the policy's condition and for operators it knows to be silent about what they meet (leak-proof); LIKE is none
of them, so a search would read every row of the house. The function states the policy's condition itself, takes nothing
but patterns, and returns keys; the rows are then read under row-level security as ever."""

FUNCTIONS: Final = (TASKS, PERSONS)
