"""Lost connections, full disks, long waits: people see a plain page, and the next request works again."""

from __future__ import annotations

import errno
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from django.conf import settings
from django.db import (
    DatabaseError,
    InterfaceError,
    InternalError,
    OperationalError,
    close_old_connections,
    connection,
)
from django.test import RequestFactory
from django.utils import translation

from staffelstab.config import database, env
from staffelstab.core import outages
from staffelstab.core.database.facts import ConnectionFacts
from staffelstab.core.outages import Outage, outage
from staffelstab.core.ui.outages import outage_page
from tests import servers
from tests.strict_client import StrictClient
from tests.world import World

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


def visitor() -> StrictClient:
    """The knowledge manager of the committed world; errors of the server arrive as pages."""
    client = StrictClient(raise_request_exception=False)
    client.force_login(World.load().accounts["knowledge_manager"], backend=BACKEND)
    return client


@pytest.fixture
def end_sessions(postgres: ConnectionFacts, committed_database: str) -> Callable[[], None]:
    """Ends all sessions of the program, as a stopped server or a broken network does."""
    name = connection.settings_dict["NAME"]

    def end() -> None:
        with psycopg.connect(postgres.conninfo(database="postgres"), autocommit=True) as superuser:
            superuser.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )

    return end


def once_at(needle: str, what: Callable[[], None]) -> Any:
    """A wrapper of statements that does something before the first one with the words."""
    armed = [True]

    def wrapper(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        if armed and needle in str(sql):
            armed.clear()
            what()
        return execute(sql, params, many, context)

    return connection.execute_wrapper(wrapper)


def error_with(state: str | None, kind: type[Exception] = OperationalError) -> Exception:
    """An error of Django as it wraps the driver's."""
    error = kind("words of the server")
    error.__cause__ = psycopg.errors.lookup(state)() if state else None
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (error_with(None), Outage.UNREACHABLE),
        (error_with(None, InterfaceError), Outage.UNREACHABLE),
        (error_with(None, InternalError), Outage.UNREACHABLE),
        (error_with("25P02", InternalError), None),
        (error_with("08006"), Outage.UNREACHABLE),
        (error_with("57P01"), Outage.UNREACHABLE),
        (error_with("57P03"), Outage.UNREACHABLE),
        (error_with("53300"), Outage.UNREACHABLE),
        (error_with("25006", DatabaseError), Outage.UNREACHABLE),
        (error_with("53100"), Outage.FULL),
        (OSError(errno.ENOSPC, "no space"), Outage.FULL),
        (OSError(errno.EDQUOT, "quota"), Outage.FULL),
        (error_with("40P01"), Outage.BUSY),
        (error_with("55P03"), Outage.BUSY),
        (error_with("57014"), Outage.BUSY),
        (error_with("54000"), None),
        (error_with("23505", DatabaseError), None),
        (error_with(None, DatabaseError), None),
        (OSError(errno.ENOENT, "no file"), None),
        (ValueError("a bug"), None),
        (None, None),
    ],
)
def test_outage_is_told_from_errors_by_its_state(error: Exception | None, expected: Outage | None) -> None:
    assert outage(error) is expected


