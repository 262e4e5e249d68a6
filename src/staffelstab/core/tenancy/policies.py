"""The one helper that writes row-level security: from a model's declaration to policies, grants and keys.

``sync`` runs after every ``migrate``, as the owner role, in one transaction, and is idempotent: the state of the
database follows from the models, not from a history of hand-written SQL. Each model declares ``protection``;
models of foreign packages and Django are listed in :data:`FOREIGN_TABLES` with a reason.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from staffelstab.core.tenancy import marks, touches

ORGANISATION = "(SELECT NULLIF(current_setting('staffelstab.organisation', true), '')::uuid)"
ACCOUNT = "(SELECT NULLIF(current_setting('staffelstab.account', true), '')::uuid)"
NETWORKS = "(SELECT string_to_array(NULLIF(current_setting('staffelstab.networks', true), ''), ','))::uuid[]"
PEERS = f"(SELECT organisation_id FROM identity_networkmembership WHERE network_id = ANY ({NETWORKS}))"  # noqa: S608 - no input


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy: command (SELECT, INSERT, UPDATE, DELETE) with its row conditions."""

    command: str
    using: str | None = None
    check: str | None = None


class Protection(ABC):
    """How the database protects a table."""

    tenant: ClassVar[bool] = True

    @abstractmethod
    def policies(self) -> tuple[Policy, ...]:
        """The policies of the application role."""

    @property
    def grants(self) -> str:
        """The privileges of the application role, comma separated."""
        return ", ".join(policy.command for policy in self.policies())


def _everything(using: str, check: str | None = None) -> tuple[Policy, ...]:
    written = check or using
    return (
        Policy("SELECT", using=using),
        Policy("INSERT", check=written),
        Policy("UPDATE", using=written, check=written),
        Policy("DELETE", using=written),
    )


@dataclass(frozen=True, slots=True)
class OrganisationOwned(Protection):
    """Rows of the active organisation. ``append_only`` rows can be added and read, never changed.

    ``kept_days`` lets append-only rows be forgotten once their ``at`` is that many days old, and never before: the
    shortest period a retention rule may set is kept by the database too.
    """

    append_only: bool = False
    kept_days: int | None = None

    def policies(self) -> tuple[Policy, ...]:
        own = f"organisation_id = {ORGANISATION}"
        if not self.append_only:
            return _everything(own)
        added = (Policy("SELECT", using=own), Policy("INSERT", check=own))
        if self.kept_days is None:
            return added
        old = f"at < now() - interval '{int(self.kept_days)} days'"
        return (*added, Policy("DELETE", using=f"{own} AND {old}"))


@dataclass(frozen=True, slots=True)
class Shared(Protection):
    """Rows with a ``visibility``: written by the owner, read by peers of a common network or by all."""

    def policies(self) -> tuple[Policy, ...]:
        own = f"organisation_id = {ORGANISATION}"
        read = f"{own} OR visibility = 'public' OR (visibility = 'network' AND organisation_id IN {PEERS})"
        return _everything(read, own)


@dataclass(frozen=True, slots=True)
class AccountOwned(Protection):
    """Rows only their account can see: no role, not even the organisation's administrator, reads them."""

    def policies(self) -> tuple[Policy, ...]:
        return _everything(f"organisation_id = {ORGANISATION} AND account_id = {ACCOUNT}")


@dataclass(frozen=True, slots=True)
class Custom(Protection):
    """Conditions written out, for the few tables of ``identity`` that carry tenancy itself."""

    read: str
    write: str
    commands: tuple[str, ...] = ("SELECT", "INSERT", "UPDATE", "DELETE")
    reason: str = ""

    def policies(self) -> tuple[Policy, ...]:
        return tuple(p for p in _everything(self.read, self.write) if p.command in self.commands)


@dataclass(frozen=True, slots=True)
class Global(Protection):
    """No tenant's data: reference tables (read only for the application) and technical tables, with a reason.

    Guarded by privileges alone: a policy that admits every row would look like protection and be none.
    """

    tenant: ClassVar[bool] = False
    reason: str = ""
    commands: tuple[str, ...] = ("SELECT",)

    def policies(self) -> tuple[Policy, ...]:
        return ()

    @property
    def grants(self) -> str:
        return ", ".join(self.commands)


