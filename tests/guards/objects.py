"""An object for every argument of an address, made in the active context."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from staffelstab.core.ids import new_id
from staffelstab.core.tenancy.context import TenancyContext, activate, current_organisation
from staffelstab.foresight.domain.report_document import SCHEMA, Document, digest, written
from staffelstab.foresight.enums import ReportState
from staffelstab.foresight.models import Report
from staffelstab.identity.models import Network, NetworkMembership
from staffelstab.workforce.enums import ImportState
from staffelstab.workforce.models import Import
from staffelstab.workforce.services.imports import runs
from tests.guards import rows
from tests.world import NOW


def network_id() -> UUID:
    """A network the organisation belongs to; one of its own where there is none yet."""
    organisation_id = current_organisation()
    found = NetworkMembership.objects.filter(organisation_id=organisation_id)
    known: UUID | None = found.values_list("network_id", flat=True).first()
    if known is not None:
        return known
    key = new_id()
    with activate(TenancyContext(organisation_id, None, (key,))):
        Network.objects.create(id=key, slug=str(key), name=rows.mark(), operator_id=organisation_id)
        NetworkMembership.objects.create(network_id=key, organisation_id=organisation_id, since=rows.TODAY)
    return key


def rejected_upload() -> Import:
    """An upload with a problem and its file."""
    batch = rows.upload()
    batch.file_name = "Einheiten.csv"
    batch.stored_as = default_storage.save(f"imports/{batch.pk}", ContentFile("Kürzel;Name\n;Amt\n".encode()))
    batch.save()
    runs.check(organisation_id=batch.organisation_id, import_id=batch.pk, now=NOW)
    return batch


def ready_report() -> Report:
    """A report with a content."""
    document = Document(
        language="de",
        house=rows.mark(),
        colour="#0b4f6c",
        logo="",
        title=rows.mark(),
        subject=rows.mark(),
        finding=rows.mark(),
        facts=(),
        sections=(),
        figures={},
    )
    report = rows.report()
    report.content = written(document)
    report.digest, report.schema = digest(report.content), SCHEMA
    report.state, report.made_at = ReportState.READY, NOW
    report.save()
    return report


ARGUMENTS: dict[str, Callable[[], Any]] = {
    "account_id": lambda: rows.membership().account_id,
    "barrier_id": lambda: rows.barrier().pk,
    "digest": lambda: rows.ROWS["identity.OrganisationLogo"]().digest,
    "deputy_id": lambda: rows.role_deputy().pk,
    "holding_id": lambda: rows.holding().pk,
    "import_id": lambda: rows.upload(ImportState.READY).pk,
    "measure_id": lambda: rows.measure().pk,
    "network_id": network_id,
    "organisation_id": current_organisation,
    "person_id": lambda: rows.person().pk,
    "position_id": lambda: rows.position().pk,
    "report_id": lambda: rows.report().pk,
    "responsibility_id": lambda: rows.responsibility().pk,
    "session_id": lambda: rows.staff_session().pk,
    "service_id": lambda: rows.service().pk,
    "task_id": lambda: rows.task().pk,
    "unit_id": lambda: rows.unit().pk,
    "upload_id": lambda: rows.service_upload().pk,
    # not keys of an organisation's rows
    "ags": lambda: "09162000",
    "code": lambda: "core.look",  # a retention rule
    "key": lambda: "abc-def",
    "kind": lambda: "csv",
    "persona": lambda: "kaya",
    "pk": lambda: 1,  # a passkey of the account
    "provider_id": lambda: "haus",
    "uidb36": lambda: "1",
}

PLAIN = frozenset({"ags", "code", "key", "kind", "persona", "pk", "provider_id", "uidb36"})
"""Arguments that do not name an organisation's row."""


PARTICULAR: dict[str, dict[str, Callable[[], Any]]] = {
    "identity:deputy_create": {"account_id": lambda: rows.role_grant().account_id},
    "foresight:report_file": {"report_id": lambda: ready_report().pk},
    "workforce:upload_errors": {"import_id": lambda: rejected_upload().pk},
}
"""Screens that exist for objects in a certain state only."""

QUERIES: dict[str, dict[str, Callable[[], Any]]] = {
    "foresight:measure_create": {"aufgabe": lambda: rows.task().pk},
}
"""Screens that name a row in the query string."""


def arguments(name: str, names: frozenset[str], made: dict[str, Any]) -> dict[str, Any]:
    """Values for the arguments of one address; `made` keeps them for the next one.

    Raises KeyError for an argument nobody described here.
    """
    particular = {argument: make() for argument, make in PARTICULAR.get(name, {}).items()}
    for argument in names - made.keys() - particular.keys():
        made[argument] = ARGUMENTS[argument]()
    return {argument: particular.get(argument, made.get(argument)) for argument in names}


def query(name: str) -> dict[str, str]:
    """The query string an address needs."""
    return {parameter: str(make()) for parameter, make in QUERIES.get(name, {}).items()}
