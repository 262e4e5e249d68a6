"""Figures for monitoring in Prometheus' text form: requests counted per process, all else read when asked.

With several web processes ``staffelstab serve`` names a folder in ``PROMETHEUS_MULTIPROC_DIR``, where each keeps its
counters; whichever process is asked adds them up. No figure names a person, an organisation or an address with an id.
"""

from __future__ import annotations

import platform
import shutil
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from prometheus_client.values import ValueClass

from staffelstab.core.backup import record
from staffelstab.core.health import queue

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_counted = CollectorRegistry()
REQUESTS = Counter(
    "staffelstab_requests",
    "Answered requests by route (name of the address) and class of status.",
    ["route", "status"],
    registry=_counted,
)
SECONDS = Histogram(
    "staffelstab_request_seconds",
    "Time from the request to its answer.",
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=_counted,
)


class MetricsMiddleware:
    """Counts requests where monitoring is configured; otherwise it is not there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not configured():
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then count."""
        beginning = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        # The name of the address, never the address itself: that may hold ids and names.
        route = (match.view_name if match else "") or "none"
        REQUESTS.labels(route, f"{response.status_code // 100}xx").inc()
        SECONDS.observe(time.perf_counter() - beginning)
        return response


def configured() -> bool:
    """Whether anybody may read the figures."""
    return bool(settings.METRICS_TOKEN or settings.METRICS_NETWORKS)


class _Now(Collector):
    """What is computed when asked."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterable[Metric]:
        yield self._build()
        yield from self._jobs()
        yield from self._database()
        last = record.read(Path(settings.DATA))
        if last is not None:
            yield _gauge(
                "backup_age_seconds", "Time since the last backup.", (self.now - last.at).total_seconds()
            )
            yield _gauge("backup_size_bytes", "Size of the last backup.", last.size)
        free = shutil.disk_usage(settings.DATA).free
        yield _gauge("files_free_bytes", "Free space on the disk of the data folder.", free)

    def _build(self) -> Metric:
        built = GaugeMetricFamily(
            "staffelstab_build_info",
            "Versions; the value is always 1.",
            labels=["version", "python", "postgresql"],
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version')")
            server = str(cursor.fetchone()[0]).split(" ", maxsplit=1)[0]
        built.add_metric([version("staffelstab"), platform.python_version(), server], 1)
        return built

    def _jobs(self) -> Iterable[Metric]:
        found = queue.figures(self.now)
        states = GaugeMetricFamily(
            "staffelstab_jobs", "Jobs by state; finished ones are kept for 14 days.", labels=["state"]
        )
        for state in ("waiting", "planned", "running", "succeeded", "failed"):
            states.add_metric([state], getattr(found, state))
        yield states
        finished = GaugeMetricFamily(
            "staffelstab_jobs_finished_last_hour", "Jobs that finished in the last hour.", labels=["outcome"]
        )
        finished.add_metric(["succeeded"], found.succeeded_last_hour)
        finished.add_metric(["failed"], found.failed_last_hour)
        yield finished
        if found.success_rate is not None:
            yield _gauge(
                "jobs_success_ratio", "Share of the last hour's jobs that succeeded.", found.success_rate
            )
        yield _gauge(
            "jobs_oldest_waiting_seconds",
            "How long the oldest waiting job has been due.",
            found.oldest_waiting.total_seconds(),
        )
        yield _gauge(
            "jobs_longest_running_seconds",
            "How long the longest running job has been running.",
            found.longest_running.total_seconds(),
        )

    def _database(self) -> Iterable[Metric]:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT numbackends, deadlocks, pg_database_size(datid) FROM pg_stat_database
                   WHERE datname = current_database()"""
            )
            connections, deadlocks, size = cursor.fetchone()
        yield _gauge("database_connections", "Connections to the database.", connections)
        yield _gauge("database_deadlocks", "Deadlocks since the statistics were reset.", deadlocks)
        yield _gauge("database_size_bytes", "Size of the database.", size)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"staffelstab_{name}", text, value=value)


def exposition(now: datetime) -> bytes:
    """All figures as text: four statements, and one file per process where there are several."""
    registry = CollectorRegistry()
    registry.register(_Now(now))
    if getattr(ValueClass, "_multiprocess", False):
        MultiProcessCollector(registry)
        return generate_latest(registry)
    return generate_latest(registry) + generate_latest(_counted)
