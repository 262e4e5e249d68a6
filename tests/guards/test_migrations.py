"""Migrations agree with the models, know nothing of today's code, and form one line that can be walked back."""

from __future__ import annotations

from django.core.management import call_command

from tests.guards import schema_changes


def test_no_migration_is_pending(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)


def test_migrations_stand_on_their_own() -> None:
    assert schema_changes.findings() == []
