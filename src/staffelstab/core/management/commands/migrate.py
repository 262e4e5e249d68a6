"""``staffelstab migrate``: schema, cache table, policies and privileges, as the owner role."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import Error as DatabaseFault
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from staffelstab.core.database import provisioning
from staffelstab.core.outages import Outage, outage
from staffelstab.core.tenancy import policies

LOCK_WAIT = "2s"
PAUSE, ATTEMPTS = 2.0, 45  # seconds between attempts; three minutes in all
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


def _refuse_other_encodings(connection: BaseDatabaseWrapper) -> None:
    """Raises CommandError. In any other one lengths, searches and the backup go wrong, and it cannot be changed."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        (encoding,) = cursor.fetchone()
    if encoding != "UTF8":
        raise CommandError(
            _(
                "The database keeps texts in the encoding %(encoding)s. Please make it anew: "
                "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
            )
            % {"encoding": encoding}
        )


def _prepare(connection: BaseDatabaseWrapper) -> None:
    """Make extensions and rights, where the role that migrates owns the database: a superuser is needed for none."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT CURRENT_USER, pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        )
        user, owner = cursor.fetchone()
        if user == owner:
            provisioning.prepare(connection.connection, owner=owner, app=settings.APP_ROLE)


def _patiently(step: Callable[[], object]) -> None:
    """Repeat a step that others' locks keep from its end. Migrations are transactions: what was done stays done.

    Raises CommandError.
    """
    for left in reversed(range(ATTEMPTS)):
        try:
            step()
        except DatabaseFault as error:
            if outage(error) is not Outage.BUSY:
                raise
            if not left:
                raise CommandError(
                    _(
                        "Another transaction keeps a table locked. What was done so far stays; please run the command "
                        "again when the long work (an import, a backup) has ended."
                    )
                ) from error
            time.sleep(PAUSE)
        else:
            return


class Command(DjangoMigrate):
    """Prepare the database, migrate, then bring row-level security in line with the models. Both are idempotent."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run as the owner role where one is configured. Raises CommandError."""
        only_look = options.get("plan") or options.get("check_unapplied")
        with as_owner():
            connection = connections["default"]
            _refuse_other_encodings(connection)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
                # Whoever asks for a table waits behind a migration that waits for it.
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_WAIT])
            try:
                if not only_look:
                    _prepare(connection)
                _patiently(partial(super().handle, *args, **options))
                if not only_look:
                    call_command("createcachetable", verbosity=0)
                    _patiently(partial(_protect, connection))
            finally:
                with connection.cursor() as cursor:
                    cursor.execute("RESET lock_timeout")
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


@transaction.atomic
def _protect(connection: BaseDatabaseWrapper) -> None:
    policies.sync(connection, app_role=settings.APP_ROLE)