def _of_account(column: str) -> str:
    """Rows of accounts the context may see: all at sign-in, then the own and those of the active organisation."""
    colleagues = f"(SELECT account_id FROM identity_membership WHERE organisation_id = {ORGANISATION})"  # noqa: S608 - no input
    return (
        f"({ACCOUNT} IS NULL AND {ORGANISATION} IS NULL) OR {column} = {ACCOUNT} OR {column} IN {colleagues}"
    )


_OWN = f"({ACCOUNT} IS NULL AND {ORGANISATION} IS NULL) OR user_id = {ACCOUNT}"
_CONFIRMED = "email_address_id IN (SELECT id FROM account_emailaddress)"
_FULL = ("SELECT", "INSERT", "UPDATE", "DELETE")
FOREIGN_TABLES: dict[str, Protection] = {
    "django_migrations": Global("schema history; no tenant data"),
    "django_content_type": Global("names of models; no tenant data"),
    "auth_permission": Global("required by django.contrib.auth; unused, no tenant data"),
    "auth_group": Global("required by django.contrib.auth; unused, no tenant data"),
    "auth_group_permissions": Global("required by django.contrib.auth; unused, no tenant data"),
    "django_session": Global("read by secret key before any tenant is known", _FULL),
    "django_tasks_database_dbtaskresult": Global("queue of jobs; arguments are ids only", _FULL),
    "account_emailaddress": Custom(
        _of_account("user_id"), _of_account("user_id"), reason="needed to sign in, before any tenant is known"
    ),
    "account_emailconfirmation": Custom(
        _CONFIRMED, _CONFIRMED, reason="needed to sign in, before any tenant is known; as its address"
    ),
    # Secrets: not even the own organisation reads them.
    "mfa_authenticator": Custom(_OWN, _OWN, reason="second factors of an account, asked for at sign-in"),
    "usersessions_usersession": Custom(
        _of_account("user_id"), _of_account("user_id"), reason="sessions of an account across organisations"
    ),
    "socialaccount_socialaccount": Custom(
        _of_account("user_id"),
        _of_account("user_id"),
        reason="found at sign-in through a provider; no tokens",
    ),
    "socialaccount_socialapp": Global("unused: providers stand in the operator's file"),
    "socialaccount_socialtoken": Global("unused: tokens of providers are not kept"),
    "staffelstab_cache": Global("rate limits and rendered charts; no tenant data", _FULL),
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its protection and its references inside the tenant."""

    name: str
    protection: Protection
    references: tuple[tuple[str, str, str], ...] = field(default=())
    """(constraint, column, referenced table) of each TenantForeignKey."""
    topic: str = ""
    """The counter that moves when its rows change (core.tenancy.touches); empty for none."""


def tables() -> Iterator[Table]:
    """All tables the installed models own. Raises LookupError for a model without a declaration."""
    for model in apps.get_models(include_auto_created=True):
        name = model._meta.db_table
        if not model._meta.managed:
            continue
        protection = getattr(model, "protection", None) or FOREIGN_TABLES.get(name)
        if protection is None:
            raise LookupError(f"{model._meta.label} declares no protection")
        yield Table(name, protection, tuple(_references(model)), _topic(model, protection))


def _topic(model: type[models.Model], protection: Protection) -> str:
    """The module's name, unless the model says otherwise; nothing for reference data, foreign and technical tables."""
    own = (
        protection.tenant and model.__module__.startswith("staffelstab.") and model._meta.app_label != "core"
    )
    return str(getattr(model, "revision_topic", model._meta.app_label)) if own else ""


def _references(model: type[models.Model]) -> Iterator[tuple[str, str, str]]:
    for column in model._meta.concrete_fields:
        # Local import would be a cycle (models → policies); the marker is the missing own constraint.
        if isinstance(column, models.ForeignKey) and not getattr(column, "db_constraint", True):
            target: Any = column.related_model
            yield (
                f"{model._meta.db_table}_{column.column}_tenant_fk",
                str(column.column),
                target._meta.db_table,
            )


def sync(connection: BaseDatabaseWrapper, *, app_role: str) -> None:
    """Write policies, privileges, triggers and composite keys where they differ. As the owner, in one transaction."""
    quote = connection.ops.quote_name
    found = list(tables())
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        found = [table for table in found if table.name in existing]
        for name in ("django_migrations", "staffelstab_cache"):
            if name in existing and name not in {table.name for table in found}:
                found.append(Table(name, FOREIGN_TABLES[name]))
        # Before the policies, which may use them, and whatever they name may still be missing.
        cursor.execute("SET LOCAL check_function_bodies = off")
        for config in apps.get_app_configs():
            for function in getattr(config.models_module, "FUNCTIONS", ()):
                cursor.execute(function)
        cursor.execute(touches.FUNCTIONS)
        _sync_tables(cursor, found, quote(app_role), quote)
        for table in found:
            _sync_references(cursor, table, quote)
        _sync_functions(cursor, quote(app_role))


def _sync_tables(cursor: Any, found: list[Table], app_role: str, quote: Any) -> None:
    """Write what is declared for the tables that differ from it; the others are not even locked."""
    declared = {
        table.name: [
            *statements([table], app_role=app_role, quote=quote),
            *touches.statements({table.name: table.topic}, quote=quote),
        ]
        for table in found
    }
    before = marks.read(cursor)
    different = []
    for name, lines in declared.items():
        carried, state = before[name]
        if carried != marks.mark(lines, state):
            different.append(name)
            for line in lines:
                cursor.execute(line)
    after = marks.read(cursor) if different else {}
    for name in different:
        cursor.execute(f"COMMENT ON TABLE {quote(name)} IS '{marks.mark(declared[name], after[name][1])}'")


def statements(found: list[Table], *, app_role: str, quote: Any) -> Iterator[str]:
    """The SQL of policies and privileges for the tables given."""
    for table in found:
        name = quote(table.name)
        yield f"REVOKE ALL ON {name} FROM PUBLIC, {app_role}"
        yield f"GRANT {table.protection.grants} ON {name} TO {app_role}"
        for policy_name in ("maintenance", "app_select", "app_insert", "app_update", "app_delete"):
            yield f"DROP POLICY IF EXISTS {policy_name} ON {name}"
        policies = table.protection.policies()
        if not policies:
            yield f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY"
            continue
        yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY, ENABLE ROW LEVEL SECURITY"
        # The owner migrates, backs up and runs the few SECURITY DEFINER functions; nobody signs in with it.
        yield f"CREATE POLICY maintenance ON {name} TO CURRENT_USER USING (true) WITH CHECK (true)"
        for policy in policies:
            using = f" USING ({policy.using})" if policy.using else ""
            check = f" WITH CHECK ({policy.check})" if policy.check else ""
            yield (
                f"CREATE POLICY app_{policy.command.lower()} ON {name} FOR {policy.command} "
                f"TO {app_role}{using}{check}"
            )


def _sync_references(cursor: Any, table: Table, quote: Any) -> None:
    for constraint, column, target in table.references:
        cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [constraint])
        if cursor.fetchone():
            continue
        unique = f"{target}_tenant_id_key"
        cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [unique])
        if not cursor.fetchone():
            cursor.execute(
                f"ALTER TABLE {quote(target)} ADD CONSTRAINT {quote(unique)} UNIQUE (organisation_id, id)"
            )
        cursor.execute(
            f"ALTER TABLE {quote(table.name)} ADD CONSTRAINT {quote(constraint)} "
            f"FOREIGN KEY (organisation_id, {quote(column)}) REFERENCES {quote(target)} (organisation_id, id) "
            f"DEFERRABLE INITIALLY DEFERRED"
        )


def _sync_functions(cursor: Any, app_role: str) -> None:
    """Our own functions (not those of extensions) may be called by the application role and nobody else."""
    cursor.execute(
        """SELECT p.oid::regprocedure::text FROM pg_proc p
           WHERE p.pronamespace = 'public'::regnamespace AND pg_get_userbyid(p.proowner) = CURRENT_USER
             AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"""
    )
    for (signature,) in cursor.fetchall():
        cursor.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {app_role}")
