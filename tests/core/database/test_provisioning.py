"""Rights of the two roles: what the owner creates is closed to the application until its policies are written."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from staffelstab.config.database import APP, OWNER
from staffelstab.core.database.facts import ConnectionFacts
from staffelstab.core.database.provisioning import prepare, provision


@pytest.fixture
def fresh(postgres: ConnectionFacts, worker_id: str) -> Iterator[str]:
    """The name of a database with roles and extensions only."""
    name = f"provisioned_{worker_id}"
    provision(postgres, database=name)
    yield name
    with psycopg.connect(postgres.conninfo(database="postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_new_table_is_closed_to_the_application(postgres: ConnectionFacts, fresh: str) -> None:
    with psycopg.connect(postgres.conninfo(database=fresh, user=OWNER)) as owner:
        owner.execute("CREATE TABLE thing AS SELECT 1 AS number")
    with psycopg.connect(postgres.conninfo(database=fresh, user=APP)) as app:
        for statement in ("SELECT * FROM thing", "INSERT INTO thing VALUES (2)", "DELETE FROM thing"):
            with pytest.raises(InsufficientPrivilege):
                app.execute(statement)
            app.rollback()


def test_database_of_an_earlier_version_is_closed_by_the_next_migration(
    postgres: ConnectionFacts, fresh: str
) -> None:
    with psycopg.connect(postgres.conninfo(database=fresh, user=OWNER)) as owner:
        owner.execute(
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public "
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}"
        )
        prepare(owner, owner=OWNER, app=APP)
        owner.execute("CREATE TABLE thing AS SELECT 1 AS number")
        found = owner.execute("SELECT has_table_privilege(%s, 'thing', 'SELECT')", [APP]).fetchone()
    assert found == (False,)
