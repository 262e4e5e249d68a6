"""What members let their network see: nothing before they decide, sums only, read by the network's operator alone."""

from __future__ import annotations

import dataclasses
from uuid import UUID

import pytest

from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound, PermissionRefused
from staffelstab.core.models import AuditEntry
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.foresight.enums import ReportSubject
from staffelstab.foresight.models import NetworkRelease, Report
from staffelstab.foresight.selectors import releases as selectors
from staffelstab.foresight.selectors.reports import Subject
from staffelstab.foresight.services import releases
from staffelstab.identity.models import NetworkMembership
from tests.factories.foresight import small_house
from tests.factories.reports import large_house, made
from tests.world import NOW, World

pytestmark = pytest.mark.usefixtures("quick_pdf")


@pytest.fixture
def network_id(world: World) -> UUID:
    """The network of the first house, which runs it, and its neighbour."""
    with world.inside():
        return NetworkMembership.objects.get(organisation_id=world.organisation.pk).network_id


def member(world: World, network_id: UUID, *, role: str = "executive", prefix: str = "") -> Actor:
    """An actor of the first house or of the neighbour, with its network."""
    account = world.accounts[prefix + role]
    organisation_id = world.neighbour_id if prefix else world.organisation.pk
    base = world.actor(role)
    return dataclasses.replace(
        base, account_id=account.pk, organisation_id=organisation_id, network_ids=(network_id,)
    )


def decide(world: World, network_id: UUID, *, released: bool, prefix: str = "neighbour.") -> NetworkRelease:
    actor = member(world, network_id, prefix=prefix)
    with activate(TenancyContext(actor.organisation_id, actor.account_id, (network_id,))):
        return releases.set_release(network_id=network_id, released=released, actor=actor, now=NOW)


def report(world: World, network_id: UUID) -> Report:
    """The network's report, made by its office."""
    context = TenancyContext(world.organisation.pk, None, (network_id,))
    with activate(context):
        subject = Subject(ReportSubject.NETWORK, network_id, "Wissensverbund")
        return made(subject, world, actor=member(world, network_id, role="network_operator"))


def seen_by(organisation_id: UUID, network_ids: tuple[UUID, ...]) -> int:
    with activate(TenancyContext(organisation_id, None, network_ids)):
        return NetworkRelease.visible.exclude(organisation_id=organisation_id).count()


def test_nothing_goes_in_without_a_decision(world: World, network_id: UUID) -> None:
    found = report(world, network_id)
    assert (found.state, found.content["finding"]) == (
        "ready",
        "Noch hat kein Mitglied seine Zahlen freigegeben: Es gibt nichts zu berichten.",
    )
    assert found.inputs["released"] == []


def test_released_sums_go_in_and_nothing_else(world: World, network_id: UUID) -> None:
    with world.inside(organisation_id=world.neighbour_id):
        large_house()
    decide(world, network_id, released=True)
    found = report(world, network_id)
    assert found.inputs["released"] == [
        {
            "name": "Gemeinde Nebenau",
            "tasks": 74,
            "nobody": 1,
            "one": 51,
            "several": 22,
            "soon": 12,
            "measures_open": 2,
            "measures_overdue": 1,
            "measures_done": 1,
            "persons": 65,
            "last_year": 2036,
            "exits_early": 65,
            "exits_regular": 55,
            "exits_late": 55,
        }
    ]
    assert found.content["finding"] == (
        "1 von 2 Mitgliedern hat seine Zahlen freigegeben, zusammen 74 Aufgaben. Schon heute beherrscht 1 Aufgabe "
        "niemand; 51 beherrscht nur eine Person."
    )
    text = str(found.content)
    assert "Sozialamt" not in text
    assert "Vakante Aufgabe" not in text


