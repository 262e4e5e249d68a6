"""Reports: requested once, made whole or not at all, tried again, deleted."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from staffelstab.core import attempts, outbox, retention, revisions
from staffelstab.core.errors import NotFound, PermissionRefused
from staffelstab.core.models import AuditEntry, OutboxEvent
from staffelstab.foresight import jobs, subscribers
from staffelstab.foresight.domain.report_document import digest
from staffelstab.foresight.models import Report
from staffelstab.foresight.selectors import report_figures
from staffelstab.foresight.selectors import reports as selectors
from staffelstab.foresight.services import reports
from staffelstab.foresight.services.reports import DayTooFar, NotToRepeat
from staffelstab.foresight.services.retention import RULES
from tests import daily_work
from tests.factories.foresight import AS_OF, small_house
from tests.factories.reports import house_subject, large_house, made, requested, unit_subject
from tests.world import NOW, World

pytestmark = pytest.mark.usefixtures("quick_pdf")


def make(report: Report) -> Report:
    reports.make(organisation_id=report.organisation_id, report_id=report.pk, now=NOW)
    report.refresh_from_db()
    return report


def actions() -> list[str]:
    return list(
        AuditEntry.objects.filter(action__startswith="foresight.report")
        .order_by("id")
        .values_list("action", flat=True)
    )


def test_request_is_recorded_and_published_in_one_transaction(world: World) -> None:
    with world.inside():
        report = requested(house_subject(world), world)
        assert (report.state, report.subject_name, report.actor_name) == (
            "queued",
            "Stadt Musterstadt",
            world.actor("executive").display_name,
        )
        assert actions() == ["foresight.report.requested"]
        assert OutboxEvent.objects.get().payload == {"report_id": str(report.pk)}


def test_the_event_becomes_a_job(world: World) -> None:
    with world.inside():
        requested(house_subject(world), world)
        event_id = OutboxEvent.objects.get().pk
    (path,) = outbox.subscriptions()["foresight.report.requested"]
    outbox.deliver(world.organisation.pk, event_id, path)
    job = DBTaskResult.objects.get(task_path="staffelstab.foresight.jobs.make_report")
    jobs.make_report.call(*job.args_kwargs["args"])
    with world.inside():
        assert Report.objects.get().state == "ready"


def test_two_clicks_make_one_report(world: World) -> None:
    with world.inside():
        key = UUID("01a2024b-2ed6-703e-9d9c-20032d54ca01")
        first = requested(house_subject(world), world, report_id=key)
        assert requested(house_subject(world), world, report_id=key).pk == key
        # and so do two forms, as long as the first report is being made
        assert requested(house_subject(world), world).pk == first.pk
        assert (Report.objects.count(), OutboxEvent.objects.count()) == (1, 1)


def test_another_day_is_another_report(world: World) -> None:
    with world.inside():
        requested(house_subject(world), world)
        requested(house_subject(world), world, as_of=AS_OF + dt.timedelta(days=1))
        assert Report.objects.count() == 2


@pytest.mark.parametrize("days", [-367, 367])
def test_the_day_lies_near_today(world: World, days: int) -> None:
    with world.inside(), pytest.raises(DayTooFar):
        requested(house_subject(world), world, as_of=AS_OF + dt.timedelta(days=days))


@pytest.mark.parametrize(
    "role", ["employee", "line_manager", "personnel", "advisor", "privacy", "network_operator"]
)
def test_request_is_for_those_who_answer_for_the_house(world: World, role: str) -> None:
    with world.inside(), pytest.raises(PermissionRefused):
        requested(house_subject(world), world, actor=world.actor(role))


def test_request_of_a_unit_is_for_its_own_knowledge_management(world: World) -> None:
    with world.inside():
        house = small_house()
        bound = world.actor("knowledge_manager", unit_id=house.social.pk)
        assert requested(unit_subject(house.housing), world, actor=bound).unit_path == [
            house.social.pk,
            house.housing.pk,
        ]
        for subject in (unit_subject(house.finance), house_subject(world)):
            with pytest.raises(PermissionRefused):
                requested(subject, world, actor=bound)


def test_make_keeps_content_inputs_and_digest(world: World, quick_pdf: list[str]) -> None:
    with world.inside():
        large_house()
        report = made(house_subject(world), world)
        assert (report.state, report.schema, report.language) == ("ready", 2, "de")
        assert report.digest == digest(report.content) == quick_pdf[0]
        assert report.inputs["threshold"] == 7
        assert report.inputs["register"] == {"units": 4, "tasks": 74}
        assert report.inputs["constants"]["scenario_shifts"] == {"early": -8, "regular": 0, "late": 4}
        assert default_storage.open(report.stored_as).read() == b"%PDF-1.7 probe"
        assert actions() == ["foresight.report.requested", "foresight.report.made"]


def test_make_again_changes_nothing(world: World, quick_pdf: list[str]) -> None:
    with world.inside():
        report = made(house_subject(world), world)
        before = report.changed_at
        assert make(report).changed_at == before
        assert len(quick_pdf) == 1


def test_make_of_a_deleted_report_ends(world: World) -> None:
    with world.inside():
        report = requested(house_subject(world), world)
        key = report.pk
        report.delete()
    reports.make(organisation_id=world.organisation.pk, report_id=key, now=NOW)


def test_the_next_report_names_the_one_before(world: World) -> None:
    with world.inside():
        large_house()
        first = made(house_subject(world), world, as_of=dt.date(2026, 8, 1))
        made(house_subject(world), world, as_of=dt.date(2026, 12, 1))
        second = made(house_subject(world), world)
        assert second.previous_id == first.pk
        (trend,) = (section for section in second.content["sections"] if section["key"] == "trend")
        assert trend["paragraphs"] == ["Verglichen mit dem Bericht zum 01.08.2026."]
        assert trend["tables"][0]["rows"][0] == ["Aufgaben", 74, 74, 0]


def test_unexpected_error_leaves_a_sentence_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_values: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(report_figures, "figures", broken)
    with world.inside():
        report = requested(house_subject(world), world)
    with pytest.raises(ZeroDivisionError):
        reports.make(organisation_id=world.organisation.pk, report_id=report.pk, now=NOW)
    with world.inside():
        report.refresh_from_db()
        assert (report.state, report.content, report.stored_as) == ("failed", {}, "")
        assert report.failure == (
            "The report could not be made because of an internal error. Nothing was kept."
        )


def test_report_is_under_way_as_long_as_its_job_comes_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meet_a_deadlock(**_values: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DO $$BEGIN RAISE EXCEPTION 'words' USING ERRCODE = '40P01'; END$$")

    with world.inside():
        report = requested(house_subject(world), world)
    states = []
    with monkeypatch.context() as patch:
        # A deadlock cannot be had on demand.
        patch.setattr(report_figures, "figures", meet_a_deadlock)
        for number in (1, 19, 20):
            with pytest.raises(OperationalError), attempts.numbered(number):
                reports.make(organisation_id=world.organisation.pk, report_id=report.pk, now=NOW)
            with world.inside():
                report.refresh_from_db()
            states.append(report.state)
    assert states == ["running", "running", "failed"]
    assert report.failure == "The report could not be made because of an internal error. Nothing was kept."


def test_anticipated_error_is_a_sentence_and_no_failure_of_the_job(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    moving = iter(range(100))
    monkeypatch.setattr(revisions, "value", lambda *_args: next(moving))
    with world.inside():
        report = make(requested(house_subject(world), world))
        assert (report.state, report.failure) == (
            "failed",
            "The register was being changed while the report was made. Please try again in a moment.",
        )


def test_register_that_moved_once_is_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    values = iter([1, 2, 2, 2])
    monkeypatch.setattr(revisions, "value", lambda *_args: next(values))
    with world.inside():
        report = make(requested(house_subject(world), world))
        assert (report.state, report.inputs["workforce_revision"]) == ("ready", 2)


def test_failed_report_can_be_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.inside():
        report = requested(house_subject(world), world)
        Report.objects.filter(pk=report.pk).update(state="failed", failure="x")
        again = reports.retry_report(report=report, actor=world.actor("executive"), now=NOW)
        assert (again.state, again.failure) == ("queued", "")
        assert make(again).state == "ready"
        assert actions() == [
            "foresight.report.requested",
            "foresight.report.repeated",
            "foresight.report.made",
        ]


def test_report_without_a_sign_of_life_can_be_tried_again(world: World) -> None:
    with world.inside():
        report = requested(house_subject(world), world)
        with pytest.raises(NotToRepeat):
            reports.retry_report(
                report=report, actor=world.actor("executive"), now=NOW + dt.timedelta(minutes=4)
            )
        later = NOW + dt.timedelta(minutes=6)
        assert (
            reports.retry_report(report=report, actor=world.actor("executive"), now=later).changed_at == later
        )


def test_ready_report_is_not_made_again(world: World) -> None:
    with world.inside():
        report = made(house_subject(world), world)
        with pytest.raises(NotToRepeat):
            reports.retry_report(report=report, actor=world.actor("executive"), now=NOW)


def test_failed_report_waits_for_the_one_being_made(world: World) -> None:
    with world.inside():
        report = requested(house_subject(world), world)
        Report.objects.filter(pk=report.pk).update(state="failed")
        requested(house_subject(world), world)
        with pytest.raises(NotToRepeat):
            reports.retry_report(report=report, actor=world.actor("executive"), now=NOW)


def test_retry_of_a_deleted_report_finds_nothing(world: World) -> None:
    with world.inside():
        report = requested(house_subject(world), world)
        Report.objects.all().delete()
        with pytest.raises(NotFound):
            reports.retry_report(report=report, actor=world.actor("executive"), now=NOW)


def test_delete_removes_content_and_file_and_keeps_the_trail(
    world: World, django_capture_on_commit_callbacks: object
) -> None:
    with world.inside():
        report = made(house_subject(world), world)
        name, kept = report.stored_as, report.digest
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            reports.delete_report(report=report, actor=world.actor("administrator"), now=NOW)
        assert (Report.objects.count(), default_storage.exists(name)) == (0, False)
        entry = AuditEntry.objects.get(action="foresight.report.deleted")
        assert (entry.object_name, entry.changes) == (
            "Stadt Musterstadt, 22.11.2026",
            {"digest": [kept, None]},
        )


def test_delete_is_not_for_readers(world: World) -> None:
    with world.inside():
        report = requested(house_subject(world), world)
        with pytest.raises(PermissionRefused):
            reports.delete_report(report=report, actor=world.actor("privacy"), now=NOW)


def test_delete_of_a_report_being_made_leaves_no_digest_behind(world: World) -> None:
    with world.inside():
        report = requested(house_subject(world), world)
        reports.delete_report(report=report, actor=world.actor("executive"), now=NOW)
        assert AuditEntry.objects.get(action="foresight.report.deleted").changes == {}


def test_report_deleted_while_it_is_made_stays_deleted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = report_figures.figures

    def deleted_meanwhile(**values: object) -> object:
        Report.objects.all().delete()
        return real(**values)  # type: ignore[arg-type]

    monkeypatch.setattr(report_figures, "figures", deleted_meanwhile)
    with world.inside():
        report = requested(house_subject(world), world)
    reports.make(organisation_id=world.organisation.pk, report_id=report.pk, now=NOW)
    with world.inside():
        assert Report.objects.count() == 0


def test_failure_of_a_deleted_report_is_nowhere_noted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "_begin", lambda *_args, **_values: True)
    with pytest.raises(Report.DoesNotExist):
        reports.make(organisation_id=world.organisation.pk, report_id=UUID(int=1), now=NOW)


@pytest.mark.parametrize(
    "changes",
    [{"state": "ready"}, {"digest": "abc"}, {"state": "ready", "digest": "abc"}],
)
def test_the_database_refuses_half_a_report(world: World, changes: dict[str, str]) -> None:
    with world.inside():
        report = requested(house_subject(world), world)
        with pytest.raises(IntegrityError), transaction.atomic():
            Report.objects.filter(pk=report.pk).update(**changes)


def test_old_reports_go_with_their_files(world: World, django_capture_on_commit_callbacks: object) -> None:
    (rule,) = RULES
    with world.inside():
        report = made(house_subject(world), world)
        waiting = requested(house_subject(world), world)
        name = report.stored_as
        assert list(rule.rows().values_list("pk", flat=True)) == [report.pk]
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            assert rule.delete(rule.rows()) == 1
        assert list(Report.objects.values_list("pk", flat=True)) == [waiting.pk]
        assert not default_storage.exists(name)
    assert rule in retention.rules()


def test_list_shows_a_line_manager_the_reports_on_their_units(world: World) -> None:
    with world.inside():
        house = small_house()
        requested(house_subject(world), world)
        inside = requested(unit_subject(house.housing), world)
        requested(unit_subject(house.finance), world)
        bound = world.actor("line_manager", unit_id=house.social.pk)
        assert list(selectors.list_reports(actor=bound)) == [inside]
        assert selectors.list_reports(actor=world.actor("line_manager")).count() == 3
        assert selectors.list_reports(actor=world.actor("privacy")).count() == 3
        assert selectors.list_reports(actor=world.actor("network_operator")).count() == 0
        assert selectors.list_reports(actor=world.system).count() == 3


def test_files_of_reports_that_were_never_kept_are_forgotten(world: World) -> None:
    with world.inside():
        report = made(house_subject(world), world)
        left = default_storage.save(f"reports/{world.organisation.pk}/left.pdf", ContentFile(b"x"))
    subscribers.forget_leftovers(now=timezone.now() + dt.timedelta(hours=25))
    assert daily_work.do_what_was_handed_out() == 3
    assert [default_storage.exists(name) for name in (report.stored_as, left)] == [True, False]
