"""Who waits for a lock, as a test sees it that runs beside others."""

from __future__ import annotations

import psycopg


def somebody_waits(observer: psycopg.Connection, condition: str) -> bool:
    """Whether a session of the observer's own database waits for a lock that fulfils the condition on ``pg_locks``.

    The view shows the locks of the whole server, and the databases of the tests are copies of one: their tables have
    the same numbers.
    """
    found = observer.execute(
        "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
        f"WHERE datname = current_database() AND NOT granted AND {condition}"
    ).fetchone()
    return bool(found and found[0])
