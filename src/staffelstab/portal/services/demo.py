"""Loads the demo through the same services an office uses: organisations, import, accounts, roles, measures."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from staffelstab.core.actors import Actor, system_actor
from staffelstab.core.errors import DomainError
from staffelstab.core.ids import new_id
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.foresight.enums import MeasureKind
from staffelstab.foresight.services import measures
from staffelstab.identity.models import Organisation
from staffelstab.identity.selectors.actors import organisation_id_by_slug
from staffelstab.identity.services import accounts, organisations
from staffelstab.portal.domain.demo import Demo, DemoOrganisation, build_demo, read_services
from staffelstab.vocabulary.enums import Topic, Visibility
from staffelstab.vocabulary.services import catalogue
from staffelstab.workforce.enums import ImportState
from staffelstab.workforce.models import Person, Position, Task, Unit
from staffelstab.workforce.services import bulk, persons
from staffelstab.workforce.services.imports import runs

TOPIC_OF_UNIT = {
    "32": Topic.LAW, "33": Topic.LAW, "34": Topic.FAMILY, "36": Topic.ENVIRONMENT, "37": Topic.LAW,
    "40": Topic.EDUCATION, "41": Topic.LEISURE, "50": Topic.WORK, "51": Topic.FAMILY, "61": Topic.BUILDING,
    "63": Topic.BUILDING, "66": Topic.MOBILITY, "67": Topic.ENVIRONMENT, "68": Topic.MOBILITY, "80": Topic.BUSINESS,
    "20": Topic.TAXES, "FB2": Topic.LAW, "FB3": Topic.FAMILY, "FB4": Topic.BUILDING, "LE": Topic.EDUCATION,
}  # fmt: skip
"""Topic by top-level unit; everything else is an internal service."""

Say = Callable[[str], None]


class DemoImportFailed(DomainError):
    """The demo's own register was refused by the import: a defect of the demo."""

    code = "portal.demo_import_failed"
    template = _("The register of “%(organisation)s” was refused by the import.")


def is_loaded() -> bool:
    """Whether the demo's organisations exist in this database."""
    return organisation_id_by_slug("brueckenfeld") is not None


@transaction.atomic
def load_demo(*, today: date, now: datetime, say: Say) -> Demo:
    """Create everything the demo shows, or nothing. Runs once on an empty database; ``say`` is told each step.

    One transaction: who stops the first start meets no half demo at the next one (``is_loaded``).
    """
    demo = build_demo(today=today)
    made = {house.slug: _create(house, now, operator=house.slug == "rzw") for house in demo.organisations}
    _create_network(demo, made, now)
    for house in demo.organisations:
        say(f"{house.name}: {len(house.positions)} Stellen, {len(house.tasks)} Aufgaben")
        _fill(house, made[house.slug], now)
    for house in demo.organisations:
        _add_personas(demo, made[house.slug], now)
        _add_measures(demo, made[house.slug], now)
    return demo


def _create(house: DemoOrganisation, now: datetime, *, operator: bool) -> Organisation:
    return organisations.create_organisation(
        slug=house.slug,
        name=house.name,
        short_name=house.short_name,
        kind=house.kind,
        ags=house.ags or "",
        colour=house.colour,
        is_operator=operator,
        now=now,
    )


def _actor(organisation: Organisation) -> Actor:
    return system_actor(organisation_id=organisation.pk, organisation_name=organisation.name, reason="Demo")


def _create_network(demo: Demo, made: dict[str, Organisation], now: datetime) -> None:
    operator = made[demo.network.operator]
    network = organisations.create_network(
        slug=demo.network.slug, name=demo.network.name, operator=operator, now=now
    )
    with activate(TenancyContext(operator.pk, None, (network.pk,))):
        for slug, shares in demo.network.members:
            if slug != demo.network.operator:
                organisations.join_network(
                    network_id=network.pk,
                    organisation=made[slug],
                    shares=shares,
                    actor=_actor(operator),
                    now=now,
                )


