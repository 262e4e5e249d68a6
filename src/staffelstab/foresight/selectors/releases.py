"""What members of a network let its office see: own decisions, and figures released to the organisation that asks."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import FETCH_RAISE

from staffelstab.core import permissions
from staffelstab.core.actors import Actor
from staffelstab.foresight.domain.exits import Scenario
from staffelstab.foresight.models import NetworkRelease
from staffelstab.foresight.selectors.report_figures import SOON, Figures
from staffelstab.identity.models import Network, NetworkMembership

EDIT = "foresight.release.edit"


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """What the organisation has decided for one of its networks; `changed_at` None where it never has."""

    network_id: UUID
    network: str
    operator: str
    released: bool
    changed_at: dt.datetime | None
    changed_by: str


def decisions(*, actor: Actor) -> tuple[Decision, ...]:
    """One per network of the organisation. Raises PermissionRefused."""
    permissions.require(actor, EDIT)
    made = {row.network_id: row for row in NetworkRelease.objects.all()}
    networks = Network.objects.filter(pk__in=actor.network_ids).select_related("operator")
    return tuple(
        Decision(
            network.pk,
            network.name,
            network.operator.name,
            network.pk in made and made[network.pk].released,
            made[network.pk].changed_at if network.pk in made else None,
            made[network.pk].changed_by if network.pk in made else "",
        )
        for network in networks.fetch_mode(FETCH_RAISE)
    )


def member_ids(network_id: UUID) -> tuple[tuple[UUID, str], ...]:
    """Key and name of the members of a network of the active context, by name."""
    rows = NetworkMembership.objects.filter(network_id=network_id)
    return tuple(
        rows.order_by("organisation__name", "organisation_id").values_list(
            "organisation_id", "organisation__name"
        )
    )


def member_figures(figures: Figures) -> dict[str, Any]:
    """The aggregates of a member: counts of tasks and measures, and rounded exits. No task, no unit, no person."""
    exits = figures.exits
    return {
        **dataclasses.asdict(figures.coverage),
        "soon": None if figures.outlook is None else figures.outlook[SOON],
        "measures_open": figures.measures.open,
        "measures_overdue": figures.measures.overdue,
        "measures_done": figures.measures.done,
        "persons": exits.known if exits and exits.spans else None,
        "last_year": exits.last_year if exits and exits.spans else None,
        **{f"exits_{each.value}": exits.total(each) if exits and exits.spans else None for each in Scenario},
    }


def released(*, network_id: UUID, members: Iterable[UUID], as_of: dt.date) -> dict[UUID, dict[str, Any]]:
    """The figures that members have released for the day, as far as the active context may read them."""
    rows = NetworkRelease.visible.filter(
        network_id=network_id, organisation_id__in=list(members), released=True, as_of=as_of
    )
    return {
        key: figures for key, figures in rows.values_list("organisation_id", "figures") if figures is not None
    }
