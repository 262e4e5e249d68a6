"""Events between modules: published in the transaction of the change, delivered as jobs.

Each AppConfig lists its subscriptions explicitly: ``subscriptions = {"workforce.import.applied": "path.to.function"}``.
A subscriber takes ``event: Event`` and must be idempotent: delivery is at least once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.module_loading import import_string

from staffelstab.core import jobs
from staffelstab.core.models import OutboxEvent
from staffelstab.core.tenancy import context


@dataclass(frozen=True, slots=True)
class Event:
    """News as a subscriber sees it."""

    id: UUID
    name: str
    organisation_id: UUID
    payload: Mapping[str, object]
    at: datetime


Subscriber = Callable[[Event], None]
_subscriptions: dict[str, tuple[str, ...]] = {}


def subscribe(subscriptions: Mapping[str, str]) -> None:
    """Add a module's subscriptions (event name → dotted path of the function)."""
    for name, path in subscriptions.items():
        known = _subscriptions.get(name, ())
        if path not in known:
            _subscriptions[name] = (*known, path)


def subscriptions() -> Mapping[str, tuple[str, ...]]:
    """Event names and the dotted paths of their subscribers."""
    return dict(_subscriptions)


def publish(name: str, payload: Mapping[str, object], *, at: datetime) -> None:
    """Write the event and enqueue one job per subscriber, in the current transaction."""
    organisation_id = context.current_organisation()
    event = OutboxEvent.objects.create(
        organisation_id=organisation_id, name=name, payload=dict(payload), at=at
    )
    for path in _subscriptions.get(name, ()):
        jobs.deliver.enqueue(str(organisation_id), str(event.pk), path)


def deliver(organisation_id: UUID, event_id: UUID, path: str) -> None:
    """Hand one event to one subscriber, in a transaction of the event's organisation."""
    with context.activate(context.TenancyContext(organisation_id=organisation_id)):
        row = OutboxEvent.objects.get(pk=event_id)
        subscriber: Subscriber = import_string(path)
        subscriber(
            Event(id=row.pk, name=row.name, organisation_id=organisation_id, payload=row.payload, at=row.at)
        )


jobs.deliverers.append(deliver)