def test_two_members_are_added_up_and_a_small_one_has_no_exits(world: World, network_id: UUID) -> None:
    with world.inside(organisation_id=world.neighbour_id):
        large_house()
    with world.inside():
        small_house()
    decide(world, network_id, released=True)
    decide(world, network_id, released=True, prefix="")
    found = report(world, network_id)
    tables = {
        table["key"]: table["rows"] for section in found.content["sections"] for table in section["tables"]
    }
    assert tables["coverage"] == [
        ["Gemeinde Nebenau", 74, 1, 51, 22, 12],
        ["Stadt Musterstadt", 4, 1, 1, 2, None],
        ["Zusammen", 78, 2, 52, 24, 12],
    ]
    assert tables["exits"] == [
        ["Gemeinde Nebenau", 65, 65, 55, 55],
        ["Stadt Musterstadt", None, None, None, None],
        ["Zusammen", 65, 65, 55, 55],
    ]


def test_the_member_s_protocol_says_that_its_sums_were_used(world: World, network_id: UUID) -> None:
    decide(world, network_id, released=True)
    report(world, network_id)
    with world.inside(organisation_id=world.neighbour_id):
        entries = AuditEntry.objects.filter(action__startswith="foresight.release").order_by("id")
        assert list(entries.values_list("action", "actor_name")) == [
            ("foresight.release.changed", world.actor("executive").display_name),
            ("foresight.release.used", "foresight.network_report"),
        ]


def test_only_the_operator_reads_released_sums(world: World, network_id: UUID) -> None:
    decide(world, network_id, released=True)
    decide(world, network_id, released=True, prefix="")
    report(world, network_id)
    assert seen_by(world.organisation.pk, (network_id,)) == 1
    assert seen_by(world.neighbour_id, (network_id,)) == 0
    assert seen_by(world.stranger_id, (network_id,)) == 0
    # not even the operator outside of the network's context
    assert seen_by(world.organisation.pk, ()) == 0


def test_what_is_not_released_is_invisible(world: World, network_id: UUID) -> None:
    decide(world, network_id, released=True)
    report(world, network_id)
    row = decide(world, network_id, released=False)
    assert (row.figures, row.as_of) == (None, None)
    assert seen_by(world.organisation.pk, (network_id,)) == 0


def test_whoever_has_left_the_network_is_invisible(world: World, network_id: UUID) -> None:
    decide(world, network_id, released=True)
    report(world, network_id)
    with activate(TenancyContext(world.organisation.pk, None, (network_id,))):
        NetworkMembership.objects.filter(organisation_id=world.neighbour_id).delete()
    assert seen_by(world.organisation.pk, (network_id,)) == 0


def test_the_same_decision_twice_is_one_entry(world: World, network_id: UUID) -> None:
    decide(world, network_id, released=True)
    decide(world, network_id, released=True)
    with world.inside(organisation_id=world.neighbour_id):
        assert AuditEntry.objects.filter(action="foresight.release.changed").count() == 1


def test_decision_is_the_executive_s(world: World, network_id: UUID) -> None:
    for role in ("knowledge_manager", "administrator", "network_operator"):
        actor = member(world, network_id, role=role)
        with world.inside(), pytest.raises(PermissionRefused):
            releases.set_release(network_id=network_id, released=True, actor=actor, now=NOW)


def test_decision_for_a_foreign_network_is_not_there(world: World, network_id: UUID) -> None:
    actor = dataclasses.replace(member(world, network_id), network_ids=(UUID(int=1),))
    with world.inside(), pytest.raises(NotFound):
        releases.set_release(network_id=network_id, released=True, actor=actor, now=NOW)


def test_decisions_name_network_and_operator(world: World, network_id: UUID) -> None:
    actor = member(world, network_id, prefix="neighbour.")
    with activate(TenancyContext(actor.organisation_id, None, (network_id,))):
        (found,) = selectors.decisions(actor=actor)
        assert (found.network, found.operator, found.released, found.changed_at) == (
            "Wissensverbund",
            "Stadt Musterstadt",
            False,
            None,
        )
        releases.set_release(network_id=network_id, released=True, actor=actor, now=NOW)
        assert selectors.decisions(actor=actor)[0].changed_at == NOW
