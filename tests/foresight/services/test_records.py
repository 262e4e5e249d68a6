"""The record kept once a quarter, by import and every night."""

from __future__ import annotations

import datetime as dt

import pytest

from staffelstab.core import outbox
from staffelstab.core.errors import PermissionRefused
from staffelstab.core.models import AuditEntry, OutboxEvent
from staffelstab.foresight.models import RiskRecord
from staffelstab.foresight.services.records import record_quarter
from staffelstab.foresight.subscribers import on_new_day
from tests import daily_work
from tests.factories.foresight import small_house
from tests.factories.workforce import TaskFactory
from tests.world import NOW, World


def test_record_quarter_keeps_one_row_per_quarter(world: World) -> None:
    with world.inside():
        small_house()
        record_quarter(actor=world.system, today=dt.date(2026, 10, 1), now=NOW)
        TaskFactory()
        record_quarter(actor=world.system, today=dt.date(2026, 12, 31), now=NOW)
        record_quarter(actor=world.system, today=dt.date(2027, 1, 1), now=NOW)
        rows = RiskRecord.objects.values_list(
            "quarter", "recorded_on", "tasks", "red_now", "red_two_years", "without_holder", "one_holder"
        )
        assert list(rows) == [
            (8108, dt.date(2027, 1, 1), 5, 2, 4, 2, 1),
            (8107, dt.date(2026, 12, 31), 5, 2, 3, 2, 1),
        ]
        assert AuditEntry.objects.filter(action="foresight.quarter.recorded").count() == 2


def test_record_quarter_is_for_the_system(world: World) -> None:
    with world.inside(), pytest.raises(PermissionRefused):
        record_quarter(actor=world.actor("knowledge_manager"), today=dt.date(2026, 10, 1), now=NOW)


def test_an_applied_import_records_the_quarter(world: World) -> None:
    with world.inside():
        small_house()
        outbox.publish("workforce.import.applied", {"import": "1"}, at=NOW)
        event_id = OutboxEvent.objects.get().pk
    (subscriber,) = (
        path for path in outbox.subscriptions()["workforce.import.applied"] if ".foresight." in path
    )
    outbox.deliver(world.organisation.pk, event_id, subscriber)
    outbox.deliver(world.organisation.pk, event_id, subscriber)  # at least once
    with world.inside():
        assert list(RiskRecord.objects.values_list("tasks", flat=True)) == [4]


def test_new_day_records_every_organisation(world: World) -> None:
    on_new_day(now=dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC))
    assert daily_work.do_what_was_handed_out() == 3
    for key in (world.organisation.pk, world.neighbour_id, world.stranger_id):
        with world.inside(organisation_id=key):
            assert RiskRecord.objects.get().recorded_on == dt.date(2026, 11, 22)
