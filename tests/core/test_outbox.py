"""News is written with the change, delivered once per subscriber at least, and stays within its organisation."""

from __future__ import annotations

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from staffelstab.core import jobs, outbox
from staffelstab.core.errors import TenantMissing
from staffelstab.core.models import OutboxEvent
from staffelstab.core.outbox import Event
from staffelstab.core.tenancy.context import current
from tests.world import NOW, World

RECEIVED: list[tuple[Event, object]] = []
HERE = f"{__name__}.receive"


def receive(event: Event) -> None:
    """A subscriber of the tests; notes in whose name it ran."""
    RECEIVED.append((event, current()))


def fail(_event: Event) -> None:
    """A subscriber that cannot."""
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def subscriptions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_subscriptions", {"core.test.happened": (HERE, "other.subscriber")})
    RECEIVED.clear()


def test_publish_writes_the_event_and_one_job_per_subscriber(world: World) -> None:
    with world.inside():
        outbox.publish("core.test.happened", {"n": 1}, at=NOW)
        event = OutboxEvent.objects.get()
    queued = [row.args_kwargs["args"] for row in DBTaskResult.objects.order_by("enqueued_at")]
    owner = str(world.organisation.pk)
    assert queued == [[owner, str(event.pk), HERE], [owner, str(event.pk), "other.subscriber"]]


def test_publish_without_subscribers_still_writes_the_event(world: World) -> None:
    with world.inside():
        outbox.publish("core.test.ignored", {}, at=NOW)
        assert OutboxEvent.objects.count() == 1
    assert DBTaskResult.objects.count() == 0


def test_nothing_is_published_by_a_change_that_fails(world: World) -> None:
    with world.inside():
        with transaction.atomic():
            outbox.publish("core.test.happened", {}, at=NOW)
            transaction.set_rollback(True)
        assert OutboxEvent.objects.count() == 0
    assert DBTaskResult.objects.count() == 0


def test_publish_without_an_organisation_is_an_error(db: None) -> None:
    with pytest.raises(TenantMissing):
        outbox.publish("core.test.happened", {}, at=NOW)


def test_delivery_runs_in_the_organisation_of_the_event(world: World) -> None:
    with world.inside():
        outbox.publish("core.test.happened", {"n": 1}, at=NOW)
        event = OutboxEvent.objects.get()
    jobs.deliver.call(str(world.organisation.pk), str(event.pk), HERE)
    [(received, context)] = RECEIVED
    assert received == Event(event.pk, "core.test.happened", world.organisation.pk, {"n": 1}, NOW)
    assert context.organisation_id == world.organisation.pk  # type: ignore[attr-defined]
    assert current() is None


def test_delivery_may_be_repeated(world: World) -> None:
    with world.inside():
        outbox.publish("core.test.happened", {}, at=NOW)
        key = str(OutboxEvent.objects.get().pk)
    for _time in range(2):
        jobs.deliver.call(str(world.organisation.pk), key, HERE)
    assert [event.name for event, _context in RECEIVED] == ["core.test.happened"] * 2


def test_event_of_another_organisation_is_not_delivered(world: World) -> None:
    with world.inside():
        outbox.publish("core.test.happened", {}, at=NOW)
        key = str(OutboxEvent.objects.get().pk)
    with pytest.raises(OutboxEvent.DoesNotExist):
        jobs.deliver.call(str(world.stranger_id), key, HERE)
    assert RECEIVED == []


def test_failing_subscriber_leaves_the_event_for_another_time(world: World) -> None:
    with world.inside():
        outbox.publish("core.test.happened", {}, at=NOW)
        key = str(OutboxEvent.objects.get().pk)
    with pytest.raises(ZeroDivisionError):
        jobs.deliver.call(str(world.organisation.pk), key, f"{__name__}.fail")
    with world.inside():
        assert OutboxEvent.objects.count() == 1


def test_subscribing_twice_counts_once() -> None:
    for _time in range(2):
        outbox.subscribe({"core.test.other": HERE})
    assert outbox.subscriptions()["core.test.other"] == (HERE,)
