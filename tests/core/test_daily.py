"""The day's work: planned once, at night, whoever asks; each piece is a job of its own."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.tasks import TaskResultStatus
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from staffelstab.core import daily, jobs

SEEN: list[datetime] = []


def remember(*, now: datetime) -> None:
    """A piece of work."""
    SEEN.append(now)


@pytest.mark.parametrize(
    ("now", "expected"),
    [("2026-11-22 02:59", "2026-11-22 03:00"), ("2026-11-22 03:00", "2026-11-23 03:00"),
     ("2026-11-22 23:30", "2026-11-23 03:00"), ("2026-12-31 12:00", "2027-01-01 03:00")],
)  # fmt: skip
def test_next_run_is_the_next_three_in_the_morning(now: str, expected: str) -> None:
    found = daily.next_run(timezone.make_aware(datetime.fromisoformat(now)))
    assert found == timezone.make_aware(datetime.fromisoformat(expected))


def test_plan_is_made_once(db: None) -> None:
    assert [daily.plan(at=None), daily.plan(at=None)] == [True, False]
    assert DBTaskResult.objects.count() == 1


def test_daily_plans_tomorrow_and_hands_out_today(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily, "_paths", [])
    for _ in range(2):
        daily.register("tests.core.test_daily.remember")
    jobs.daily.func()
    found = {row.task_path.rpartition(".")[2]: row for row in DBTaskResult.objects.all()}
    assert set(found) == {"daily", "run_daily"}
    assert found["daily"].run_after == daily.next_run(timezone.now())
    assert found["run_daily"].args_kwargs["args"] == ["tests.core.test_daily.remember"]
    assert {row.status for row in found.values()} == {TaskResultStatus.READY}


def test_daily_forgets_jobs_that_were_done_long_ago(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily, "_paths", [])
    for days in (13, 15):
        row = DBTaskResult.objects.get(pk=jobs.run_daily.enqueue(f"{days}").id)
        row.status, row.finished_at = TaskResultStatus.SUCCESSFUL, timezone.now() - timedelta(days=days)
        row.save()
    jobs.daily.func()
    kept = DBTaskResult.objects.filter(status=TaskResultStatus.SUCCESSFUL)
    assert [row.args_kwargs["args"] for row in kept] == [["13"]]


def test_run_daily_calls_the_function_with_the_clock(db: None) -> None:
    SEEN.clear()
    jobs.run_daily.func("tests.core.test_daily.remember")
    assert [(timezone.now() - moment).total_seconds() < 60 for moment in SEEN] == [True]


def test_registered_work_exists() -> None:
    assert {
        "staffelstab.identity.subscribers.on_new_day",
        "staffelstab.foresight.subscribers.on_new_day",
        "staffelstab.foresight.subscribers.forget_leftovers",
        "staffelstab.workforce.jobs.forget_leftovers",
    } <= set(daily.registered())
    assert all(callable(import_string(path)) for path in daily.registered())
