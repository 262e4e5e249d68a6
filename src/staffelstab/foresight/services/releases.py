"""What members let their network see, and the report made of it.

A member's figures are computed in its own tenancy, by its own assumptions, and kept in a row of its own, which the
database lets the organisation that runs the network read once they are released. No statement sees two houses' data.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction

from staffelstab.core import audit, permissions
from staffelstab.core.actors import Actor, system_actor
from staffelstab.core.errors import NotFound
from staffelstab.core.tenancy.context import TenancyContext, activate, current_organisation
from staffelstab.foresight.domain.report_document import Document
from staffelstab.foresight.models import NetworkRelease, Report
from staffelstab.foresight.selectors import releases, report_figures, report_network
from staffelstab.foresight.selectors.report_network import NetworkFigures
from staffelstab.foresight.selectors.report_words import Frame


@transaction.atomic
def set_release(*, network_id: UUID, released: bool, actor: Actor, now: dt.datetime) -> NetworkRelease:
    """Decide whether the organisation's aggregates go into the network's reports; withdrawing deletes the latest ones.

    Raises PermissionRefused, NotFound for a network the organisation does not belong to.
    """
    permissions.require(actor, releases.EDIT)
    if network_id not in actor.network_ids:
        raise NotFound
    row: NetworkRelease
    row, _created = NetworkRelease.objects.select_for_update().get_or_create(
        organisation_id=current_organisation(),
        network_id=network_id,
        defaults={"changed_at": now, "changed_by": actor.display_name[:200]},
    )
    changes = audit.differences({"released": row.released}, {"released": released})
    if not changes:
        return row
    row.released, row.changed_at, row.changed_by = released, now, actor.display_name[:200]
    row.figures = row.as_of = None
    row.save()
    audit.record(actor, "foresight.release.changed", row, at=now, changes=changes)
    return row


def network_document(
    *, report: Report, frame: Frame, actor: Actor, now: dt.datetime
) -> tuple[Document, dict[str, Any]]:
    """The report on a network the active organisation runs, with what it rests on. Raises PermissionRefused."""
    permissions.require(actor, "foresight.report.make", report)
    members = releases.member_ids(report.subject_id)
    for key, name in members:
        _refresh(organisation_id=key, name=name, network_id=report.subject_id, as_of=report.as_of, now=now)
    known = releases.released(
        network_id=report.subject_id, members=[key for key, _name in members], as_of=report.as_of
    )
    figures = NetworkFigures(
        as_of=report.as_of,
        members=[(name, known[key]) for key, name in members if key in known],
        count=len(members),
    )
    return report_network.document(figures, frame), report_network.inputs(figures, frame)


def _refresh(*, organisation_id: UUID, name: str, network_id: UUID, as_of: dt.date, now: dt.datetime) -> None:
    """Compute a member's figures in its own tenancy, if it has released them; its protocol says so."""
    actor = system_actor(
        organisation_id=organisation_id, organisation_name=name, reason="foresight.network_report"
    )
    with activate(TenancyContext(organisation_id)):
        row = NetworkRelease.objects.select_for_update().filter(network_id=network_id, released=True).first()
        if row is None:
            return
        figures = report_figures.figures(actor=actor, as_of=as_of)
        row.figures, row.as_of = releases.member_figures(figures), as_of
        row.save(update_fields=["figures", "as_of"])
        audit.record(actor, "foresight.release.used", row, at=now, changes={"as_of": (None, as_of)})
