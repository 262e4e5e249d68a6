"""``staffelstab check``: each line says what is wrong where something is, and the exit status follows."""

from __future__ import annotations

import io
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connections
from django.tasks import TaskResultStatus
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from staffelstab.config import database as configured
from staffelstab.core.backup import record
from staffelstab.core.database.facts import ConnectionFacts
from staffelstab.core.health import checks, database, queue, surroundings
from staffelstab.core.health.findings import Finding, Level
from staffelstab.core.jobs import deliver
from tests.guards import rls

GOOD_SECRET = "k3Yq9vLm2Zx8Rt5Wp7Nc4Bd6Fh1Gj0As-_"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def levels(found: Finding | Iterator[Finding]) -> dict[str, str]:
    return {
        finding.code: str(finding.level) for finding in ([found] if isinstance(found, Finding) else found)
    }


@pytest.fixture
def well(settings: Settings, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an installation without anything to say about, on a disk with room."""
    room = SimpleNamespace(free=100 * 1024**3)
    monkeypatch.setattr(surroundings, "shutil", SimpleNamespace(disk_usage=lambda _folder: room))
    settings.DEBUG, settings.DEMO, settings.HTTPS = False, False, True
    settings.ALLOWED_HOSTS = ["wissen.musterstadt.example"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://wissen.musterstadt.example"]
    settings.SECRET_KEY = GOOD_SECRET
    settings.DATA = settings.STATIC_ROOT = tmp_path
    (tmp_path / "staticfiles.json").write_text("{}")
    record.write(tmp_path, record.LastBackup(timezone.now(), 1, "0"))
    return settings


def run(*arguments: str) -> tuple[int, str]:
    output = io.StringIO()
    try:
        call_command("check", "--language=en", *arguments, stdout=output, no_color=True)
    except SystemExit as left:
        return int(str(left.code)), output.getvalue()
    return 0, output.getvalue()


@pytest.mark.slow  # starts the programs for charts and PDF
def test_installation_in_good_order_has_nothing_to_say(db: None, well: Settings) -> None:
    status, text = run("--json")
    facts = json.loads(text)
    assert [finding for finding in facts["findings"] if finding["level"] != "ok"] == []
    assert (status, facts["level"]) == (0, "ok")
    assert [finding["code"] for finding in facts["findings"]] == [
        "settings.hosts",
        "settings.https",
        "settings.secret",
        "machine.timezone",
        "database.version",
        "database.encoding",
        "database.role",
        "database.migrations",
        "database.policies",
        "database.clock",
        "jobs.waiting",
        "jobs.success",
        "files.write",
        "files.space",
        "files.static",
        "mail.server",
        "programs.charts",
        "programs.pdf",
        "backup.age",
    ]


@pytest.mark.slow  # starts the programs for charts and PDF
def test_errors_change_the_exit_status_and_warnings_do_not(db: None, well: Settings) -> None:
    well.DEMO = True
    status, text = run()
    assert (status, text.splitlines()[-1]) == (0, "It works; see the warnings.")
    well.DEBUG = True
    status, text = run()
    assert (status, text.splitlines()[-1]) == (1, "Something is wrong; see the errors.")
    assert text.splitlines()[:2] == [
        "error    Technical error pages are switched on: they show settings and data.",
        "         → Remove STAFFELSTAB_DEBUG.",
    ]


def test_findings_are_german_unless_told_otherwise(well: Settings) -> None:
    well.DEBUG = True
    with translation.override("de"):
        found = {finding.code: finding for finding in surroundings.configuration()}
    assert found["settings.debug"].advice == "Entfernen Sie STAFFELSTAB_DEBUG."


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"settings.hosts": "ok", "settings.https": "ok"}),
        ({"DEBUG": True}, {"settings.debug": "error", "settings.hosts": "ok", "settings.https": "ok"}),
        ({"DEMO": True}, {"settings.demo": "warning", "settings.hosts": "ok", "settings.https": "ok"}),
        ({"ALLOWED_HOSTS": ["*"]}, {"settings.hosts": "error", "settings.https": "ok"}),
        ({"ALLOWED_HOSTS": ["localhost"]}, {"settings.hosts": "error", "settings.https": "ok"}),
        ({"HTTPS": False}, {"settings.hosts": "ok", "settings.https": "warning"}),
        (
            {"CSRF_TRUSTED_ORIGINS": ["http://wissen.example"]},
            {"settings.hosts": "ok", "settings.https": "error"},
        ),
    ],
    ids=["well", "debug", "demo", "any host", "no host", "plain", "plain origin"],
)
def test_settings(well: Settings, changes: dict[str, Any], expected: dict[str, str]) -> None:
    for key, value in changes.items():
        setattr(well, key, value)
    assert levels(surroundings.configuration()) == expected


@pytest.mark.parametrize(
    ("secret", "expected"),
    [(GOOD_SECRET, "ok"), ("geheim", "error"), ("a" * 60, "error")],
    ids=["well", "short", "simple"],
)
def test_secret(settings: Settings, tmp_path: Path, secret: str, expected: str) -> None:
    settings.DATA, settings.SECRET_KEY = tmp_path, secret
    assert surroundings.secret().level == expected


def test_secret_that_others_can_read(well: Settings, tmp_path: Path) -> None:
    (tmp_path / "secret").touch(mode=0o600)
    assert surroundings.secret().level == "ok"
    (tmp_path / "secret").chmod(0o640)
    assert surroundings.secret().level == "error"


def test_unknown_time_zone(settings: Settings) -> None:
    assert surroundings.clock().level == "ok"
    with pytest.MonkeyPatch.context() as patch:
        # Not through the fixture: Django would apply the zone at once.
        patch.setattr(surroundings, "settings", type("Settings", (), {"TIME_ZONE": "Europe/Nowhere"}))
        assert surroundings.clock().level == "error"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (database.version_finding(14), "error"),
        (database.version_finding(15), "ok"),
        (database.encoding_finding("UTF8"), "ok"),
        (database.encoding_finding("SQL_ASCII"), "error"),
        (database.role_finding("app", False, False, False), "ok"),
        (database.role_finding("postgres", True, True, True), "error"),
        (database.role_finding("owner", False, False, True), "error"),
        (database.role_finding("admin", False, True, False), "warning"),
        (database.clock_finding(4.9), "ok"),
        (database.clock_finding(6.0), "warning"),
        (surroundings.space(3 * 1024**3), "ok"),
        (surroundings.space(1024**3), "warning"),
        (surroundings.space(1024**2), "error"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.code,
)
def test_single_facts(found: Finding, expected: str) -> None:
    assert (found.level, bool(found.advice)) == (expected, expected != "ok")


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("postgres", ("postgres", True, True, False)),
        (rls.OWNER, (rls.OWNER, False, False, True)),
        (rls.APP, (rls.APP, False, False, False)),
    ],
)
def test_powers_of_the_roles(
    postgres: ConnectionFacts, db: None, worker_id: str, role: str, expected: tuple[object, ...]
) -> None:
    with psycopg.connect(postgres.conninfo(database=f"test_{worker_id}", user=role)) as connected:
        assert connected.execute(database.POWERS).fetchone() == expected


@pytest.fixture
def as_owner(committed_database: str, postgres: ConnectionFacts) -> Callable[[str], None]:
    """Runs a statement as the owner of the database that the checks look at."""
    name = str(connections["default"].settings_dict["NAME"])

    def execute(statement: str) -> None:
        with psycopg.connect(postgres.conninfo(database=name, user=configured.OWNER)) as owner:
            owner.execute(statement)

    return execute


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DELETE FROM django_migrations WHERE id IN (SELECT max(id) FROM django_migrations WHERE app = 'core')",
         "database.migrations"),
        ("INSERT INTO django_migrations (app, name, applied) VALUES ('core', '9999_later', now())",
         "database.migrations"),
        ("DROP POLICY app_select ON workforce_task", "database.policies"),
        ("CREATE POLICY open ON workforce_task USING (true)", "database.policies"),
        ("ALTER TABLE core_look NO FORCE ROW LEVEL SECURITY", "database.policies"),
        ("ALTER TABLE core_look DISABLE ROW LEVEL SECURITY", "database.policies"),
        ("CREATE TABLE wage (id int)", "database.policies"),
    ],
    ids=["pending", "newer", "policy missing", "policy added", "not forced", "disabled", "unknown table"],
)  # fmt: skip
def test_changed_schema(as_owner: Callable[[str], None], statement: str, code: str) -> None:
    assert set(levels(database.findings()).values()) == {"ok"}
    as_owner(statement)
    found = levels(database.findings())
    assert [name for name, level in found.items() if level != "ok"] == [code]
    assert found[code] == "error"


def test_lost_database_is_one_error(well: Settings, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Lost:
        def cursor(self) -> None:
            raise database.DatabaseError("connection refused\nIs the server running?")

    monkeypatch.setattr(database, "connection", Lost())
    [found] = database.findings()
    assert (found.level, found.message) == (Level.ERROR, "The database does not answer: connection refused")
    monkeypatch.setattr(surroundings, "programs", lambda: iter(()))
    codes = [finding.code for finding in checks.run(now=timezone.now())]
    assert [code for code in codes if code.startswith(("database", "jobs"))] == ["database.connection"]


def figures(**changes: Any) -> queue.QueueFigures:
    none = timedelta()
    values: dict[str, Any] = {
        "waiting": 0, "planned": 0, "running": 0, "succeeded": 0, "failed": 0,
        "succeeded_last_hour": 0, "failed_last_hour": 0, "oldest_waiting": none, "longest_running": none,
    }  # fmt: skip
    return queue.QueueFigures(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"jobs.waiting": "ok", "jobs.success": "ok"}),
        ({"oldest_waiting": timedelta(minutes=9)}, {"jobs.waiting": "ok", "jobs.success": "ok"}),
        ({"oldest_waiting": timedelta(minutes=11)}, {"jobs.waiting": "warning", "jobs.success": "ok"}),
        ({"oldest_waiting": timedelta(minutes=61)}, {"jobs.waiting": "error", "jobs.success": "ok"}),
        (
            {"longest_running": timedelta(hours=7)},
            {"jobs.waiting": "ok", "jobs.running": "warning", "jobs.success": "ok"},
        ),
        ({"succeeded_last_hour": 9}, {"jobs.waiting": "ok", "jobs.success": "ok"}),
        (
            {"succeeded_last_hour": 9, "failed_last_hour": 1},
            {"jobs.waiting": "ok", "jobs.success": "warning"},
        ),
        ({"failed_last_hour": 2}, {"jobs.waiting": "ok", "jobs.success": "warning"}),
        ({"succeeded_last_hour": 8, "failed_last_hour": 1}, {"jobs.waiting": "ok", "jobs.success": "error"}),
        ({"failed_last_hour": 3}, {"jobs.waiting": "ok", "jobs.success": "error"}),
    ],
)
def test_jobs(changes: dict[str, Any], expected: dict[str, str]) -> None:
    assert levels(surroundings.jobs(figures(**changes))) == expected


def test_figures_of_the_queue(db: None, now: datetime) -> None:
    def job(status: TaskResultStatus, **times: datetime) -> None:
        row = DBTaskResult.objects.get(pk=deliver.enqueue("a", "b", "c").id)
        DBTaskResult.objects.filter(pk=row.pk).update(
            status=status, **{"enqueued_at": now - timedelta(days=2), **times}
        )

    job(TaskResultStatus.READY, enqueued_at=now - timedelta(minutes=30))
    job(TaskResultStatus.READY, run_after=now - timedelta(minutes=5))
    job(TaskResultStatus.READY, run_after=now + timedelta(hours=5))
    job(TaskResultStatus.RUNNING, started_at=now - timedelta(minutes=2))
    job(TaskResultStatus.SUCCESSFUL, finished_at=now - timedelta(minutes=59))
    job(TaskResultStatus.SUCCESSFUL, finished_at=now - timedelta(minutes=1))
    job(TaskResultStatus.SUCCESSFUL, finished_at=now - timedelta(minutes=61))
    job(TaskResultStatus.FAILED, finished_at=now - timedelta(minutes=1))
    job(TaskResultStatus.FAILED, finished_at=now - timedelta(days=1))
    found = queue.figures(now)
    assert found == queue.QueueFigures(
        waiting=2,
        planned=1,
        running=1,
        succeeded=3,
        failed=2,
        succeeded_last_hour=2,
        failed_last_hour=1,
        oldest_waiting=timedelta(minutes=30),
        longest_running=timedelta(minutes=2),
    )
    assert found.success_rate == pytest.approx(2 / 3)
    assert figures().success_rate is None


def test_storage(well: Settings, tmp_path: Path) -> None:
    assert levels(surroundings.storage())["files.write"] == "ok"
    blocked = tmp_path / "files"
    blocked.write_text("a file where a folder should be")
    well.STORAGES = {
        **well.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(blocked)},
        },
    }
    assert levels(surroundings.storage())["files.write"] == "error"


def test_static_files(well: Settings, tmp_path: Path) -> None:
    assert surroundings.static_files().level == "ok"
    (tmp_path / "staticfiles.json").unlink()
    assert surroundings.static_files().level == "warning"


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (None, "warning"),
        (timedelta(hours=26), "ok"),
        (timedelta(hours=51), "warning"),
        (timedelta(days=9), "error"),
    ],
    ids=["none", "fresh", "old", "too old"],
)
def test_backup(
    settings: Settings, tmp_path: Path, now: datetime, age: timedelta | None, expected: str
) -> None:
    settings.DATA = tmp_path
    if age is not None:
        record.write(tmp_path, record.LastBackup(now - age, 1, "0"))
    assert surroundings.backup(now).level == expected


def test_damaged_note_of_the_last_backup_counts_as_none(
    settings: Settings, tmp_path: Path, now: datetime
) -> None:
    settings.DATA = tmp_path
    (tmp_path / "last-backup.json").write_text('{"at": "yesterday"}')
    assert surroundings.backup(now).level == "warning"


def test_mail_to_the_log_only(settings: Settings) -> None:
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
    assert surroundings.mail_server().level == "warning"


def test_test_mail_is_sent() -> None:
    found = surroundings.mail_server("it@musterstadt.example")
    assert (found.level, [message.to for message in mail.outbox]) == ("ok", [["it@musterstadt.example"]])


def smtp(settings: Settings, port: int) -> None:
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5},
        }
    }


def test_mail_server_that_is_not_there(settings: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        smtp(settings, free.getsockname()[1])
        assert surroundings.mail_server().level == "error"


@pytest.mark.parametrize(("greeting", "expected"), [(b"220 mail\r\n", "ok"), (b"554 no\r\n", "error")])
def test_mail_server_that_answers(settings: Settings, greeting: bytes, expected: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connected, _address = server.accept()
            with connected, connected.makefile("rb") as lines:
                connected.sendall(greeting)
                for _line in lines:
                    connected.sendall(b"250 fine\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        smtp(settings, server.getsockname()[1])
        assert surroundings.mail_server().level == expected
        thread.join(5)


@pytest.mark.slow  # starts Python twice
def test_programs_that_fail_are_errors(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(surroundings.sys, "executable", os.fspath(broken))
    assert levels(surroundings.programs()) == {"programs.charts": "error", "programs.pdf": "error"}
