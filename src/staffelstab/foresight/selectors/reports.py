"""Reads of reports: the list, one report, what a report can be about."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db.models import FETCH_RAISE, Q, QuerySet

from staffelstab.core import permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.foresight.enums import ReportState, ReportSubject
from staffelstab.foresight.models import Report
from staffelstab.foresight.permissions import (
    NETWORK_READERS,
    REPORT_READERS_EVERYWHERE,
    REPORT_READERS_OF_UNITS,
)
from staffelstab.identity.models import Network
from staffelstab.identity.selectors.actors import current_organisation as own_organisation
from staffelstab.workforce.models import Unit

VIEW: Final = "foresight.report.view"
MAKE: Final = "foresight.report.make"

AT_WORK: Final = (ReportState.QUEUED, ReportState.RUNNING)


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """What a report is about. `unit_path`: from the root to the unit itself, empty for what is no unit."""

    kind: ReportSubject
    id: UUID
    name: str
    unit_path: tuple[UUID, ...] = ()


def list_reports(*, actor: Actor) -> QuerySet[Report]:
    """The reports the actor may read, without their contents. Raises PermissionRefused."""
    permissions.require(actor, VIEW)
    found: QuerySet[Report] = Report.objects.defer("inputs", "content").fetch_mode(FETCH_RAISE)
    allowed = Q(pk__in=[])
    if actor.system or not actor.roles.isdisjoint(NETWORK_READERS):
        allowed |= Q(subject=ReportSubject.NETWORK)
    units = actor.unit_ids(*REPORT_READERS_OF_UNITS)
    if actor.system or units is None or not actor.roles.isdisjoint(REPORT_READERS_EVERYWHERE):
        return found.filter(allowed | ~Q(subject=ReportSubject.NETWORK))
    return found.filter(allowed | Q(subject=ReportSubject.UNIT, unit_path__overlap=list(units)))


def get_report(*, actor: Actor, report_id: UUID, permission: str = VIEW) -> Report:
    """One report with its content. Raises NotFound, also when the actor may not."""
    found: Report | None = Report.objects.filter(pk=report_id).first()
    if found is None or not actor.may(permission, found):
        raise NotFound
    return found


def ready_report(*, actor: Actor, report_id: UUID) -> Report:
    """A report that has a content. Raises NotFound."""
    found = get_report(actor=actor, report_id=report_id)
    if found.state != ReportState.READY:
        raise NotFound
    return found


def readable(*, actor: Actor, report_id: UUID | None) -> Report | None:
    """The report with the key, without its content; None where there is none or it is not for the actor."""
    if report_id is None:
        return None
    found: Report | None = Report.objects.defer("inputs", "content").filter(pk=report_id).first()
    return found if found is not None and actor.may(VIEW, found) else None


def before(report: Report) -> Report | None:
    """The latest ready report on the same subject as of an earlier day."""
    found: Report | None = (
        Report.objects.filter(
            subject=report.subject,
            subject_id=report.subject_id,
            state=ReportState.READY,
            as_of__lt=report.as_of,
        )
        .order_by("-as_of", "-requested_at", "-id")
        .first()
    )
    return found


def organisation_subject(*, actor: Actor) -> Subject:
    """The whole organisation. Raises PermissionRefused when the actor may not report on it."""
    house = own_organisation(actor=actor)
    subject = Subject(ReportSubject.ORGANISATION, house.pk, house.name)
    permissions.require(actor, MAKE, subject)
    return subject


def unit_subject(*, actor: Actor, code: str) -> Subject:
    """A unit by its code. Raises NotFound, PermissionRefused when the actor may not report on it."""
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise NotFound
    subject = Subject(ReportSubject.UNIT, unit.pk, str(unit), tuple(unit.ancestor_ids))
    permissions.require(actor, MAKE, subject)
    return subject


def network_subject(*, actor: Actor, slug: str) -> Subject:
    """A network the actor's organisation runs, by its short name. Raises NotFound, PermissionRefused."""
    network = Network.objects.filter(slug=slug, operator_id=actor.organisation_id).first()
    if network is None:
        raise NotFound
    subject = Subject(ReportSubject.NETWORK, network.pk, network.name)
    permissions.require(actor, MAKE, subject)
    return subject


def subject_choices(*, actor: Actor, today: dt.date) -> tuple[Subject, ...]:
    """What the actor may report on: the house, its units in the order of the tree, the networks it runs."""
    permissions.require(actor, MAKE)
    house = own_organisation(actor=actor)
    found = [Subject(ReportSubject.ORGANISATION, house.pk, house.name)]
    active = Q(ended_on__isnull=True) | Q(ended_on__gt=today)
    rows = list(Unit.objects.filter(active).only("code", "name", "sort_key", "ancestor_ids"))
    order: Mapping[UUID, str] = {unit.pk: unit.sort_key for unit in rows}
    rows.sort(key=lambda unit: [(order.get(key, ""), key) for key in unit.ancestor_ids])
    found += [Subject(ReportSubject.UNIT, unit.pk, str(unit), tuple(unit.ancestor_ids)) for unit in rows]
    found += [
        Subject(ReportSubject.NETWORK, network.pk, network.name)
        for network in Network.objects.filter(operator_id=house.pk)
    ]
    return tuple(subject for subject in found if actor.may(MAKE, subject))
