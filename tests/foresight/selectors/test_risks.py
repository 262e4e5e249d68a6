"""What is kept in the process, and for whom."""

from __future__ import annotations

import datetime as dt
import functools
import operator
from collections.abc import Iterator
from random import Random

import numpy as np
import pytest
from django.db import transaction

from staffelstab.core import revisions
from staffelstab.core.actors import Actor, Grant, system_actor
from staffelstab.core.errors import PermissionRefused
from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.foresight.domain.exits import Scenario
from staffelstab.foresight.domain.quarters import Quarter
from staffelstab.foresight.selectors import risks
from staffelstab.foresight.selectors.risks import HeadFigures, Picture
from staffelstab.foresight.services.records import record_quarter
from tests.factories.foresight import AS_OF, deputy, holding, responsible, small_house
from tests.factories.workforce import PersonFactory, PositionFactory, TaskFactory, UnitFactory
from tests.world import NOW, World


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    risks.kept.clear()
    yield
    risks.kept.clear()


def keys(picture: Picture) -> list[str]:
    return sorted(task.key for task in picture.loaded.tasks)


def computed(world: World, organisation_id: object = None, scenario: Scenario = Scenario.REGULAR) -> Picture:
    """The picture as a request that only reads gets it."""
    key = organisation_id or world.organisation.pk
    with activate(TenancyContext(key)):
        return risks.assessment(
            actor=system_actor(organisation_id=key, reason="test"), as_of=AS_OF, scenario=scenario
        )


def test_assessment_is_kept_until_the_revision_moves(committed_database: str) -> None:
    world = World.load()
    with world.inside():
        TaskFactory(key="eins")
        revisions.bump(world.organisation.pk, "workforce")
    first = computed(world)
    assert computed(world) is first
    assert keys(first) == ["eins"]
    with world.inside():
        TaskFactory(key="zwei")
        revisions.bump(world.organisation.pk, "workforce")
    assert keys(computed(world)) == ["eins", "zwei"]


def test_assessment_never_serves_another_organisation(committed_database: str) -> None:
    world = World.load()
    for key, name in ((world.organisation.pk, "hier"), (world.neighbour_id, "dort")):
        with activate(TenancyContext(key)):
            TaskFactory(key=name)
            revisions.bump(key, "workforce")
    # same revision number, same day, same scenario
    assert keys(computed(world)) == ["hier"]
    assert keys(computed(world, world.neighbour_id)) == ["dort"]
    assert keys(computed(world, world.stranger_id)) == []
    assert keys(computed(world)) == ["hier"]


def test_assessment_of_a_transaction_that_is_rolled_back_is_not_kept(committed_database: str) -> None:
    world = World.load()
    with world.inside():
        TaskFactory(key="nie")
        revisions.bump(world.organisation.pk, "workforce")
        assert keys(risks.assessment(actor=world.system, as_of=AS_OF)) == ["nie"]
        transaction.set_rollback(True)
    with world.inside():
        TaskFactory(key="doch")
        revisions.bump(world.organisation.pk, "workforce")
    assert keys(computed(world)) == ["doch"]


def test_assessment_scenarios_share_the_register(committed_database: str) -> None:
    world = World.load()
    early, late = computed(world, scenario=Scenario.EARLY), computed(world, scenario=Scenario.LATE)
    assert early is not late
    assert early.loaded is late.loaded


def test_kept_forgets_the_oldest_beyond_its_limit() -> None:
    kept = risks._Kept(100)  # noqa: SLF001 - its limit is the point
    made: list[str] = []

    def make(name: str) -> str:
        made.append(name)
        return name

    for name in ("a", "b", "a", "c", "b", "gross", "c"):
        assert (
            kept.get(name, lambda name=name: make(name), lambda value: 500 if value == "gross" else 45)
            == name
        )
    # c pushed out b (a was used since), then b pushed out a, the large one everything and itself
    assert made == ["a", "b", "c", "b", "gross", "c"]


def test_assessment_counts_persons_positions_and_days_as_defined(world: World) -> None:
    with world.inside():
        task = TaskFactory(key="T")
        person = PersonFactory()
        first, second, old = PositionFactory(), PositionFactory(), PositionFactory(ended_on=AS_OF)
        holding(first, person, leaves="2027-Q1")
        holding(second, person, leaves="2030-Q1")  # one person through two positions: present until the later
        holding(old)  # the position has ended
        over = holding(second)
        over.ends_on = AS_OF - dt.timedelta(days=1)
        over.save()
        last_day = holding(second)
        last_day.ends_on = AS_OF
        last_day.save()
        future = holding(second)
        future.starts_on = AS_OF + dt.timedelta(days=1)
        future.save()
        holding(second, PersonFactory(ended_on=AS_OF))  # the person has left
        responsible(task, first, old)
        deputy(task, second)
        picture = risks.assessment(actor=world.system, as_of=AS_OF)
    assert picture.loaded.holders.tolist() == [2]
    assert picture.assessment.deputy_depth.tolist() == [1.0]
    # The responsible position is left in I/2027, whatever the same person does as a deputy.
    assert picture.assessment.exit_risk.tolist() == [5]


