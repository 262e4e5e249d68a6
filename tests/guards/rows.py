"""One row of every tenant model, made in the active context: a model without an entry fails the guard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from typing import Any
from uuid import UUID

from staffelstab.core.ids import new_id
from staffelstab.core.models import (
    AuditEntry,
    Look,
    OutboxEvent,
    RetentionPeriod,
    RetentionRun,
    Revision,
)
from staffelstab.core.tenancy.context import TenancyContext, activate, current_organisation
from staffelstab.foresight.enums import ReportState
from staffelstab.foresight.models import Measure, NetworkRelease, Report, RiskRecord, RiskSettings
from staffelstab.identity.enums import Role
from staffelstab.identity.models import (
    Account,
    Membership,
    Network,
    OrganisationLogo,
    RoleDeputy,
    RoleGrant,
    StaffSession,
)
from staffelstab.portal.models import BarrierReport
from staffelstab.vocabulary.models import Service, ServiceUpload
from staffelstab.workforce.enums import ImportState, ImportTable, ResponsibilityKind
from staffelstab.workforce.models import Import, ImportChange
from tests.factories import workforce as spine
from tests.world import NOW

WORD = "Geheimnis"

TODAY = dt.date(2026, 11, 22)


def mark(organisation_id: UUID | None = None) -> str:
    """Stands in every text of an organisation's rows, so that a test can look for it on the screens of others."""
    return f"{WORD}-{str(organisation_id or current_organisation())[-8:]}"


def account(name: str) -> Account:
    """An account without any membership."""
    key = new_id()
    row = Account(
        id=key, email=f"{name}.{key}@geheim.example".lower(), display_name=name, sort_key=name.lower()
    )
    row.set_unusable_password()
    row.save(force_insert=True)
    return row


def _owned() -> dict[str, Any]:
    return {"organisation_id": current_organisation()}


def membership() -> Membership:
    """A membership of a new account."""
    return Membership.objects.create(**_owned(), account=_member(), since=TODAY)


def _member() -> Account:
    # An account is visible to a house only with its membership: made as the sign-in sees accounts.
    name = mark()
    with activate(TenancyContext()):
        return account(name)


def role_grant() -> RoleGrant:
    """A role of a member."""
    return RoleGrant.objects.create(**_owned(), account_id=membership().account_id, role=Role.ADVISOR)


def role_deputy() -> RoleDeputy:
    """A colleague who holds a member's role for a day."""
    colleague = membership().account_id
    return RoleDeputy.objects.create(
        **_owned(), grant=role_grant(), deputy_id=colleague, since=TODAY, until=TODAY
    )


def staff_session() -> StaffSession:
    """A session of the operating staff that runs at the tests' time."""
    return StaffSession.objects.create(
        **_owned(),
        account=_member(),
        account_name=mark(),
        organisation_name=mark(),
        reason=mark(),
        opened_at=NOW,
        expires_at=NOW + dt.timedelta(hours=1),
    )


def measure() -> Measure:
    """A measure on a task."""
    return Measure.objects.create(
        **_owned(),
        task=task(),
        what=mark(),
        due_on=TODAY,
        created_at=NOW,
        created_by=mark(),
        changed_at=NOW,
    )


def report(state: str = ReportState.QUEUED) -> Report:
    """A report on a unit."""
    made = task()
    return Report.objects.create(
        **_owned(),
        subject="unit",
        subject_id=made.unit_id,
        subject_name=mark(),
        unit_path=made.unit.ancestor_ids,
        as_of=TODAY,
        language="de",
        state=state,
        requested_at=NOW,
        changed_at=NOW,
        actor_name=mark(),
        inputs={"reason": mark()},
    )


def release() -> NetworkRelease:
    """A network's look at the house that is not granted."""
    organisation_id, network_id = current_organisation(), new_id()
    with activate(TenancyContext(organisation_id, None, (network_id,))):
        Network.objects.create(id=network_id, slug=str(network_id), name=mark(), operator_id=organisation_id)
    return NetworkRelease.objects.create(
        **_owned(), network_id=network_id, changed_at=NOW, changed_by=mark(), figures={"tasks": 1}
    )


def unit() -> Any:
    """A unit."""
    return spine.UnitFactory(code=str(new_id())[-12:], name=mark())


def position() -> Any:
    """A position."""
    return spine.PositionFactory(number=str(new_id())[-12:], title=mark(), unit=unit())


def person() -> Any:
    """A person."""
    return spine.PersonFactory(personnel_number=str(new_id())[-12:], last_name=mark(), first_name=mark())


