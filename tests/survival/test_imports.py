"""An import whose database goes away in the middle: all or nothing, and done again without anybody's help."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError, connection

from staffelstab.core.database.facts import ConnectionFacts
from staffelstab.workforce.models import Import, Unit
from staffelstab.workforce.services.imports import runs
from tests.factories.register import SMALL, zip_bytes
from tests.world import NOW, World


@pytest.mark.slow  # a database of its own
def test_import_that_loses_the_database_stays_under_way_and_is_completed(
    postgres: ConnectionFacts, committed_database: str
) -> None:
    world, name = World.load(), connection.settings_dict["NAME"]
    key = world.organisation.pk
    with world.inside():
        content = ContentFile(zip_bytes(SMALL), name="register.zip")
        batch = runs.upload(file=content, name="register.zip", actor=world.actor(), now=NOW)
    runs.check(organisation_id=key, import_id=batch.pk, now=NOW)
    with world.inside():
        runs.confirm(batch=batch, end_missing=False, actor=world.actor(), now=NOW)
    armed = [True]

    def lose(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        if armed and str(sql).lstrip().startswith("INSERT INTO workforce_task"):
            armed.clear()
            with psycopg.connect(postgres.conninfo(database="postgres"), autocommit=True) as superuser:
                superuser.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
                )
        return execute(sql, params, many, context)

    with connection.execute_wrapper(lose), pytest.raises(OperationalError):
        runs.apply(organisation_id=key, import_id=batch.pk, now=NOW)
    assert armed == []
    with world.inside():
        assert (Import.objects.get(pk=batch.pk).state, Unit.objects.count()) == ("applying", 0)
    runs.apply(organisation_id=key, import_id=batch.pk, now=NOW)
    with world.inside():
        assert (Import.objects.get(pk=batch.pk).state, Unit.objects.count()) == ("applied", 3)
