"""Changing turnover and lead time: with a reason, once, and on record."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from staffelstab.core.errors import PermissionRefused
from staffelstab.core.models import AuditEntry
from staffelstab.foresight.models import RiskSettings
from staffelstab.foresight.services.assumptions import ReasonMissing, change_assumptions
from staffelstab.identity.enums import Role
from tests.world import World


def change(
    world: World,
    now: dt.datetime,
    *,
    turnover: str,
    lead_quarters: int,
    reason: str,
    role: Role = Role.KNOWLEDGE_MANAGER,
) -> RiskSettings:
    with world.inside():
        return change_assumptions(
            turnover=Decimal(turnover),
            lead_quarters=lead_quarters,
            reason=reason,
            actor=world.actor(role),
            now=now,
        )


def records(world: World) -> list[AuditEntry]:
    with world.inside():
        return list(AuditEntry.objects.filter(action="foresight.settings.changed").order_by("at"))


def test_first_change_makes_the_row_and_a_record(world: World, now: dt.datetime) -> None:
    with world.inside():
        assert RiskSettings.objects.count() == 0
    row = change(world, now, turnover="0.02", lead_quarters=6, reason="  Beschluss 12/2026  ")
    assert (row.turnover, row.lead_quarters, row.reason) == (Decimal("0.02"), 6, "Beschluss 12/2026")
    assert row.changed_at == now
    (entry,) = records(world)
    assert entry.changes["reason"] == [None, "Beschluss 12/2026"]
    assert entry.changes["turnover"][1] == "0.02"


def test_unchanged_values_change_nothing(world: World, now: dt.datetime) -> None:
    first = change(world, now, turnover="0.02", lead_quarters=6, reason="Beschluss")
    later = now + dt.timedelta(days=1)
    again = change(world, later, turnover="0.02", lead_quarters=6, reason="")
    assert (again.pk, again.changed_at, len(records(world))) == (first.pk, now, 1)


def test_one_changed_value_is_recorded_alone(world: World, now: dt.datetime) -> None:
    change(world, now, turnover="0.02", lead_quarters=6, reason="Beschluss")
    change(world, now + dt.timedelta(days=1), turnover="0.02", lead_quarters=8, reason="Erfahrung")
    assert records(world)[1].changes == {"lead_quarters": [6, 8], "reason": [None, "Erfahrung"]}


def test_change_without_a_reason_is_refused(world: World, now: dt.datetime) -> None:
    with pytest.raises(ReasonMissing):
        change(world, now, turnover="0.02", lead_quarters=6, reason="  ")
    assert records(world) == []


@pytest.mark.parametrize(("turnover", "lead"), [("1.5", 6), ("0.02", 20)])
def test_impossible_value_is_refused(world: World, now: dt.datetime, turnover: str, lead: int) -> None:
    with pytest.raises(ValidationError):
        change(world, now, turnover=turnover, lead_quarters=lead, reason="Beschluss")
    assert records(world) == []


def test_longest_lead_reaches_to_the_end_of_the_board(world: World, now: dt.datetime) -> None:
    assert change(world, now, turnover="0.02", lead_quarters=19, reason="Beschluss").lead_quarters == 19


def test_only_knowledge_management_changes_assumptions(world: World, now: dt.datetime) -> None:
    with pytest.raises(PermissionRefused):
        change(world, now, turnover="0.02", lead_quarters=6, reason="Beschluss", role=Role.LINE_MANAGER)