@pytest.mark.parametrize(
    ("found", "status", "seconds", "title"),
    [
        (Outage.UNREACHABLE, 503, "10", "Gerade nicht erreichbar"),
        (Outage.BUSY, 503, "5", "Dieselben Daten werden gerade bearbeitet"),
        (Outage.FULL, 507, "60", "Es ist kein Platz mehr zum Speichern"),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_page_of_an_outage_is_german_and_says_when_to_try_again(
    found: Outage,
    status: int,
    seconds: str,
    title: str,
    htmx: bool,  # noqa: FBT001
) -> None:
    headers = {"HX-Request": "true"} if htmx else {}
    with translation.override("de"):
        page = outage_page(RequestFactory().post("/aufgaben/neu/", headers=headers), found)
    text = page.content.decode()
    assert (page.status_code, page.headers["Retry-After"], title in text) == (status, seconds, True)
    assert "Ihre Eingabe wurde nicht gespeichert." in text
    assert ("<html" in text, page.headers.get("HX-Reswap")) == (
        (False, "afterbegin") if htmx else (True, None)
    )


def test_page_for_a_broken_commit_says_that_the_outcome_is_open() -> None:
    with translation.override("de"):
        page = outage_page(RequestFactory().post("/"), Outage.UNREACHABLE, uncertain=True)
    assert "Bitte sehen Sie zuerst nach, ob sie vorhanden ist" in page.content.decode()


def test_programs_get_a_problem_document() -> None:
    request = RequestFactory().get("/", headers={"Accept": "application/json"})
    page = outage_page(request, Outage.FULL)
    assert (page.status_code, page.headers["Content-Type"]) == (507, "application/problem+json")


def test_connection_lost_between_two_requests_is_not_even_noticed(end_sessions: Callable[[], None]) -> None:
    client = visitor()
    assert client.get("/aufgaben/").status_code == 200
    end_sessions()
    close_old_connections()  # as the server does before each request, and the test client does not
    assert client.get("/aufgaben/").status_code == 200


@pytest.mark.parametrize("moment", ["django_session", "workforce_task"])
def test_connection_lost_within_a_request_gives_a_page_and_the_next_one_works(
    end_sessions: Callable[[], None], moment: str
) -> None:
    client = visitor()
    assert client.get("/aufgaben/").status_code == 200
    with once_at(moment, end_sessions):
        lost = client.get("/aufgaben/?q=neu")  # not kept from before
    assert client.get("/aufgaben/").status_code == 200
    if moment == "django_session" and servers.chosen() == "pgbouncer":
        # The first statement brings its BEGIN along, and mostly the pool has a living session for it.
        assert lost.status_code in {200, 503}
        return
    assert (lost.status_code, lost.headers.get("Retry-After")) == (503, "10")
    assert "Gerade nicht erreichbar" in lost.content.decode()


def test_connection_lost_while_saving_leaves_nothing(end_sessions: Callable[[], None]) -> None:
    client = visitor()
    sent = {"code": "99", "name": "Verlorenes Amt"}
    with once_at("core_auditentry", end_sessions):
        lost = client.post("/aufgaben/einheiten/neu/", sent)
    assert lost.status_code == 503
    assert "Ihre Eingabe wurde nicht gespeichert." in lost.content.decode()
    assert client.post("/aufgaben/einheiten/neu/", sent).status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert "Verlorenes Amt" in client.get("/aufgaben/einheiten/").content.decode()


def test_change_that_waits_too_long_for_another_says_so(
    committed_database: str, postgres: ConnectionFacts, settings: Any
) -> None:
    settings.LOCK_PATIENCE = "200ms"
    client, name = visitor(), connection.settings_dict["NAME"]
    sent = {"code": "99", "name": "Wartendes Amt"}
    with psycopg.connect(postgres.conninfo(database=name)) as other:
        other.execute("LOCK TABLE workforce_unit IN SHARE MODE")
        busy = client.post("/aufgaben/einheiten/neu/", sent)
        assert (busy.status_code, busy.headers["Retry-After"]) == (503, "5")
        assert "Dieselben Daten werden gerade bearbeitet" in busy.content.decode()
    assert client.post("/aufgaben/einheiten/neu/", sent).status_code == 302


def test_threads_of_the_web_server_recover_too(end_sessions: Callable[[], None]) -> None:
    """Each has a connection of its own, which the end of the server breaks in all of them."""
    ended, statuses = threading.Barrier(4, timeout=60), []

    def work() -> None:
        client = visitor()
        client.get("/aufgaben/")
        if ended.wait() == 0:
            end_sessions()
        ended.wait()
        close_old_connections()
        statuses.append(client.get("/aufgaben/").status_code)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200, 200, 200, 200]


@pytest.fixture
def no_server(django_db_blocker: Any, postgres: ConnectionFacts) -> Any:
    """The program's database is at an address where nobody listens."""
    with django_db_blocker.unblock(), tempfile.TemporaryDirectory() as folder:
        connection.close()
        before = dict(connection.settings_dict)
        nowhere = ConnectionFacts(Path(folder), 5432, "postgres")
        connection.settings_dict.update(env.database(database.url(nowhere, database.APP)))
        yield
        connection.close()
        connection.settings_dict.update(before)


def test_health_says_unavailable_and_alive_without_a_server(no_server: None) -> None:
    client = StrictClient()
    ready, alive = client.get("/gesundheit/"), client.get("/gesundheit/lebt/")
    assert (ready.status_code, ready.json()) == (503, {"status": "unavailable", "reason": "unreachable"})
    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})


def test_pages_without_a_server_are_plain(no_server: None) -> None:
    client = StrictClient(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    for path in ("/", "/konto/anmelden/", "/impressum/"):
        page = client.get(path)
        assert (page.status_code, "Gerade nicht erreichbar" in page.content.decode()) == (503, True)


class Facts(NamedTuple):
    """What the file system says."""

    f_bavail: int
    f_frsize: int


def test_short_space_refuses_changes_and_lets_people_read(
    client_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_as("knowledge_manager")
    free = [settings.SPARE_SPACE - 4096]
    monkeypatch.setattr(os, "statvfs", lambda _folder: Facts(free[0] // 4096, 4096))
    refused = client.post("/aufgaben/einheiten/neu/", {"code": "99", "name": "Amt"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (507, "60")
    assert "Es ist kein Platz mehr zum Speichern" in refused.content.decode()
    assert client.get("/aufgaben/einheiten/").status_code == 200
    assert client.get("/gesundheit/").json() == {"status": "ok", "storage": "short"}
    free[0] = settings.SPARE_SPACE
    assert client.post("/aufgaben/einheiten/neu/", {"code": "99", "name": "Amt"}).status_code == 302


def test_space_of_a_folder_that_is_not_there_is_not_short(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.STORAGES["default"], "OPTIONS", {"location": str(tmp_path / "none")})
    assert outages.space_is_short() is False


def test_silent_network_counts_as_lost_after_seconds() -> None:
    options = env.database("postgresql://app@db.example/staffelstab")["OPTIONS"]
    assert {key: options[key] for key in ("connect_timeout", "tcp_user_timeout")} == {
        "connect_timeout": "5",
        "tcp_user_timeout": "20000",
    }
    given = env.database("postgresql://app@db.example/staffelstab?connect_timeout=2")["OPTIONS"]
    assert given["connect_timeout"] == "2"


def test_restarted_pool_is_found_again(
    postgres: ConnectionFacts, committed_database: str, django_db_blocker: Any
) -> None:
    if not servers.pool_is_installed():
        pytest.skip("PgBouncer is not installed")
    with tempfile.TemporaryDirectory(prefix="staffelstab-pool-") as folder:
        Path(folder).chmod(0o711)
        pool = servers.PgBouncer(Path(folder) / "pool", postgres)
        facts = pool.start()
        connection.close()
        before = dict(connection.settings_dict)
        connection.settings_dict.update(env.database(database.url(facts, database.APP, before["NAME"])))
        try:
            client = visitor()
            assert client.get("/aufgaben/").status_code == 200
            pool.stop()
            assert client.get("/aufgaben/").status_code == 503
            pool.start()
            assert client.get("/aufgaben/").status_code == 200
        finally:
            connection.close()
            connection.settings_dict.update(before)
            pool.stop()
