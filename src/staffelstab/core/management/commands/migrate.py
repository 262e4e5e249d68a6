"""``staffelstab migrate``: schema, cache table, policies and privileges, as the owner role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from staffelstab.core.database import provisioning
from staffelstab.core.tenancy import policies

_LOCK = 7_318_001  # any number of our own: two migrations at once wait for each other


@contextmanager
def as_owner() -> Iterator[None]:
    """Let the default connection be the owner's for the block, where an owner is configured.

    Not a second alias: migrations of foreign packages write through the default connection, and two connections
    would wait for each other's locks.
    """
    if "owner" not in connections.databases:
        yield
        return
    application = connections.databases["default"]
    _replace(connections.databases["owner"])
    try:
        yield
    finally:
        _replace(application)


def _replace(configuration: dict[str, Any]) -> None:
    connections["default"].close()
    del connections["default"]
    connections.databases["default"] = configuration


def _prepare(connection: BaseDatabaseWrapper) -> None:
    """Make extensions and rights, where the role that migrates owns the database: a superuser is needed for none."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT CURRENT_USER, pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        )
        user, owner = cursor.fetchone()
        if user == owner:
            provisioning.prepare(connection.connection, owner=owner, app=settings.APP_ROLE)


class Command(DjangoMigrate):
    """Prepare the database, migrate, then bring row-level security in line with the models. Both are idempotent."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run as the owner role where one is configured."""
        with as_owner():
            connection = connections["default"]
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            try:
                if not (options.get("plan") or options.get("check_unapplied")):
                    _prepare(connection)
                super().handle(*args, **options)
                if options.get("plan") or options.get("check_unapplied"):
                    return
                call_command("createcachetable", verbosity=0)
                with transaction.atomic():
                    policies.sync(connection, app_role=settings.APP_ROLE)
            finally:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
