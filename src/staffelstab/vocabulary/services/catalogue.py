"""The catalogue of public services: importing a file's rows, changing what the house adds to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from staffelstab.core import audit, permissions, revisions
from staffelstab.core.actors import Actor
from staffelstab.core.days import day_of
from staffelstab.core.errors import DomainError
from staffelstab.core.ids import new_id
from staffelstab.core.models import AuditEntry
from staffelstab.core.sorting import sort_key
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.vocabulary.domain.services import Problem, ServiceRow, check_rows, search_text, split_terms
from staffelstab.vocabulary.enums import SERVICE_VISIBILITIES
from staffelstab.vocabulary.models import Service

TOPIC = "vocabulary"
IMPORT = "vocabulary.service.import"
SOURCE_LENGTH = 100
_BATCH = 1000
_FIELDS = ("key", "local_id", "name", "terms", "source", "ended_on")

RawRow = ServiceRow | Problem | tuple[str, str, Iterable[str]]
Changes = dict[str, tuple[object, object]]


class CatalogueUnnamed(DomainError):
    """Services are recognised by the catalogue they come from."""

    code = "vocabulary.source_missing"
    template = _("Please name the catalogue the services come from, in at most %(limit)s characters.")


class VisibilityNotPossible(DomainError):
    """A catalogue belongs to the organisation, not to a unit of it."""

    code = "vocabulary.visibility_not_possible"
    template = _("Services can be visible to the own organisation, to the network or to everybody.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did, in numbers of services, and what it could not take as it stood."""

    new: int
    changed: int
    unchanged: int
    ended: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A service of the catalogue with the values the file gives it."""

    service: Service
    changes: Changes


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. ``new`` are services not saved yet."""

    new: tuple[Service, ...]
    changed: tuple[Change, ...]
    ended: tuple[Change, ...]
    unchanged: int
    problems: tuple[Problem, ...]

    @property
    def outcome(self) -> Outcome:
        """The plan in numbers."""
        return Outcome(len(self.new), len(self.changed), self.unchanged, len(self.ended), self.problems)


def plan_import(
    *,
    rows: Iterable[RawRow],
    source: str,
    visibility: str,
    end_missing: bool = False,
    actor: Actor,
    now: dt.datetime,
) -> Plan:
    """What :func:`import_rows` would do with the same arguments; reads only.

    Raises PermissionRefused, CatalogueUnnamed, VisibilityNotPossible.
    """
    permissions.require(actor, IMPORT)
    check_terms_of_import(source=source, visibility=visibility)
    problems: list[Problem] = []
    usable: list[ServiceRow] = []
    for item in check_rows(_as_row(row) for row in rows):
        (problems if isinstance(item, Problem) else usable).append(item)  # type: ignore[arg-type]
    known = list(Service.objects.order_by("id"))
    pairs = _match(usable, known, source)
    pairs = _without_foreign_keys(pairs, known, problems)
    new: list[Service] = []
    changed: list[Change] = []
    for row, service in pairs:
        if service is None:
            new.append(_new_service(row, source, visibility))
            continue
        changes = audit.differences(
            {name: getattr(service, name) for name in _FIELDS}, _values(row, service, source)
        )
        if changes:
            changed.append(Change(service, changes))
    met = {service.pk for _row, service in pairs if service is not None}
    today = day_of(now)
    ended = [
        Change(service, {"ended_on": (None, today)})
        for service in known
        if end_missing and service.source == source and service.ended_on is None and service.pk not in met
    ]
    return Plan(tuple(new), tuple(changed), tuple(ended), len(met) - len(changed), tuple(problems))


@transaction.atomic
def import_rows(
    *,
    rows: Iterable[RawRow],
    source: str,
    visibility: str,
    end_missing: bool = False,
    actor: Actor,
    now: dt.datetime,
) -> Outcome:
    """Bring the catalogue of the active organisation in line with rows of one source.

    A row is a :class:`ServiceRow` or a tuple of key, name and terms (words, or one text separated by commas). A
    service is recognised by the source's own id, else by its key; a repeated import changes nothing. ``visibility``
    holds for new services: those already there keep theirs, and the topic and the words the house added. What
    the source no longer lists ends only with ``end_missing``. Rows that cannot be taken are reported as problems.

    Raises PermissionRefused, CatalogueUnnamed, VisibilityNotPossible.
    """
    permissions.require(actor, IMPORT)
    # The counter's row is the lock: a second import of the organisation waits here and then sees this one.
    revisions.bump(current_organisation(), TOPIC)
    plan = plan_import(
        rows=rows, source=source, visibility=visibility, end_missing=end_missing, actor=actor, now=now
    )
    _save(plan)
    _record(plan, actor=actor, now=now)
    return plan.outcome