def workbook(house: DemoOrganisation) -> bytes:
    """The house's register as the zip of CSV files an office would upload."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in house.sheets().items():
            text = StringIO()
            writer = csv.DictWriter(text, fieldnames=list(rows[0]), delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
            archive.writestr(f"{name}.csv", text.getvalue().encode("utf-8-sig"))
    return target.getvalue()


def _fill(house: DemoOrganisation, organisation: Organisation, now: datetime) -> None:
    actor = _actor(organisation)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "Register.zip"
        path.write_bytes(workbook(house))
        with activate(TenancyContext(organisation.pk)):
            outcome = runs.import_file(path=path, name=path.name, actor=actor, now=now)
    if outcome.state != ImportState.APPLIED:
        raise DemoImportFailed(organisation=house.slug)
    with activate(TenancyContext(organisation.pk)):
        if house.kind == "municipality":
            rows = [(row.key, row.name, row.terms) for row in read_services()]
            catalogue.import_rows(
                rows=rows, source="Demo", visibility=Visibility.NETWORK, actor=actor, now=now
            )
        _set_topics(actor, now)


def _set_topics(actor: Actor, now: datetime) -> None:
    roots = dict(Unit.objects.filter(parent=None).values_list("id", "code"))
    by_topic: dict[Topic, list[UUID]] = {}
    for task_id, path in Task.objects.values_list("id", "unit__ancestor_ids"):
        by_topic.setdefault(TOPIC_OF_UNIT.get(roots[path[0]], Topic.INTERNAL), []).append(task_id)
    for topic, task_ids in by_topic.items():
        bulk.set_topic(task_ids=task_ids, topic=topic, actor=actor, now=now)


def _add_personas(demo: Demo, organisation: Organisation, now: datetime) -> None:
    actor = _actor(organisation)
    with activate(TenancyContext(organisation.pk)):
        units = dict(Unit.objects.values_list("code", "id"))
        for persona in demo.personas:
            for seat in persona.memberships:
                if seat.organisation != organisation.slug:
                    continue
                membership = accounts.add_member(
                    email=persona.email, display_name=persona.display_name, actor=actor, now=now
                )
                grants = [(role, units[unit] if unit else None) for role, unit in seat.roles]
                accounts.set_roles(membership=membership, grants=grants, actor=actor, now=now)
                person = Person.objects.filter(personnel_number=seat.personnel_number).first()
                if person is not None:
                    persons.link_account(
                        person=person, account_id=membership.account_id, seen=None, actor=actor, now=now
                    )


def _add_measures(demo: Demo, organisation: Organisation, now: datetime) -> None:
    actor = _actor(organisation)
    with activate(TenancyContext(organisation.pk)):
        for row in demo.measures:
            if row.organisation != organisation.slug:
                continue
            measures.record_measure(
                measure_id=new_id(),
                task=Task.objects.select_related("unit").get(key=row.task_key),
                kind=_kind(row.what),
                what=row.what,
                position=Position.objects.filter(number=row.position_number).first(),
                due_on=date.fromisoformat(row.until),
                state=row.state,
                actor=actor,
                now=now,
            )


def _kind(what: str) -> MeasureKind:
    """The kind of a measure from its words; the demo's data names none."""
    lower = what.lower()
    words = {
        MeasureKind.HANDOVER: ("übergabe", "übergeben"),
        MeasureKind.DEPUTY: ("vertretung", "einarbeiten", "zu zweit"),
        MeasureKind.PAGE: ("beschreib", "sammlung", "festhalten", "steckbrief", "dokument"),
        MeasureKind.HIRE: ("stelle", "ausschreib", "nachfolge", "besetz"),
    }
    return next(
        (kind for kind, signs in words.items() if any(sign in lower for sign in signs)), MeasureKind.OTHER
    )
