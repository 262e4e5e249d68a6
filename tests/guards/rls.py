"""What the database says about itself: protection of tables, rights of the application role, functions, keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from django.apps import apps
from django.db import models

from staffelstab.core.tenancy.models import TenantForeignKey, TenantModel
from staffelstab.core.tenancy.policies import Policy, Protection, Table

OWNER, APP = "staffelstab_owner", "staffelstab_app"

Connection = psycopg.Connection[Any]
Expected = Mapping[str, tuple[str | None, str | None]]
"""Command → (USING, WITH CHECK) as PostgreSQL prints them."""


def table_findings(
    connection: Connection, declared: Mapping[str, Protection], reviewed: Mapping[str, str]
) -> list[str]:
    """Return every table of the schema that is neither a tenant's nor on the reviewed list, or is not as declared.

    `reviewed` names the tables without an organisation: ``global`` (no row-level security) or ``custom`` (policies
    of their own).
    """
    found = _relations(connection)
    findings = [
        f"{name}: on the reviewed list, but not in the database" for name in reviewed if name not in found
    ]
    for name, relation in sorted(found.items()):
        if relation["kind"] not in {"r", "p"}:
            findings.append(
                f"{name}: only tables are expected, this is a relation of kind {relation['kind']}"
            )
            continue
        findings += _one_table(connection, name, relation, declared.get(name), reviewed.get(name))
    return findings


def _relations(connection: Connection) -> dict[str, dict[str, Any]]:
    rows = connection.execute(
        """SELECT c.relname, c.relkind::text, c.relrowsecurity, c.relforcerowsecurity,
                  COALESCE((SELECT a.attnotnull FROM pg_attribute a
                            WHERE a.attrelid = c.oid AND a.attname = 'organisation_id' AND NOT a.attisdropped), false)
           FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
             AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"""
    ).fetchall()
    names = ("kind", "enabled", "forced", "tenant")
    return {name: dict(zip(names, values, strict=True)) for name, *values in rows}


def _one_table(
    connection: Connection,
    name: str,
    relation: dict[str, Any],
    protection: Protection | None,
    review: str | None,
) -> Iterator[str]:
    if protection is None:
        yield f"{name}: no model and no entry in FOREIGN_TABLES declares its protection"
        return
    if review is None and not relation["tenant"]:
        yield f"{name}: neither organisation_id NOT NULL nor on the reviewed list"
    protected = bool(protection.policies())
    if review == "global" and protected:
        yield f"{name}: reviewed as global, but declares policies"
    if review != "global" and not protected:
        yield f"{name}: declared without policies, but not reviewed as global"
    if protected and not (relation["enabled"] and relation["forced"]):
        yield f"{name}: row-level security is not enabled and forced"
    yield from _policies(connection, name, protection.policies())
    yield from _privileges(connection, name, protection)


def _policies(connection: Connection, name: str, declared: tuple[Policy, ...]) -> Iterator[str]:
    rows = connection.execute(
        """SELECT p.polname, p.polcmd::text, p.polpermissive, pg_get_expr(p.polqual, p.polrelid),
                  pg_get_expr(p.polwithcheck, p.polrelid),
                  ARRAY(SELECT r.rolname::text FROM unnest(p.polroles) u JOIN pg_roles r ON r.oid = u)
           FROM pg_policy p WHERE p.polrelid = %s::regclass""",
        [f'public."{name}"'],
    ).fetchall()
    present = {row[0]: row[1:] for row in rows}
    if declared:
        expected: dict[str, tuple[Any, ...]] = {"maintenance": ("*", True, "true", "true", [OWNER])}
        letters = {"SELECT": "r", "INSERT": "a", "UPDATE": "w", "DELETE": "d"}
        for command, (using, check) in _printed(connection, name, declared).items():
            expected[f"app_{command.lower()}"] = (letters[command], True, using, check, [APP])
    else:
        expected = {}
    for policy in sorted(present.keys() | expected.keys()):
        if present.get(policy) != expected.get(policy):
            yield f"{name}: policy {policy} is {present.get(policy)}, declared {expected.get(policy)}"


def _printed(connection: Connection, name: str, declared: tuple[Policy, ...]) -> Expected:
    """Let PostgreSQL print the declared conditions, on a temporary table of the same columns."""
    printed: dict[str, tuple[str | None, str | None]] = {}
    with connection.transaction(force_rollback=True):
        connection.execute(f'CREATE TEMPORARY TABLE guarded (LIKE public."{name}")')
        for policy in declared:
            using = f" USING ({policy.using})" if policy.using else ""
            check = f" WITH CHECK ({policy.check})" if policy.check else ""
            connection.execute(
                f'CREATE POLICY "{policy.command}" ON guarded FOR {policy.command}{using}{check}'
            )
        for command, qual, with_check in connection.execute(
            """SELECT polname, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
               FROM pg_policy WHERE polrelid = 'pg_temp.guarded'::regclass"""
        ).fetchall():
            printed[str(command).upper()] = (qual, with_check)
    return printed


def _privileges(connection: Connection, name: str, protection: Protection) -> Iterator[str]:
    rows = connection.execute(
        """SELECT COALESCE(r.rolname::text, 'PUBLIC'), x.privilege_type
           FROM pg_class c, aclexplode(COALESCE(c.relacl, acldefault('r', c.relowner))) x
           LEFT JOIN pg_roles r ON r.oid = x.grantee
           WHERE c.oid = %s::regclass AND x.grantee <> c.relowner""",
        [f'public."{name}"'],
    ).fetchall()
    granted = {f"{privilege} to {role}" for role, privilege in rows}
    declared = {f"{privilege} to {APP}" for privilege in protection.grants.split(", ")}
    for grant in sorted(granted ^ declared):
        yield f"{name}: {grant} is {'not declared' if grant in granted else 'declared, but not granted'}"


def role_findings(connection: Connection) -> list[str]:
    """Return what the application role has or may do beyond reading and writing rows."""
    checks = {
        "is more than an ordinary role": """SELECT 1 FROM pg_roles WHERE rolname = %(app)s
            AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)""",
        "belongs to other roles": """SELECT 1 FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
            WHERE r.rolname = %(app)s""",
        "can become the owner": "SELECT 1 WHERE pg_has_role(%(app)s, %(owner)s, 'MEMBER')",
        "owns relations": """SELECT 1 FROM pg_class WHERE pg_get_userbyid(relowner) = %(app)s
            AND NOT pg_is_other_temp_schema(relnamespace) AND relnamespace <> pg_my_temp_schema()""",
        "owns functions": "SELECT 1 FROM pg_proc WHERE pg_get_userbyid(proowner) = %(app)s",
        "owns schemas": """SELECT 1 FROM pg_namespace WHERE pg_get_userbyid(nspowner) = %(app)s
            AND nspname NOT LIKE 'pg_temp%%' AND nspname NOT LIKE 'pg_toast_temp%%'""",
        "owns databases": "SELECT 1 FROM pg_database WHERE pg_get_userbyid(datdba) = %(app)s",
        "can create in public": "SELECT 1 WHERE has_schema_privilege(%(app)s, 'public', 'CREATE')",
        "can create schemas": "SELECT 1 WHERE has_database_privilege(%(app)s, current_database(), 'CREATE')",
        "can read password hashes of roles": "SELECT 1 WHERE has_table_privilege(%(app)s, 'pg_authid', 'SELECT')",
        "can truncate": """SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            AND has_table_privilege(%(app)s, oid, %(beyond)s)""",
    }
    # PostgreSQL knows MAINTAIN from 17 on.
    maintain = ", MAINTAIN" if connection.info.server_version >= 170_000 else ""
    names = {"app": APP, "owner": OWNER, "beyond": f"TRUNCATE, REFERENCES, TRIGGER{maintain}"}
    return [f"{APP} {what}" for what, query in checks.items() if connection.execute(query, names).fetchone()]


PLANNING = re.compile(r"; (?:enable_\w+|jit)=\w+")
"""Settings of a function that tell PostgreSQL how to find rows, not which."""


def function_findings(connection: Connection, definers: frozenset[str]) -> list[str]:
    """Return SECURITY DEFINER functions that are not exactly `definers`, or are open or without a search path."""
    rows = connection.execute(
        """SELECT p.oid::regprocedure::text, p.prosecdef, COALESCE(array_to_string(p.proconfig, '; '), ''),
                  has_function_privilege('public', p.oid, 'EXECUTE'), pg_get_userbyid(p.proowner)
           FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
             AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"""
    ).fetchall()
    findings = [f"{name}: missing" for name in sorted(definers - {row[0] for row in rows if row[1]})]
    for name, definer, settings, public, owner in rows:
        if definer and name not in definers:
            findings.append(f"{name}: SECURITY DEFINER, but not on the reviewed list")
        planned = PLANNING.sub("", settings)
        if definer and planned != "search_path=public, pg_temp":
            findings.append(f"{name}: SECURITY DEFINER without the fixed search path ({settings or 'none'})")
        if public:
            findings.append(f"{name}: everybody may execute it")
        if owner != OWNER:
            findings.append(f"{name}: owned by {owner}")
    return findings


def tenant_models() -> list[type[TenantModel]]:
    """Return every model whose rows belong to one organisation, by label."""
    found = [model for model in apps.get_models() if issubclass(model, TenantModel)]
    return sorted(found, key=lambda model: model._meta.label)


def references() -> list[tuple[type[models.Model], str, str]]:
    """Return (model, column, referenced table) of every TenantForeignKey."""
    return [
        (model, str(column.column), column.related_model._meta.db_table)  # type: ignore[union-attr]
        for model in apps.get_models()
        for column in model._meta.concrete_fields
        if isinstance(column, TenantForeignKey)
    ]


def reference_findings(connection: Connection, found: list[Table]) -> list[str]:
    """Return tenant references without a composite key, and single-column keys between tables of tenants."""
    rows = connection.execute(
        """SELECT c.conrelid::regclass::text, c.confrelid::regclass::text, c.convalidated,
                  ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k(n, i)
                        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.i),
                  ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY k(n, i)
                        JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY k.i)
           FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace"""
    ).fetchall()
    tenants = {table.name for table in found if _is_tenant(connection, table.name)}
    keys = {
        (source, tuple(columns), target, tuple(referred))
        for source, target, ok, columns, referred in rows
        if ok
    }
    findings = [
        f"{table.name}.{column}: no key (organisation_id, {column}) to {target}"
        for table in found
        for _constraint, column, target in table.references
        if (table.name, ("organisation_id", column), target, ("organisation_id", "id")) not in keys
    ]
    findings += [
        f"{source}.{columns[0]}: refers to {target} without the organisation"
        for source, target, _ok, columns, _referred in rows
        if len(columns) == 1 and source in tenants and target in tenants
    ]
    return sorted(findings)


def _is_tenant(connection: Connection, table: str) -> bool:
    return bool(
        connection.execute(
            "SELECT 1 FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'organisation_id'"
            " AND NOT attisdropped AND attnotnull",
            [f'public."{table}"'],
        ).fetchone()
    )