def check_terms_of_import(*, source: str, visibility: str) -> None:
    """Raise CatalogueUnnamed or VisibilityNotPossible where an import could not begin."""
    if not source.strip() or len(source) > SOURCE_LENGTH:
        raise CatalogueUnnamed(limit=SOURCE_LENGTH)
    if visibility not in SERVICE_VISIBILITIES:
        raise VisibilityNotPossible


def _as_row(item: RawRow) -> ServiceRow | Problem:
    if isinstance(item, ServiceRow | Problem):
        return item
    key, name, terms = item
    return ServiceRow(key, name, split_terms(terms) if isinstance(terms, str) else tuple(terms))


def _match(
    rows: Sequence[ServiceRow], known: Sequence[Service], source: str
) -> list[tuple[ServiceRow, Service | None]]:
    """Each row with its service: by the source's id before the key, and no service twice."""
    by_id = {service.local_id: service for service in known if service.local_id and service.source == source}
    found = {row: by_id[row.local_id] for row in rows if row.local_id in by_id}
    taken = {service.pk for service in found.values()}
    by_key = {service.key: service for service in known if service.key and service.pk not in taken}
    return [(row, found.get(row) or by_key.get(row.key)) for row in rows]


def _without_foreign_keys(
    pairs: Iterable[tuple[ServiceRow, Service | None]], known: Sequence[Service], problems: list[Problem]
) -> list[tuple[ServiceRow, Service | None]]:
    """Rows whose key stays with a service this import does not touch lose it, and say so."""
    pairs = list(pairs)
    met = {service.pk for _row, service in pairs if service is not None}
    kept = {service.key: service for service in known if service.key and service.pk not in met}
    result: list[tuple[ServiceRow, Service | None]] = []
    for row, service in pairs:
        if row.key in kept:
            problems.append(Problem("key_taken", row.row, {"key": row.key, "first": kept[row.key].name}))
            row = replace(row, key="")  # noqa: PLW2901 - the row as it will be stored
        result.append((row, service))
    return result


def _new_service(row: ServiceRow, source: str, visibility: str) -> Service:
    service = Service(
        id=new_id(),
        organisation_id=current_organisation(),
        key=row.key,
        local_id=row.local_id,
        name=row.name,
        terms=list(row.terms),
        source=source,
        visibility=visibility,
    )
    derive(service)
    return service


def _values(row: ServiceRow, service: Service, source: str) -> Mapping[str, object]:
    """What the file makes of a service. A row without an id leaves the service with the source that has one."""
    keeps_source = bool(service.local_id) and not row.local_id
    return {
        "key": row.key,
        "local_id": row.local_id or service.local_id,
        "name": row.name,
        "terms": list(row.terms),
        "source": service.source if keeps_source else source,
        "ended_on": None,
    }


def derive(service: Service) -> None:
    """Set what follows from the other fields: the sort key and the text a search looks at."""
    service.sort_key = sort_key(service.name)[:300]
    service.search = search_text(
        name=service.name,
        terms=(*service.terms, *service.own_terms),
        key=service.key,
        local_id=service.local_id,
    )


def _save(plan: Plan) -> None:
    touched = [*plan.changed, *plan.ended]
    for change in touched:
        for name, (_old, new) in change.changes.items():
            setattr(change.service, name, new)
        derive(change.service)
    # Two services may exchange their keys: the old ones give way before the new ones arrive.
    moving = [
        change.service.pk for change in touched if {"key", "local_id", "source"} & change.changes.keys()
    ]
    Service.objects.filter(pk__in=moving).update(key="", local_id="")
    Service.objects.bulk_create(
        [change.service for change in touched],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*_FIELDS, "sort_key", "search"],
        batch_size=_BATCH,
    )
    Service.objects.bulk_create(plan.new, batch_size=_BATCH)


def _record(plan: Plan, *, actor: Actor, now: dt.datetime) -> None:
    """One line of the trail per service."""
    created = [
        (
            "vocabulary.service.created",
            service,
            audit.differences({}, {name: getattr(service, name) for name in _FIELDS}),
        )
        for service in plan.new
    ]
    changed = [("vocabulary.service.changed", change.service, change.changes) for change in plan.changed]
    ended = [("vocabulary.service.ended", change.service, change.changes) for change in plan.ended]
    AuditEntry.objects.bulk_create(
        [
            AuditEntry(
                organisation_id=current_organisation(),
                at=now,
                **audit.who(actor),
                action=action,
                object_type=Service._meta.label_lower,
                object_id=service.pk,
                object_name=service.name,
                changes={name: [audit.plain(old), audit.plain(new)] for name, (old, new) in changes.items()},
            )
            for action, service, changes in (*created, *changed, *ended)
        ],
        batch_size=_BATCH,
    )
