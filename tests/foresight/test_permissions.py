"""Who may see and steer knowledge risks, by role and unit."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import UUID

import pytest

from staffelstab.core.actors import Actor, Grant, system_actor
from staffelstab.core.ids import new_id
from staffelstab.foresight.enums import ReportSubject
from staffelstab.foresight.permissions import RULES, _report_on
from staffelstab.identity.enums import Role
from staffelstab.workforce.models import Task, Unit

HOUSE, UNIT, OTHER = new_id(), new_id(), new_id()

EXPECTED = {
    "foresight.risk.view": {"knowledge_manager", "line_manager", "personnel", "executive"},
    "foresight.risk.names": {"knowledge_manager", "line_manager", "personnel"},
    "foresight.forecast.view": {"knowledge_manager", "line_manager", "personnel", "executive"},
    "foresight.measure.edit": {"knowledge_manager", "line_manager"},
    "foresight.settings.edit": {"knowledge_manager"},
    "foresight.record.write": set(),
    "foresight.report.view": {
        "knowledge_manager",
        "line_manager",
        "personnel",
        "executive",
        "administrator",
        "privacy",
        "network_operator",
    },
    "foresight.report.make": {"knowledge_manager", "executive", "administrator", "network_operator"},
    "foresight.release.edit": {"executive"},
}
SYSTEM = system_actor(organisation_id=HOUSE, reason="test")


def actor(role: str, *units: UUID, networks: tuple[UUID, ...] = (OTHER,)) -> Actor:
    """Somebody with the role in the house, or in units of it."""
    grants = tuple(Grant(role, unit) for unit in units) or (Grant(role),)
    return Actor(account_id=new_id(), organisation_id=HOUSE, grants=grants, network_ids=networks)


def roles_that_may(permission: str, subject: object | None = None, *units: UUID) -> set[str]:
    return {str(role) for role in Role if actor(role, *units).may(permission, subject)}


def test_table_names_every_permission() -> None:
    assert set(EXPECTED) == set(RULES)


@pytest.mark.parametrize("permission", list(EXPECTED))
def test_permission_by_role(permission: str) -> None:
    assert roles_that_may(permission) == EXPECTED[permission]
    assert not Actor().may(permission)


@pytest.mark.parametrize("permission", ["foresight.risk.names", "foresight.measure.edit"])
def test_permission_of_a_bound_role_ends_at_its_unit(permission: str) -> None:
    inside, outside = Unit(id=new_id()), Unit(id=new_id())
    inside.ancestor_ids, outside.ancestor_ids = [UNIT, inside.pk], [outside.pk]
    leader = actor("line_manager", UNIT)
    assert [leader.may(permission, Task(unit=unit)) for unit in (inside, outside)] == [True, False]


@pytest.mark.parametrize("permission", list(EXPECTED))
def test_permission_of_the_system(permission: str) -> None:
    # Names are read by people, never by a job.
    assert SYSTEM.may(permission) is (permission != "foresight.risk.names")


def subject(kind: ReportSubject, *path: UUID) -> SimpleNamespace:
    """What a report is asked for."""
    return SimpleNamespace(kind=kind, unit_path=path)


def test_report_on_a_unit_is_read_where_the_role_is_bound() -> None:
    for_all = {"knowledge_manager", "line_manager", "personnel", "executive", "administrator", "privacy"}
    report = subject(ReportSubject.UNIT, UNIT, new_id())
    assert roles_that_may("foresight.report.view", report) == for_all
    assert roles_that_may("foresight.report.view", report, UNIT) == for_all
    # Roles for the whole house are never bound to a unit; the others see nothing of another one.
    assert roles_that_may("foresight.report.view", report, OTHER) == {"executive", "administrator", "privacy"}
    assert actor("personnel", OTHER, UNIT).may("foresight.report.view", report) is True


def test_report_on_the_house_is_not_for_roles_of_a_unit() -> None:
    house = subject(ReportSubject.ORGANISATION)
    assert roles_that_may("foresight.report.view", house, UNIT) == {"executive", "administrator", "privacy"}
    assert roles_that_may("foresight.report.make", house, UNIT) == {"executive", "administrator"}
    assert roles_that_may("foresight.report.make", house) == {
        "executive",
        "administrator",
        "knowledge_manager",
    }


@pytest.mark.parametrize("permission", ["foresight.report.view", "foresight.report.make"])
def test_report_on_a_network_is_for_its_office(permission: str) -> None:
    assert roles_that_may(permission, subject(ReportSubject.NETWORK)) == {"network_operator"}


def test_stored_report_counts_like_what_was_asked_for() -> None:
    stored = SimpleNamespace(subject=ReportSubject.NETWORK, unit_path=())
    assert roles_that_may("foresight.report.view", stored) == {"network_operator"}


def test_subject_of_no_unit_is_closed_to_roles_of_a_unit() -> None:
    assert actor("personnel", UNIT).may("foresight.report.view", object()) is False
    assert actor("personnel").may("foresight.report.view", object()) is True


def test_release_needs_a_network() -> None:
    assert actor("executive").may("foresight.release.edit") is True
    assert actor("executive", networks=()).may("foresight.release.edit") is False


def test_names_of_rules_show_their_roles() -> None:
    assert RULES["foresight.report.make"].name == (
        "(report_on(executive, administrator, knowledge_manager, network_operator) | is_system)"
    )


def test_rule_for_reports_asks_for_roles_of_the_house_then_of_units_then_of_the_office() -> None:
    rule = _report_on((Role.EXECUTIVE, Role.PRIVACY), (Role.PERSONNEL,))
    assert rule.name == "report_on(executive, privacy, personnel, network_operator)"
    unit, network = subject(ReportSubject.UNIT, UNIT), subject(ReportSubject.NETWORK)
    asked = SimpleNamespace(subject=ReportSubject.NETWORK)
    found = {
        role: [
            rule(actor(role, *units), about)
            for units in ((), (UNIT,))
            for about in (None, unit, network, asked)
        ]
        for role in ("privacy", "personnel", "network_operator", "employee")
    }
    assert found == {
        "privacy": [True, True, False, False] * 2,
        "personnel": [True, True, False, False] * 2,
        "network_operator": [True, False, True, True] * 2,
        "employee": [False, False, False, False] * 2,
    }
    anything = object()
    assert [rule(actor(role), anything) for role in ("privacy", "network_operator")] == [True, False]
    bound = actor("personnel", OTHER)
    assert (rule(bound), rule(bound, unit), rule(bound, SimpleNamespace(kind="house"))) == (
        True,
        False,
        False,
    )
