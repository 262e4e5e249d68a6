"""``staffelstab migrate``: schema, cache table, policies and privileges, as the owner role."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections, transaction

from staffelstab.core.tenancy import policies

_LOCK = 7_318_001  # any number of our own: two migrations at once wait for each other


class Command(DjangoMigrate):
    """Migrate, then bring row-level security in line with the models. Both are idempotent."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run as the owner role where one is configured."""
        if options["database"] == "default" and "owner" in connections:
            options["database"] = "owner"
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            super().handle(*args, **options)
            if options.get("plan") or options.get("check_unapplied"):
                return
            call_command("createcachetable", database=options["database"], verbosity=0)
            with transaction.atomic(using=options["database"]):
                policies.sync(connection, app_role=settings.APP_ROLE)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
