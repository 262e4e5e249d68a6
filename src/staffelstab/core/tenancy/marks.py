"""Which tables are protected as declared already: they are left alone, for a change locks a table for everybody.

A table carries the fingerprint of what was declared for it and of what the database then held: policies, privileges,
triggers. Both have to be the same again. What somebody changed by hand is therefore found and written anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

_PREFIX = "staffelstab protection "

_STATE = """SELECT c.relname, coalesce(obj_description(c.oid, 'pg_class'), ''), concat_ws(E'\\n', current_user,
  c.relrowsecurity, c.relforcerowsecurity, c.relacl::text,
  (SELECT string_agg(a.attname || a.attacl::text, E'\\n' ORDER BY a.attname)
    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL),
  (SELECT string_agg(concat_ws('|', p.polname, p.polcmd, p.polpermissive, p.polroles::text,
      pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)), E'\\n' ORDER BY p.polname)
    FROM pg_policy p WHERE p.polrelid = c.oid),
  (SELECT string_agg(t.tgenabled::text || pg_get_triggerdef(t.oid), E'\\n' ORDER BY t.tgname)
    FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal))
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"""


def read(cursor: Any) -> dict[str, tuple[str, str]]:
    """Table → (mark it carries, state it is in)."""
    cursor.execute(_STATE)
    return {name: (mark, state) for name, mark, state in cursor.fetchall()}


def mark(declared: Iterable[str], state: str) -> str:
    """The mark of a table for which these statements are declared and that is in this state."""
    text = "\n".join((*declared, state))
    return _PREFIX + hashlib.sha256(text.encode()).hexdigest()
