"""From a request to an actor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from staffelstab.core.actors import ANONYMOUS, Grant
from staffelstab.core.ids import new_id
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.models import Membership
from staffelstab.identity.selectors import actors, units
from tests.factories.identity import seat
from tests.world import World


@pytest.fixture
def request_of(world: World, now: datetime) -> Iterator[Any]:
    """A request of the account with the role, with an empty session."""

    def make(name: str, **session: str) -> Any:
        user = world.accounts[name] if name else AnonymousUser()
        return SimpleNamespace(user=user, session=dict(session), now=now)

    return make  # type: ignore[return-value]


def statements(queries: CaptureQueriesContext) -> list[str]:
    """The statements that ask or tell something: no savepoints, no settings of the context."""
    plain = [each["sql"].lstrip() for each in queries.captured_queries]
    return [
        sql.split()[0] for sql in plain if not sql.startswith(("SAVEPOINT", "RELEASE", "SELECT core_revise"))
    ]


def test_resolve_costs_one_statement_with_a_known_seat(world: World, request_of: Any) -> None:
    request = request_of("employee", staffelstab_organisation=str(world.organisation.pk))
    with CaptureQueriesContext(connection) as queries:
        context, actor, house = actors.resolve(request)
    assert statements(queries) == ["SELECT"]
    assert len(queries) == 1
    assert context.organisation_id == world.organisation.pk
    assert actor.grants == (Grant("employee"),)
    assert (house.name, house.seats) == ("Stadt Musterstadt", 1)
    assert len(actor.network_ids) == 1


def test_resolve_finds_the_first_seat_and_remembers_it(world: World, request_of: Any) -> None:
    request = request_of("employee")
    with CaptureQueriesContext(connection) as queries:
        _context, actor, _house = actors.resolve(request)
    assert statements(queries) == ["SELECT", "SELECT"]
    assert actor.organisation_id == world.organisation.pk
    assert request.session == {"staffelstab_organisation": str(world.organisation.pk)}


def test_resolve_knows_visitors(request_of: Any) -> None:
    assert actors.resolve(request_of("")) == (TenancyContext(), ANONYMOUS, None)


def test_resolve_ignores_an_organisation_that_is_not_a_seat(world: World, request_of: Any) -> None:
    request = request_of("employee", staffelstab_organisation=str(world.stranger_id))
    _context, actor, _house = actors.resolve(request)
    assert actor.organisation_id == world.organisation.pk


def test_resolve_of_somebody_without_any_seat(world: World, request_of: Any) -> None:
    with world.inside():
        Membership.objects.filter(account=world.accounts["employee"]).update(
            since=date(2026, 1, 1), until=date(2026, 11, 21)
        )
    context, actor, house = actors.resolve(request_of("employee"))
    assert (context.organisation_id, actor.organisation_id, house) == (None, None, None)
    assert actor.account_id == world.accounts["employee"].pk
    assert actor.member is False


def test_resolve_takes_the_roles_of_the_active_seat_only(world: World, request_of: Any) -> None:
    seat(world.accounts["employee"], world.neighbour_id, "administrator")
    here = request_of("employee", staffelstab_organisation=str(world.organisation.pk))
    there = request_of("employee", staffelstab_organisation=str(world.neighbour_id))
    found = [actors.resolve(each) for each in (here, there)]
    assert [sorted(actor.roles) for _context, actor, _house in found] == [["employee"], ["administrator"]]
    assert [house.seats for _context, _actor, house in found] == [2, 2]


def test_seats_are_those_of_the_account_by_name(world: World, now: datetime, request_of: Any) -> None:
    seat(world.accounts["employee"], world.neighbour_id, "administrator")
    context, actor, _house = actors.resolve(
        request_of("employee", staffelstab_organisation=str(world.organisation.pk))
    )
    with activate(context):
        found = actors.seats(actor=actor, today=now.date())
    assert [(each.name, each.active) for each in found] == [
        ("Gemeinde Nebenau", False),
        ("Stadt Musterstadt", True),
    ]


def test_units_come_from_the_source_registered_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "_sources", [])
    key, other = new_id(), new_id()
    assert (units.choices(), units.labels([key]), units.unknown([key])) == ([], {}, set())
    units.register_source(list)
    units.register_source(lambda: [units.UnitChoice(key, "Sozialamt")])
    assert units.labels([key, None, other]) == {key: "Sozialamt"}
    assert units.unknown([key, None, other]) == {other}
