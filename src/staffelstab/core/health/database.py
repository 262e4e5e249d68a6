"""Checks of the database: version, role, migrations, policies, clock. As the application's role sees them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from staffelstab.core.health.findings import Finding, error, ok, warning
from staffelstab.core.tenancy import policies

OLDEST: Final = 15
"""The oldest major version of PostgreSQL the program runs on."""

POWERS: Final = """SELECT rolname, rolsuper OR rolbypassrls, rolcreaterole OR rolcreatedb OR rolreplication,
  EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid AND c.relnamespace = 'public'::regnamespace)
FROM pg_roles r WHERE rolname = current_user"""

_PROTECTION = """SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
  ARRAY(SELECT p.polname::text FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY 1)
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"""


def findings() -> Iterator[Finding]:
    """Everything about the database; one error and no more when it does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT current_setting('server_version_num')::int / 10000, clock_timestamp(),
                current_setting('server_encoding')"""
            )
            version, clock, encoding = cursor.fetchone()
            apart = abs(clock.timestamp() - time.time())
    except DatabaseError as failure:
        yield error(
            "database.connection",
            _("The database does not answer: %(reason)s") % {"reason": _first_line(failure)},
            _("Is the server running, and is DATABASE_URL right (host, name, role, password)?"),
        )
        return
    yield version_finding(int(version))
    yield encoding_finding(encoding)
    with connection.cursor() as cursor:
        cursor.execute(POWERS)
        yield role_finding(*cursor.fetchone())
    yield _migrations()
    yield _policies()
    yield clock_finding(apart)


def _first_line(failure: Exception) -> str:
    return str(failure).strip().splitlines()[0] if str(failure).strip() else type(failure).__name__


def version_finding(version: int) -> Finding:
    """Whether the server's major version is one the program runs on."""
    if version < OLDEST:
        return error(
            "database.version",
            _("PostgreSQL %(version)s is too old.") % {"version": version},
            _("Staffelstab needs PostgreSQL %(oldest)s or newer.") % {"oldest": OLDEST},
        )
    return ok("database.version", _("PostgreSQL %(version)s answers.") % {"version": version})


def encoding_finding(encoding: str) -> Finding:
    """Whether the database knows a letter from its bytes."""
    if encoding != "UTF8":
        return error(
            "database.encoding",
            _("The database keeps texts in the encoding %(encoding)s.") % {"encoding": encoding},
            _("Make it anew with ENCODING 'UTF8' TEMPLATE template0, and move the rows over."),
        )
    return ok("database.encoding", _("The database keeps texts as UTF-8."))


def role_finding(role: str, unbound: bool, administers: bool, owns: bool) -> Finding:  # noqa: FBT001 - a row
    """Whether the role is bound by the policies; the arguments are a row of POWERS."""
    if unbound:
        return error(
            "database.role",
            _("The role “%(role)s” passes by row-level security: organisations could see each other's data.")
            % {"role": role},
            _("Let DATABASE_URL name the application role, which is no superuser and has no BYPASSRLS."),
        )
    if owns:
        return error(
            "database.role",
            _("The role “%(role)s” owns tables: its own policies admit it to every organisation's data.")
            % {"role": role},
            _(
                "Let DATABASE_URL name the application role; the owner belongs to STAFFELSTAB_OWNER_DATABASE_URL."
            ),
        )
    if administers:
        return warning(
            "database.role",
            _("The role “%(role)s” may make roles or databases.") % {"role": role},
            _("Take these rights away with ALTER ROLE; the program does not need them."),
        )
    return ok("database.role", _("The role “%(role)s” has the rights of an application.") % {"role": role})


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    unknown = sorted(set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations or ()))
    if unknown:
        return error(
            "database.migrations",
            _("The database is newer than this program (%(name)s).") % {"name": ".".join(unknown[0])},
            _("Install the version of Staffelstab that migrated it."),
        )
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return error(
            "database.migrations",
            _("%(count)s migrations have not been applied.") % {"count": len(waiting)},
            _("Run “staffelstab migrate” with the owner's address."),
        )
    return ok("database.migrations", _("All migrations have been applied."))


def _policies() -> Finding:
    declared = {table.name: table.protection for table in policies.tables()} | dict(policies.FOREIGN_TABLES)
    with connection.cursor() as cursor:
        cursor.execute(_PROTECTION)
        present = {name: (secured, set(names)) for name, secured, names in cursor.fetchall()}
    wrong = sorted(
        name
        for name, (secured, names) in present.items()
        if name not in declared or not _as_declared(declared[name], names, secured=secured)
    )
    if wrong:
        return error(
            "database.policies",
            _("%(count)s tables are not protected as they should be, for example %(name)s.")
            % {"count": len(wrong), "name": wrong[0]},
            _("Run “staffelstab migrate” with the owner's address: it writes all policies anew."),
        )
    return ok(
        "database.policies", _("Row-level security protects %(count)s tables.") % {"count": len(present)}
    )


def _as_declared(protection: policies.Protection, names: set[str], *, secured: bool) -> bool:
    wanted = {f"app_{policy.command.lower()}" for policy in protection.policies()}
    if not wanted:
        return not names
    return secured and names == {"maintenance", *wanted}


def clock_finding(seconds: float) -> Finding:
    """Whether program and database agree on the time; ``seconds`` apart."""
    if seconds > 5:
        return warning(
            "database.clock",
            _("The clocks of program and database differ by %(seconds)s seconds.")
            % {"seconds": round(seconds)},
            _("Synchronise both machines, for example with chrony or systemd-timesyncd."),
        )
    return ok("database.clock", _("The clocks of program and database agree."))