def task() -> Any:
    """A task."""
    return spine.TaskFactory(key=str(new_id())[-12:], title=mark(), purpose=mark(), unit=unit())


def holding() -> Any:
    """A person on a position."""
    return spine.HoldingFactory(position=position(), person=person())


def responsibility() -> Any:
    """A responsible position."""
    return spine.ResponsibilityFactory(task=task(), position=position(), kind=ResponsibilityKind.RESPONSIBLE)


def upload(state: str = ImportState.UPLOADED) -> Import:
    """An uploaded file."""
    return Import.objects.create(
        **_owned(),
        state=state,
        file_name=f"{mark()}.xlsx",
        stored_as=f"imports/{new_id()}",
        size=1,
        actor_name=mark(),
        created_at=NOW,
        changed_at=NOW,
    )


def service(visibility: str = "house") -> Service:
    """A public service."""
    return Service.objects.create(
        **_owned(),
        local_id=str(new_id()),
        name=mark(),
        sort_key=mark().lower(),
        source=mark(),
        visibility=visibility,
        search=mark().lower(),
    )


def service_upload() -> ServiceUpload:
    """A file with services between preview and application."""
    return ServiceUpload.objects.create(
        **_owned(), file_name=f"{mark()}.json", source=mark(), visibility="house", uploaded_at=NOW
    )


def barrier() -> BarrierReport:
    """A reported barrier."""
    return BarrierReport.objects.create(
        **_owned(), text=mark(), contact=f"{mark()}@geheim.example", received_at=NOW, answer_by=TODAY
    )


def look(subject: UUID | None = None) -> Look:
    """Somebody looked at somebody."""
    return Look.objects.create(
        **_owned(),
        at=NOW,
        account_id=new_id(),
        actor_name=mark(),
        subject_id=subject or new_id(),
        what="guard",
    )


ROWS: dict[str, Callable[[], Any]] = {
    "core.AuditEntry": lambda: AuditEntry.objects.create(
        **_owned(),
        at=NOW,
        actor_name=mark(),
        action="guard.row.made",
        object_type="guard.row",
        object_id=new_id(),
        object_name=mark(),
    ),
    "core.Look": look,
    "core.OutboxEvent": lambda: OutboxEvent.objects.create(**_owned(), name="guard.row.made", at=NOW),
    "core.RetentionPeriod": lambda: RetentionPeriod.objects.create(
        **_owned(), rule="core.event", days=30, reason=mark(), changed_at=NOW, changed_by=mark()
    ),
    "core.RetentionRun": lambda: RetentionRun.objects.create(
        **_owned(), at=NOW, actor_name=mark(), deleted={"core.event": 1}
    ),
    "core.Revision": lambda: Revision.objects.create(**_owned(), topic=str(new_id())[-12:], value=1),
    "foresight.Measure": measure,
    "foresight.NetworkRelease": release,
    "foresight.Report": report,
    "foresight.RiskRecord": lambda: RiskRecord.objects.create(
        **_owned(),
        quarter=8107,
        recorded_on=TODAY,
        tasks=4711,
        red_now=1,
        red_two_years=1,
        without_holder=1,
        one_holder=1,
    ),
    "foresight.RiskSettings": lambda: RiskSettings.objects.create(
        **_owned(), reason=mark(), changed_by=mark()
    ),
    "identity.OrganisationLogo": lambda: OrganisationLogo.objects.create(
        **_owned(), image=b"png", digest=str(new_id())[-12:], width=1, height=1, changed_at=NOW
    ),
    "identity.Membership": membership,
    "identity.RoleDeputy": role_deputy,
    "identity.RoleGrant": role_grant,
    "identity.StaffSession": staff_session,
    "portal.BarrierReport": barrier,
    "vocabulary.Service": service,
    "vocabulary.ServiceUpload": service_upload,
    "workforce.Holding": holding,
    "workforce.Import": upload,
    "workforce.ImportChange": lambda: ImportChange.objects.create(
        **_owned(), batch=upload(), table=ImportTable.values[0], row_id=new_id(), before={}
    ),
    "workforce.Person": person,
    "workforce.Position": position,
    "workforce.Responsibility": responsibility,
    "workforce.Task": task,
    "workforce.Unit": unit,
}


def findings(labels: Iterable[str], made: Collection[str] = ROWS) -> list[str]:
    """Return tenant models without a row to try the guard on, and rows of no model."""
    known = set(labels)
    missing = [f"{label}: no row in tests/guards/rows.py" for label in sorted(known - set(made))]
    return missing + [f"{label}: a row, but no tenant model" for label in sorted(set(made) - known)]
