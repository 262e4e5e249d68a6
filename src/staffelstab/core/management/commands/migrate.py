"""``staffelstab migrate``: schema, cache table, policies and privileges, as the owner role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections, transaction

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


class Command(DjangoMigrate):
    """Migrate, then bring row-level security in line with the models. Both are idempotent."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run as the owner role where one is configured."""
        with as_owner():
            connection = connections["default"]
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            try:
                super().handle(*args, **options)
                if options.get("plan") or options.get("check_unapplied"):
                    return
                call_command("createcachetable", verbosity=0)
                with transaction.atomic():
                    policies.sync(connection, app_role=settings.APP_ROLE)
            finally:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
