"""A report as a job on committed data: a killed worker leaves none, and the next one makes it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.foresight.models import Report
from staffelstab.foresight.services import reports
from staffelstab.foresight.services.reports import NotToRepeat
from tests.factories.foresight import small_house
from tests.factories.reports import house_subject, requested
from tests.locks import somebody_waits
from tests.world import NOW, World


def start_worker(url: str, files: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "DATABASE_URL": url,
        "STAFFELSTAB_FILES": str(files),
        "STAFFELSTAB_SECRET_KEY": "x",
        "DJANGO_SETTINGS_MODULE": "staffelstab.config.settings.base",
    }
    command = [sys.executable, "-m", "staffelstab.config.program", "worker", "--once"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def reload(world: World, report: Report) -> Report:
    with activate(TenancyContext(world.organisation.pk)):
        return Report.objects.get(pk=report.pk)


def wait_until_waiting(url: str, table: str | None) -> None:
    """Until somebody waits for a lock of the table; ``None``: for the end of another transaction."""
    condition = "locktype = 'transactionid'" if table is None else f"relation = '{table}'::regclass"
    with psycopg.connect(url, autocommit=True) as observer:
        for _attempt in range(300):
            if somebody_waits(observer, condition):
                return
            time.sleep(0.1)
    raise AssertionError(f"the job never came to {table}")


@pytest.mark.long  # two workers, one of which is killed
def test_killed_worker_leaves_no_half_report(committed_database: str, tmp_path: Path) -> None:
    world = World.load()
    with world.inside():
        small_house()
        report = requested(
            house_subject(world),
            world,
            now=world.organisation.created_at,
            as_of=world.organisation.created_at.date(),
        )
    with psycopg.connect(committed_database) as blocker:
        # The measures are read after the register: the job is in the middle of its work, and waits there.
        blocker.execute("LOCK TABLE foresight_measure IN ACCESS EXCLUSIVE MODE")
        worker = start_worker(committed_database, tmp_path)
        wait_until_waiting(committed_database, "foresight_measure")
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
    half = reload(world, report)
    assert (half.state, half.content, half.digest, half.stored_as) == ("running", {}, "", "")
    assert half.progress_step == "figures"
    assert start_worker(committed_database, tmp_path).wait(90) == 0
    whole = reload(world, report)
    assert (whole.state, len(whole.digest)) == ("ready", 64)
    assert (tmp_path / whole.stored_as).read_bytes().startswith(b"%PDF-1.7")


@pytest.mark.slow  # a database of its own
def test_retry_beside_a_request_is_refused(committed_database: str) -> None:
    world = World.load()
    with world.inside():
        failed = requested(house_subject(world), world)
        Report.objects.filter(pk=failed.pk).update(state="failed", failure="x")
    found: list[object] = []

    def retry() -> None:
        try:
            with world.inside():
                reports.retry_report(report=failed, actor=world.actor("executive"), now=NOW)
        except NotToRepeat as refusal:
            found.append(refusal.code)
        finally:
            connection.close()

    thread = threading.Thread(target=retry)
    with world.inside():
        requested(house_subject(world), world)
        thread.start()
        wait_until_waiting(committed_database, None)
    thread.join(20)
    assert found == ["foresight.report_not_to_repeat"]
