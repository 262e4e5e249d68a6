"""PgBouncer in transaction mode: sessions are shared, so nothing may outlive a transaction, and it would be noticed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from staffelstab.config import database
from staffelstab.core.database.facts import ConnectionFacts
from tests import servers

NAME = f"pooled_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
pytestmark = pytest.mark.skipif(not servers.pool_is_installed(), reason="PgBouncer is not installed")


@pytest.fixture
def pool(postgres: ConnectionFacts, django_db_setup: None) -> Iterator[ConnectionFacts]:
    """A pool of its own before the server of this run, with an empty database."""
    with psycopg.connect(postgres.conninfo(database="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME} OWNER {database.OWNER}")
        connection.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {NAME} TO {database.APP}")
    with tempfile.TemporaryDirectory(prefix="staffelstab-pool-") as folder:
        Path(folder).chmod(0o711)
        bouncer = servers.PgBouncer(Path(folder) / "pool", postgres)
        try:
            facts = bouncer.start()
            servers.fill(facts, NAME)
            yield facts
        finally:
            bouncer.stop()
            with psycopg.connect(postgres.conninfo(database="postgres"), autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def application(pool: ConnectionFacts) -> psycopg.Connection:
    """A connection of the application role through the pool."""
    return psycopg.connect(
        pool.conninfo(database=NAME, user=database.APP), autocommit=True, prepare_threshold=None
    )


def test_pool_shares_sessions_between_transactions_of_one_connection(pool: ConnectionFacts) -> None:
    with application(pool) as connection:
        pids = {connection.execute("SELECT pg_backend_pid()").fetchone()[0] for _ in range(6)}  # type: ignore[index]
    assert len(pids) == servers.POOL_SIZE


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("SET staffelstab.organisation = 'stray'", "staffelstab.organisation = stray"),
        ("SELECT set_config('staffelstab.account', 'stray', false)", "staffelstab.account = stray"),
        ("SET statement_timeout = '7s'", "statement_timeout = 7000"),
        ("CREATE TEMP TABLE stray (id int)", "temporary table stray"),
        ("SELECT pg_advisory_lock(1)", "advisory lock"),
        ("PREPARE stray AS SELECT 1", "prepared statement stray"),
        ("LISTEN stray", "listening to stray"),
    ],
)
def test_session_state_leaks_to_others_and_is_noticed(
    pool: ConnectionFacts, planted: str, found: str
) -> None:
    assert servers.session_leftovers(pool, NAME) == []
    with application(pool) as connection:
        connection.execute(planted)
    assert servers.session_leftovers(pool, NAME) == [found]


@pytest.mark.parametrize(
    "harmless",
    [
        "SELECT set_config('staffelstab.organisation', 'x', true)",
        "CREATE TEMP TABLE passing (id int) ON COMMIT DROP",
        "SELECT pg_advisory_xact_lock(1)",
        "SET LOCAL statement_timeout = '7s'",
    ],
)
def test_what_ends_with_its_transaction_leaves_nothing(pool: ConnectionFacts, harmless: str) -> None:
    with application(pool) as connection, connection.transaction():
        connection.execute(harmless)
    assert servers.session_leftovers(pool, NAME) == []


def test_connections_of_the_program_ask_for_no_session(db: None) -> None:
    settings = connections.databases["default"]
    assert (settings["DISABLE_SERVER_SIDE_CURSORS"], settings["OPTIONS"]["prepare_threshold"]) == (True, None)