def test_assessment_is_refused_without_the_permission(world: World) -> None:
    with world.inside(), pytest.raises(PermissionRefused):
        risks.assessment(actor=world.actor("employee"), as_of=AS_OF)


def test_in_scope_joins_the_units_of_all_roles(world: World) -> None:
    with world.inside():
        house = small_house()
        grants = (
            Grant("employee"),
            Grant("line_manager", house.housing.pk),
            Grant("personnel", house.finance.pk),
        )
        actor = Actor(
            account_id=world.accounts["employee"].pk, organisation_id=world.organisation.pk, grants=grants
        )
        picture = risks.assessment(actor=actor, as_of=AS_OF)
        seen = np.flatnonzero(risks.in_scope(actor, picture)).tolist()
    assert [picture.loaded.tasks[number].key for number in seen] == ["A-3", "A-2", "A-1"]


def test_task_badge_of_visible_tasks_only(world: World) -> None:
    with world.inside():
        house = small_house()
        wanted = [house.benefit.pk, house.accounts.pk]
        badges = risks.task_badge(
            actor=world.actor("line_manager", unit_id=house.social.pk), task_ids=wanted, as_of=AS_OF
        )
        nothing = risks.task_badge(actor=world.actor("employee"), task_ids=wanted, as_of=AS_OF)
    badge = badges[house.benefit.pk]
    assert list(badges) == [house.benefit.pk]
    assert (badge.rest_risk, badge.tone, badge.red, badge.act_by, badge.act_now) == (
        20.0,
        "critical",
        Quarter(2028, 2),
        Quarter(2026, 4),
        True,
    )
    assert nothing == {}


def test_trend_compares_with_the_record_of_the_quarter_before(world: World) -> None:
    with world.inside():
        record_quarter(actor=world.system, today=dt.date(2026, 9, 30), now=NOW)
        house = small_house()
        trend = risks.trend(actor=world.actor("executive"), as_of=AS_OF)
        bound = risks.trend(actor=world.actor("line_manager", unit_id=house.social.pk), as_of=AS_OF)
        later = risks.trend(actor=world.actor("executive"), as_of=dt.date(2027, 5, 1))
    assert trend is not None
    assert trend.now == HeadFigures(tasks=4, red_now=1, red_two_years=2, without_holder=1, one_holder=1)
    assert trend.red_change == 2
    assert bound is None
    assert later is not None
    assert later.red_change is None


def test_summary_counts_what_the_actor_sees(world: World) -> None:
    with world.inside():
        house = small_house()
        seen = risks.summary(actor=world.actor("line_manager", unit_id=house.social.pk), as_of=AS_OF)
    assert seen == HeadFigures(tasks=2, red_now=0, red_two_years=1, without_holder=0, one_holder=1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_register_joins_like_a_loop(world: World, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a reproducible draw
    with world.inside():
        unit = UnitFactory()
        tasks = [TaskFactory(unit=unit) for _number in range(8)]
        positions = [PositionFactory(unit=unit) for _number in range(6)]
        persons = [PersonFactory() for _number in range(5)]
        held = {(random.choice(positions), random.choice(persons)) for _number in range(9)}
        for position, person in held:
            holding(position, person)
        roles = {}
        for task in tasks:
            for position in random.sample(positions, random.randint(0, 4)):
                roles[task, position] = random.choice(["responsible", "ready", "untrained"])
                if roles[task, position] == "responsible":
                    responsible(task, position)
                else:
                    deputy(task, position, ready=roles[task, position] == "ready")
        loaded = risks.assessment(actor=world.system, as_of=AS_OF).loaded
    register = loaded.register
    found = {
        loaded.tasks[number].id: {
            (loaded.person_id(int(person)), int(role))
            for person, role in zip(
                register.person[register.offsets[number] : register.offsets[number + 1]],
                register.role[register.offsets[number] : register.offsets[number + 1]],
                strict=True,
            )
        }
        for number in range(register.task_count)
    }
    weights = {"responsible": 1, "ready": 2, "untrained": 0}
    expected = {
        task.pk: {
            (person.pk, total)
            for person in persons
            if (
                total := functools.reduce(
                    operator.or_,
                    (
                        weights[roles[task, post]]
                        for post, who in held
                        if who == person and (task, post) in roles
                    ),
                    0,
                )
            )
        }
        for task in tasks
    }
    assert found == expected
