"""Row-level security as the migrated database has it, table by table, and what the application role cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from staffelstab.core.database.facts import ConnectionFacts
from staffelstab.core.tenancy import policies
from tests.guards import rls

REVIEWED = {
    # no tenant's data, privileges only (as staffelstab_cache, which the tests keep in memory)
    "auth_group": "global",
    "auth_group_permissions": "global",
    "auth_permission": "global",
    "django_content_type": "global",
    "django_migrations": "global",
    "django_session": "global",
    "django_tasks_database_dbtaskresult": "global",
    "socialaccount_socialapp": "global",
    "socialaccount_socialtoken": "global",
    "vocabulary_municipality": "global",
    # above or across organisations, with policies of their own
    "account_emailaddress": "custom",
    "account_emailconfirmation": "custom",
    "identity_account": "custom",
    "identity_network": "custom",
    "identity_networkmembership": "custom",
    "identity_operator": "custom",
    "identity_organisation": "custom",
    "identity_signinentry": "custom",
    "mfa_authenticator": "custom",
    "socialaccount_socialaccount": "custom",
    "usersessions_usersession": "custom",
}
"""Tables that do not belong to one organisation. A new name here is a decision: see docs/architecture/tenancy.md."""

SECURITY_DEFINERS = frozenset(
    {
        "core_shared_revision()",
        "identity_account_id(text)",
        "identity_account_sort_key()",
        "identity_forget_account(uuid)",
        "identity_membership_found(text[],text[],text,text,uuid,boolean,integer,integer,integer)",
        "identity_membership_sort_key()",
        "identity_operator_id()",
        "identity_organisation_id(text)",
        "identity_organisation_ids()",
        "workforce_person_found(text[],text[],text,text,uuid,boolean,integer,integer,integer)",
        "workforce_position_found(text[],text[],text,text,uuid,boolean,integer,integer,integer)",
        "workforce_task_found(text[],text[],text,text,uuid,boolean,integer,integer,integer)",
    }
)


@pytest.fixture
def app(
    postgres: ConnectionFacts, django_db_setup: None, worker_id: str
) -> Iterator[psycopg.Connection[Any]]:
    """The application role on the migrated database."""
    with psycopg.connect(postgres.conninfo(database=f"test_{worker_id}", user=rls.APP)) as connected:
        yield connected
        connected.rollback()


def declared() -> dict[str, policies.Protection]:
    return dict(policies.FOREIGN_TABLES) | {table.name: table.protection for table in policies.tables()}


def test_every_table_is_protected_as_declared(app: psycopg.Connection[Any]) -> None:
    assert rls.table_findings(app, declared(), REVIEWED) == []


def test_application_role_has_no_rights_beyond_rows(app: psycopg.Connection[Any]) -> None:
    assert rls.role_findings(app) == []


def test_functions_with_the_owners_rights_are_exactly_the_reviewed_ones(app: psycopg.Connection[Any]) -> None:
    assert rls.function_findings(app, SECURITY_DEFINERS) == []


def test_references_between_tenant_tables_include_the_organisation(app: psycopg.Connection[Any]) -> None:
    assert rls.reference_findings(app, list(policies.tables())) == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.anything (id int)",
        "CREATE SCHEMA anything",
        "TRUNCATE workforce_task",
        "SET ROLE staffelstab_owner",
        "SELECT rolpassword FROM pg_authid",
        "ALTER TABLE workforce_task DISABLE ROW LEVEL SECURITY",
        "DROP POLICY app_select ON workforce_task",
        "ALTER ROLE staffelstab_app BYPASSRLS",
        "CREATE POLICY open ON workforce_task USING (true)",
        "UPDATE core_auditentry SET action = ''",
        "UPDATE core_look SET what = ''",
        "DELETE FROM core_retentionrun",
        "INSERT INTO vocabulary_municipality VALUES ('1', '1', 'x', 'x', 'x', 1)",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
def test_application_role_is_refused(db: None, statement: str) -> None:
    with (
        pytest.raises(DatabaseError) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert type(refusal.value.__cause__) is psycopg.errors.InsufficientPrivilege


def test_row_security_cannot_be_switched_off(db: None) -> None:
    with (
        pytest.raises(DatabaseError) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT set_config('row_security', 'off', true); SELECT count(*) FROM workforce_task")
    assert type(refusal.value.__cause__) is psycopg.errors.InsufficientPrivilege
