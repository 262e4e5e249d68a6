"""Roles and database of a server we are superuser of; extensions and rights of a database we own."""

import psycopg
from psycopg import sql

from staffelstab.core.database.facts import ConnectionFacts

# All of them are "trusted": the owner of a database may create them, as on a managed service.
EXTENSIONS = ("btree_gist", "citext", "pg_trgm", "unaccent")
# Made where the server has them; nothing needs them yet. Debian's PostgreSQL 15 has no `vector` in its own package.
WELCOME_EXTENSIONS = ("vector",)

# Any number: two programs that provision the same server at the same time do it one after the other.
_PROVISIONING_LOCK = 7_261_118


def provision(
    facts: ConnectionFacts,
    *,
    database: str,
    owner: str = "staffelstab_owner",
    app: str = "staffelstab_app",
) -> None:
    """Make the two roles, the database and its extensions, and give the roles their rights; safe to repeat.

    `owner` owns database and schema and migrates. `app` creates nothing, and reads and writes the rows of a table once
    its policies are there (`migrate`); neither role is a superuser nor passes by row-level security. Raises
    `psycopg.Error`.
    """
    with psycopg.connect(facts.conninfo(database="postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_PROVISIONING_LOCK])
        for role in (owner, app):
            _make_role(connection, role)
        _make_database(connection, database, owner)
        with psycopg.connect(facts.conninfo(database=database)) as inside:
            for extension in WELCOME_EXTENSIONS:
                _make_where_available(inside, extension)
            prepare(inside, owner=owner, app=app)


def _make_role(connection: psycopg.Connection, role: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    rights = sql.SQL("LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION")
    connection.execute(sql.SQL("{} ROLE {} {}").format(verb, sql.Identifier(role), rights))


def _make_database(connection: psycopg.Connection, database: str, owner: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
    command = "ALTER DATABASE {} OWNER TO {}" if known else "CREATE DATABASE {} OWNER {}"
    connection.execute(sql.SQL(command).format(sql.Identifier(database), sql.Identifier(owner)))


def _make_where_available(connection: psycopg.Connection, extension: str) -> None:
    known = "SELECT 1 FROM pg_available_extensions WHERE name = %s"
    if connection.execute(known, [extension]).fetchone():
        connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def prepare(connection: psycopg.Connection, *, owner: str, app: str) -> None:
    """Make the extensions and give the roles their rights in the database of `connection`; safe to repeat.

    Needs no superuser: the database's owner may do all of it. Raises `psycopg.Error`.
    """
    names = {
        "database": sql.Identifier(connection.info.dbname),
        "owner": sql.Identifier(owner),
        "app": sql.Identifier(app),
    }
    for extension in EXTENSIONS:
        connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    in_public = "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
    for statement in (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {app}",
        "ALTER SCHEMA public OWNER TO {owner}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {app}",
        # A new table is closed until its policies are written (core.tenancy.policies grants with them). Earlier
        # versions opened it at once.
        f"{in_public} REVOKE ALL ON TABLES FROM {{app}}",
        f"{in_public} GRANT USAGE, SELECT ON SEQUENCES TO {{app}}",
        f"{in_public} GRANT EXECUTE ON FUNCTIONS TO {{app}}",
        # Functions are open to every role by default; ours may be SECURITY DEFINER.
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    ):
        connection.execute(sql.SQL(statement).format(**names))
