"""Retention: the dry run says what the deletion then does, and nothing young, open or foreign ever goes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from staffelstab.core import jobs as core_jobs
from staffelstab.core import retention as engine
from staffelstab.core import revisions
from staffelstab.core.errors import NotFound, PermissionRefused
from staffelstab.core.models import AuditEntry, Look, OutboxEvent, RetentionPeriod, RetentionRun
from staffelstab.identity.selectors import retention as selectors
from staffelstab.identity.selectors.actors import all_organisation_ids
from staffelstab.identity.services import retention
from staffelstab.workforce.enums import ImportState
from staffelstab.workforce.models import Holding, Import, Person
from tests.factories.workforce import HoldingFactory, PersonFactory
from tests.guards import rows
from tests.world import NOW, World

TODAY = NOW.date()
OLD = timedelta(days=2000)


def entries(*ages: timedelta) -> None:
    for age in ages:
        Look.objects.create(
            organisation_id=rows.current_organisation(),
            at=NOW - age,
            account_id=rows.new_id(),
            actor_name="Kim",
            subject_id=rows.new_id(),
            what="workforce.person",
        )


def finding(world: World, code: str) -> engine.Finding:
    return selectors.finding(actor=world.system, code=code, today=TODAY)


def test_dry_run_counts_what_is_due_today_and_soon(world: World) -> None:
    with world.inside():
        entries(timedelta(days=400), timedelta(days=366), timedelta(days=300), timedelta(days=1))
        found = finding(world, "core.look")
        assert (found.days, found.own, found.kept, found.due, found.soon) == (365, False, 4, 2, 1)
        assert found.oldest == TODAY - timedelta(days=400)
        assert found.next_on == TODAY
        assert Look.objects.count() == 4


def test_next_deletion_is_the_day_after_the_period(world: World) -> None:
    with world.inside():
        entries(timedelta(days=300))
        found = finding(world, "core.look")
        assert found.next_on == TODAY + timedelta(days=66)
        assert (found.due, found.soon) == (0, 1)
        assert engine.forget(today=found.next_on - timedelta(days=1)) == {}
        assert engine.forget(today=found.next_on)["core.look"] == 1


def test_dry_run_of_an_empty_house_is_all_zero(world: World) -> None:
    with world.inside():
        found = {each.rule.code: (each.kept, each.due, each.oldest) for each in engine.dry_run(today=TODAY)}
    assert found["workforce.person"] == (0, 0, None)
    assert found["portal.barrier"] == (0, 0, None)


def test_forgetting_deletes_what_was_counted_and_says_so(world: World, now: datetime) -> None:
    with world.inside():
        entries(OLD, timedelta(days=1))
        deleted = retention.forget(actor=world.system, today=TODAY, now=now)
        assert deleted["core.look"] == 1
        assert Look.objects.count() == 1
        run = RetentionRun.objects.get()
        assert run.deleted["core.look"] == 1
        assert AuditEntry.objects.filter(action="identity.retention.run", object_id=run.pk).count() == 1
        shown = selectors.latest_runs(actor=world.system)
        assert ("Blicke auf personenbezogene Daten", 1) in shown[0].deleted


def test_a_day_on_which_nothing_is_due_leaves_no_record(world: World, now: datetime) -> None:
    with world.inside():
        assert retention.forget(actor=world.system, today=TODAY, now=now) == {}
        assert RetentionRun.objects.count() == 0


def test_another_house_keeps_its_own(world: World, now: datetime) -> None:
    with world.inside(organisation_id=world.stranger_id):
        entries(OLD)
    with world.inside():
        retention.forget(actor=world.system, today=TODAY, now=now)
    with world.inside(organisation_id=world.stranger_id):
        assert Look.objects.count() == 1


def test_the_database_itself_keeps_the_young_trail(world: World) -> None:
    with world.inside():
        entries(timedelta(days=100), OLD)
        AuditEntry.objects.all().delete()
        Look.objects.all().delete()
        assert [look.at for look in Look.objects.all()] == [NOW - timedelta(days=100)]
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE core_look SET actor_name = ''")


def person(*, left: date | None, **fields: Any) -> Person:
    made: Person = PersonFactory(**fields)
    HoldingFactory(person=made, starts_on=date(2015, 1, 1), ends_on=left)
    return made


def test_persons_go_only_when_every_posting_ended_long_ago(world: World, now: datetime) -> None:
    long_ago, lately = TODAY - OLD, TODAY - timedelta(days=30)
    with world.inside():
        gone = person(left=long_ago)
        recent = person(left=lately)
        back = person(left=long_ago)
        HoldingFactory(person=back, starts_on=lately)
        never = PersonFactory()
        deleted = retention.forget(actor=world.system, today=TODAY, now=now)
        assert (deleted["workforce.person"], deleted["workforce.holding"]) == (1, 1)
        assert set(Person.objects.values_list("pk", flat=True)) == {recent.pk, back.pk, never.pk}
        assert not Holding.objects.filter(person_id=gone.pk).exists()
        assert Holding.objects.get(person_id=back.pk).starts_on == lately


def test_former_postings_of_somebody_on_a_post_for_a_limited_time_go_too(world: World, now: datetime) -> None:
    old = TODAY - OLD
    with world.inside():
        limited = person(left=old)
        HoldingFactory(person=limited, starts_on=old, ends_on=date(2030, 12, 31))
        between = person(left=TODAY - timedelta(days=100))
        deleted = retention.forget(actor=world.system, today=TODAY, now=now)
        assert deleted["workforce.holding"] == 1
        assert [row.ends_on for row in Holding.objects.filter(person=limited)] == [date(2030, 12, 31)]
        assert Holding.objects.filter(person=between).count() == 1
        assert Person.objects.filter(pk__in=[limited.pk, between.pk]).count() == 2


def test_person_who_left_without_ever_holding_a_position_goes_too(world: World, now: datetime) -> None:
    with world.inside():
        PersonFactory(ended_on=TODAY - OLD)
        late = person(left=TODAY - OLD, ended_on=TODAY - timedelta(days=30))
        assert retention.forget(actor=world.system, today=TODAY, now=now) == {"workforce.person": 1}
        assert [each.pk for each in Person.objects.all()] == [late.pk]


def test_forgetting_people_moves_the_counter_of_the_register(world: World, now: datetime) -> None:
    key = world.organisation.pk
    with world.inside():
        person(left=TODAY - OLD)
    with world.inside():
        before = revisions.value(key, "workforce")
        retention.forget(actor=world.system, today=TODAY, now=now)
    with world.inside():
        assert revisions.value(key, "workforce") > before


def upload(state: ImportState, name: str) -> Import:
    stored = default_storage.save(f"imports/{name}", ContentFile(b"x"))
    moment = NOW - OLD
    made: Import = Import.objects.create(
        organisation_id=rows.current_organisation(),
        state=state,
        file_name=name,
        stored_as=stored,
        size=1,
        actor_name="Kim",
        created_at=moment,
        changed_at=moment,
    )
    return made


def test_finished_imports_go_with_their_file(
    world: World, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    with world.inside():
        done, open_one = upload(ImportState.APPLIED, "a.xlsx"), upload(ImportState.APPLYING, "b.xlsx")
        without = upload(ImportState.FAILED, "c.xlsx")
        default_storage.delete(without.stored_as)
        Import.objects.filter(pk=without.pk).update(stored_as="")
        with django_capture_on_commit_callbacks(execute=True):
            assert retention.forget(actor=world.system, today=TODAY, now=now)["workforce.import"] == 2
        assert [each.pk for each in Import.objects.all()] == [open_one.pk]
        assert not default_storage.exists(done.stored_as)
        assert default_storage.exists(open_one.stored_as)


def test_period_of_the_house_counts(world: World, now: datetime) -> None:
    actor = world.actor("administrator")
    with world.inside():
        entries(timedelta(days=200))
        for days in (180, 190):
            retention.set_period(code="core.look", days=days, reason="DV § 4", actor=actor, now=now)
        found = finding(world, "core.look")
        assert (found.days, found.own, found.reason, found.due) == (190, True, "DV § 4", 1)
        assert RetentionPeriod.objects.get().changed_by == actor.display_name
        entry = AuditEntry.objects.filter(action="identity.retention.changed").order_by("-id")[0]
        assert entry.changes == {"days": [180, 190], "reason": [None, "DV § 4"]}


@pytest.mark.parametrize("days", [179, 3651, 0, -1])
def test_period_outside_of_its_limits_is_refused(world: World, now: datetime, days: int) -> None:
    with world.inside(), pytest.raises(retention.PeriodOutOfRange) as refused:
        retention.set_period(code="core.look", days=days, reason="x", actor=world.system, now=now)
    assert refused.value.message == "Bitte geben Sie zwischen 180 und 3650 Tagen ein."


def test_unknown_rule_is_not_found(world: World, now: datetime) -> None:
    with world.inside():
        with pytest.raises(NotFound):
            retention.set_period(code="x.y", days=30, reason="x", actor=world.system, now=now)
        with pytest.raises(NotFound):
            selectors.finding(actor=world.system, code="x.y", today=TODAY)


def test_only_administrators_delete(world: World, now: datetime) -> None:
    for role in ("employee", "knowledge_manager", "privacy"):
        actor = world.actor(role)
        with world.inside():
            with pytest.raises(PermissionRefused):
                retention.forget(actor=actor, today=TODAY, now=now)
            with pytest.raises(PermissionRefused):
                retention.set_period(code="core.look", days=200, reason="x", actor=actor, now=now)
    with world.inside(), pytest.raises(PermissionRefused):
        selectors.findings(actor=world.actor("employee"), today=TODAY)


def test_house_that_trips_over_its_data_keeps_no_other_waiting(
    committed_database: str, now: datetime
) -> None:
    world = World.load()
    houses = all_organisation_ids()
    for house in houses:
        with world.inside(organisation_id=house):
            OutboxEvent.objects.create(organisation_id=house, name="x.y.z", at=now - OLD)
    with world.inside(organisation_id=houses[0]):
        # More days than the calendar has: the house's own deletion fails.
        RetentionPeriod.objects.create(
            organisation_id=houses[0], rule="core.look", days=2**31 - 1, changed_at=now
        )
    core_jobs.run_daily.enqueue("staffelstab.identity.subscribers.on_new_day")
    call_command("worker", once=True)
    found = {}
    for house in houses:
        with world.inside(organisation_id=house):
            found[house] = (OutboxEvent.objects.count(), RetentionRun.objects.count())
    assert found == {houses[0]: (1, 0), houses[1]: (0, 1), houses[2]: (0, 1)}
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED)
    assert [row.args_kwargs["args"][1] for row in failed] == [str(houses[0])]
    assert DBTaskResult.objects.filter(status=TaskResultStatus.SUCCESSFUL).count() == 3


def test_rule_registered_twice_with_another_meaning_is_an_error() -> None:
    rule = engine.rule("core.look")
    engine.register(rule)
    with pytest.raises(ValueError, match=r"core\.look is registered twice"):
        engine.register(engine.Rule(**{**{f: getattr(rule, f) for f in rule.__slots__}, "default_days": 1}))
    assert engine.rule("core.look").default_days == 365
