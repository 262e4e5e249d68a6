"""``staffelstab migrate`` beside people at work: it locks what it changes, briefly, and nothing else."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from staffelstab.config import database, env
from staffelstab.core.backup.programs import conninfo
from staffelstab.core.database.facts import ConnectionFacts
from staffelstab.core.management.commands import migrate
from tests.locks import somebody_waits

pytestmark = pytest.mark.slow  # each migrates a database of its own


@pytest.fixture
def owner(committed_database: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """How the owner reaches the database, which `migrate` uses."""
    url = committed_database.replace(f"//{database.APP}@", f"//{database.OWNER}@")
    described = {**connections.databases["default"], **env.database(url)}
    # A pool admits the application's role alone; migrations go past it.
    folder, _, port = os.environ.get("STAFFELSTAB_TEST_DIRECT", "").rpartition(":")
    if folder:
        described |= {"HOST": folder, "PORT": port}
    monkeypatch.setitem(connections.databases, "owner", described)
    monkeypatch.setattr(migrate, "LOCK_WAIT", "100ms")
    monkeypatch.setattr(migrate, "PAUSE", 0.1)
    monkeypatch.setattr(migrate, "ATTEMPTS", 600)  # machines that test are busy
    run()
    return conninfo(described)


@pytest.fixture
def reader(owner: dict[str, str]) -> Iterator[psycopg.Connection]:
    """Somebody who has read a table in a transaction that is not over."""
    with psycopg.connect(**owner) as connection:  # type: ignore[arg-type]
        connection.execute("SELECT count(*) FROM workforce_task")
        yield connection


def run() -> None:
    call_command("migrate", verbosity=0, interactive=False)


def policies_of(owner: dict[str, str], table: str) -> list[str]:
    with psycopg.connect(**owner) as connection:  # type: ignore[arg-type]
        found = connection.execute(
            "SELECT policyname FROM pg_policies WHERE tablename = %s ORDER BY 1", [table]
        )
        return [name for (name,) in found.fetchall()]


def change(owner: dict[str, str], statement: str) -> None:
    with psycopg.connect(**owner) as connection:  # type: ignore[arg-type]
        connection.execute(statement)


ALL = ["app_delete", "app_insert", "app_select", "app_update", "maintenance"]


def test_migration_that_changes_nothing_waits_for_no_reader(
    reader: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "ATTEMPTS", 1)
    assert run() is None


BY_HAND = (
    "DROP POLICY app_select ON workforce_task",
    "ALTER POLICY app_select ON workforce_task USING (true)",
    "ALTER TABLE workforce_task NO FORCE ROW LEVEL SECURITY",
    "DROP TRIGGER core_touch ON workforce_task",
    f"REVOKE SELECT ON workforce_task FROM {database.APP}",
    f"GRANT TRUNCATE ON workforce_task TO {database.APP}",
    f"GRANT REFERENCES (title) ON workforce_task TO {database.APP}",
)
LOOK = """SELECT relforcerowsecurity, relacl::text,
    (SELECT array_agg(attname) FROM pg_attribute WHERE attrelid = c.oid AND attacl::text <> '{}'),
    (SELECT array_agg(tgname::text ORDER BY tgname) FROM pg_trigger WHERE tgrelid = c.oid),
    (SELECT array_agg(policyname || coalesce(qual, '') ORDER BY policyname) FROM pg_policies
     WHERE tablename = 'workforce_task') FROM pg_class c WHERE relname = 'workforce_task'"""


def test_what_was_changed_by_hand_is_written_anew(owner: dict[str, str]) -> None:
    with psycopg.connect(**owner, autocommit=True) as connection:  # type: ignore[arg-type]
        before = connection.execute(LOOK).fetchone()
        for statement in BY_HAND:
            connection.execute(statement)
            assert connection.execute(LOOK).fetchone() != before, statement
            run()
            assert connection.execute(LOOK).fetchone() == before, statement


WAITING = "relation = 'workforce_task'::regclass"


def test_migration_waits_for_a_reader_and_nobody_waits_for_it(
    reader: psycopg.Connection, owner: dict[str, str]
) -> None:
    reader.execute("COMMIT")
    change(owner, "DROP POLICY app_select ON workforce_task")
    reader.execute("SELECT count(*) FROM workforce_task")
    answers: list[object] = []

    def look() -> None:
        deadline = time.monotonic() + 60
        try:
            with psycopg.connect(**owner, autocommit=True) as other:  # type: ignore[arg-type]
                other.execute("SET statement_timeout = '20s'")
                while not somebody_waits(other, WAITING) and time.monotonic() < deadline:
                    time.sleep(0.01)
                # Behind the migration that waits, which gives way; the first reader still reads.
                answers.append(other.execute("SELECT count(*) FROM workforce_task").fetchone())
        finally:
            reader.rollback()

    beside = threading.Thread(target=look)
    beside.start()
    run()
    beside.join()
    assert len(answers) == 1
    assert policies_of(owner, "workforce_task") == ALL


def test_migration_gives_up_with_a_sentence(
    reader: psycopg.Connection, owner: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.execute("COMMIT")
    change(owner, "DROP POLICY app_select ON workforce_task")
    reader.execute("SELECT count(*) FROM workforce_task")
    monkeypatch.setattr(migrate, "ATTEMPTS", 2)
    with pytest.raises(CommandError, match="gesperrt"):
        run()
    reader.rollback()
    run()
    assert policies_of(owner, "workforce_task") == ALL


def test_database_in_another_encoding_is_refused(
    owner: dict[str, str], postgres: ConnectionFacts, worker_id: str
) -> None:
    name = f"ascii_{worker_id}"
    with psycopg.connect(postgres.conninfo(database="postgres"), autocommit=True) as superuser:
        superuser.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        superuser.execute(
            f"CREATE DATABASE {name} OWNER {database.OWNER} ENCODING 'SQL_ASCII' "
            "LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
        )
        connections.databases["owner"]["NAME"] = name
        with pytest.raises(CommandError, match="SQL_ASCII"):
            run()
        superuser.execute(f"DROP DATABASE {name}")
