"""Figures for monitoring: for the token and the networks configured, hidden from all others, without names."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.tasks import TaskResultStatus
from django.test import RequestFactory
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from staffelstab.core.backup import record
from staffelstab.core.health import metrics, scraping
from staffelstab.core.jobs import deliver
from tests.strict_client import StrictClient

TOKEN = "k3Yq9vLm2Zx8Rt5Wp7Nc4Bd6"


@pytest.fixture(autouse=True)
def configured(settings: Settings, tmp_path: Path) -> None:
    settings.METRICS_TOKEN = TOKEN
    settings.METRICS_NETWORKS = (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    settings.DATA = tmp_path


def scrape(client: StrictClient, **headers: str) -> Any:
    return client.get(reverse("portal:metrics_show"), headers=headers)


def samples(text: str) -> dict[tuple[str, ...], float]:
    """(name, label values…) → value."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        ("", 404),
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        ("Bearer wrong", 404),
        (f"Basic {TOKEN}", 404),
        ("Bearer ", 404),
        ("Bearer Schlüssel", 404),
    ],
)
def test_figures_need_the_token(db: None, client: StrictClient, authorization: str, expected: int) -> None:
    assert scrape(client, authorization=authorization).status_code == expected


def test_nothing_configured_admits_nobody(db: None, settings: Settings, client: StrictClient) -> None:
    settings.METRICS_TOKEN, settings.METRICS_NETWORKS = "", ()
    assert scrape(client, authorization="Bearer ").status_code == 404


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "expected"),
    [
        ("10.1.2.3", "", 0, True),
        ("10.2.2.3", "", 0, False),
        ("fd12::1", "", 0, True),
        ("::ffff:10.1.2.3", "", 0, True),
        ("", "", 0, False),
        # A proxy on the same machine forwards the whole world: not believed until it is configured.
        ("10.1.0.1", "203.0.113.9", 0, False),
        ("10.1.0.1", "10.1.2.3", 1, True),
        ("10.1.0.1", "203.0.113.9", 1, False),
        # What the visitor writes into the header stands before what the proxy adds.
        ("10.1.0.1", "10.1.2.3, 203.0.113.9", 1, False),
        ("10.1.0.1", "10.1.2.3, 203.0.113.9", 2, True),
        ("10.1.0.1", "10.1.2.3", 2, False),
        ("10.1.0.1", "", 1, False),
        ("10.1.0.1", "nonsense", 1, False),
    ],
)
def test_networks(settings: Settings, remote: str, forwarded: str, proxies: int, expected: bool) -> None:  # noqa: FBT001
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/metriken/", REMOTE_ADDR=remote, headers=headers)
    assert scraping.permitted(request) is expected


def test_figures_of_jobs_and_backup(db: None, client: StrictClient, tmp_path: Path) -> None:
    now = datetime.fromisoformat("2026-11-22T08:30:00+00:00")
    record.write(tmp_path, record.LastBackup(now - timedelta(hours=5), 4711, "0"))
    for status in (TaskResultStatus.SUCCESSFUL, TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED):
        DBTaskResult.objects.filter(pk=deliver.enqueue("a", "b", "c").id).update(
            status=status, finished_at=now - timedelta(minutes=1)
        )
    DBTaskResult.objects.filter(pk=deliver.enqueue("a", "b", "c").id).update(
        enqueued_at=now - timedelta(minutes=3)
    )
    found = samples(metrics.exposition(now).decode())
    expected = {
        ("staffelstab_jobs", "waiting"): 1,
        ("staffelstab_jobs", "planned"): 0,
        ("staffelstab_jobs", "running"): 0,
        ("staffelstab_jobs", "succeeded"): 2,
        ("staffelstab_jobs", "failed"): 1,
        ("staffelstab_jobs_finished_last_hour", "succeeded"): 2,
        ("staffelstab_jobs_finished_last_hour", "failed"): 1,
        ("staffelstab_jobs_success_ratio",): pytest.approx(2 / 3),
        ("staffelstab_jobs_oldest_waiting_seconds",): 180,
        ("staffelstab_jobs_longest_running_seconds",): 0,
        ("staffelstab_backup_age_seconds",): 18_000,
        ("staffelstab_backup_size_bytes",): 4711,
    }
    assert {key: found[key] for key in expected} == expected


def test_figures_that_do_not_exist_are_absent(db: None, now: datetime) -> None:
    names = {key[0] for key in samples(metrics.exposition(now).decode())}
    assert names & {"staffelstab_jobs_success_ratio", "staffelstab_backup_age_seconds"} == set()


def test_requests_are_counted_by_route_and_status(db: None, client: StrictClient) -> None:
    def counted() -> dict[tuple[str, ...], float]:
        text = scrape(client, authorization=f"Bearer {TOKEN}").content.decode()
        return {key: value for key, value in samples(text).items() if key[0] == "staffelstab_requests_total"}

    before = counted()
    client.get(reverse("portal:health_show"))
    client.get("/gibt-es-nicht/Erika-Beispiel/")
    client.get(reverse("portal:start_show"))
    after = counted()
    assert {key: value - before.get(key, 0) for key, value in after.items()} == {
        **dict.fromkeys(before, 0),
        ("staffelstab_requests_total", "portal:health_show", "2xx"): 1,
        ("staffelstab_requests_total", "none", "4xx"): 1,
        ("staffelstab_requests_total", "portal:start_show", "3xx"): 1,
        ("staffelstab_requests_total", "portal:metrics_show", "2xx"): 1,
    }
    assert "Erika" not in str(after)


def test_nothing_is_counted_where_nobody_may_read(db: None, settings: Settings, client: StrictClient) -> None:
    settings.METRICS_TOKEN, settings.METRICS_NETWORKS = "", ()
    before = metrics.REQUESTS.labels("portal:health_show", "2xx")._value.get()  # noqa: SLF001
    client.get(reverse("portal:health_show"))
    assert metrics.REQUESTS.labels("portal:health_show", "2xx")._value.get() == before  # noqa: SLF001


_COUNT = """
import sys
from staffelstab.core.health.metrics import REQUESTS
REQUESTS.labels("portal:start_show", "2xx").inc(int(sys.argv[1]))
"""
_ADD_UP = """
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
registry = CollectorRegistry()
MultiProcessCollector(registry)
print(generate_latest(registry).decode())
"""


@pytest.mark.slow  # starts Python three times
def test_several_processes_are_added_up(tmp_path: Path) -> None:
    environment = os.environ | {
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "staffelstab.config.settings.test",
    }
    for count in ("2", "5"):
        subprocess.run([sys.executable, "-c", _COUNT, count], env=environment, check=True)
    summed = subprocess.run(
        [sys.executable, "-c", _ADD_UP], env=environment, check=True, capture_output=True, text=True
    )
    assert samples(summed.stdout)["staffelstab_requests_total", "portal:start_show", "2xx"] == 7
