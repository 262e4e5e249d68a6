"""The test environment: a throw-away PostgreSQL, the application's role, a small committed world, no network."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from pytest_django import DjangoDbBlocker

from staffelstab.config import database, env
from staffelstab.core.database.embedded import EmbeddedPostgres
from staffelstab.core.database.facts import ConnectionFacts
from staffelstab.core.database.provisioning import prepare, provision
from staffelstab.core.ui import kept
from staffelstab.foresight.selectors import risks
from tests import servers
from tests.factories.vocabulary import ServiceFactory
from tests.factories.workforce import SpineFactory
from tests.strict_client import StrictClient
from tests.world import NOW, World, build_world

hypothesis.settings.register_profile("patient", deadline=None, print_blob=True)
if "CI" not in os.environ:  # there its own profile holds: no deadline, and the same examples in each run
    hypothesis.settings.load_profile("patient")

TEMPLATE = "template_staffelstab"
FOLDER = "STAFFELSTAB_TEST_FOLDER"
DIRECT, POOL = "STAFFELSTAB_TEST_DIRECT", "STAFFELSTAB_TEST_POOL"
"""Where the external server and PgBouncer of this run have their sockets, for the workers."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder of this run's server; workers find it through the environment.

    Not pytest's own: that one is private to its user, while the server of a root user runs as somebody else and has
    to reach its data.
    """
    if hasattr(config, "workerinput"):
        return
    folder = tempfile.TemporaryDirectory(prefix="staffelstab-test-")
    Path(folder.name).chmod(0o711)
    os.environ[FOLDER] = folder.name
    config.add_cleanup(folder.cleanup)
    if servers.chosen() != "embedded":
        _start_external_server(config, Path(folder.name))


def _start_external_server(config: pytest.Config, root: Path) -> None:
    """Start PostgreSQL 15, and PgBouncer where asked for, before the workers; stop them at the end."""
    server = servers.DebianPostgres(root / "server")
    config.add_cleanup(server.stop)
    facts = server.start()
    os.environ[DIRECT] = f"{facts.socket_folder}:{facts.port}"
    if servers.chosen() == "pgbouncer":
        pool = servers.PgBouncer(root / "pool", facts)
        config.add_cleanup(pool.stop)
        facts = pool.start()
        os.environ[POOL] = f"{facts.socket_folder}:{facts.port}"


def _facts(key: str) -> ConnectionFacts | None:
    folder, _, port = os.environ.get(key, "").rpartition(":")
    return ConnectionFacts(Path(folder), int(port), "postgres") if folder else None


def pytest_report_header() -> str:
    """Which server the tests meet."""
    return f"database server: {servers.chosen()}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests are marked by their folder; everything that touches the database says so by a fixture."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def postgres(django_db_blocker: DjangoDbBlocker) -> Iterator[ConnectionFacts]:
    """One fleeting server for all workers of this run: the first starts it, the last stops it.

    Reached without a pool: tests make databases and look around as superuser and owner. The application's own
    connections follow ``_reached``.
    """
    root = Path(os.environ[FOLDER])
    external = _facts(DIRECT)
    if external is not None:
        with django_db_blocker.unblock(), (root / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _build_template(external, root)
        yield external
        return
    server = EmbeddedPostgres(root / "postgres", durable=False)
    with (root / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        facts = server.start()
    try:
        with django_db_blocker.unblock(), (root / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _build_template(facts, root)
        yield facts
    finally:
        server.stop()


def _use(facts: ConnectionFacts, name: str, role: str, alias: str = "default") -> None:
    if facts == _facts(POOL):
        servers.fill(facts, name)
    connections[alias].close()
    del connections[alias]  # the next use opens one as described below
    connections.databases[alias] = {
        **connections.databases["default"],
        **env.database(database.url(facts, role, name)),
    }
    connections.databases[alias].setdefault("TEST", {})


def _reached(facts: ConnectionFacts) -> ConnectionFacts:
    """How the application reaches the server: through the pool, where there is one."""
    return _facts(POOL) or facts


def _provision(facts: ConnectionFacts, name: str) -> None:
    """Of an external server the tests get what a managed one gives: two roles and a database of the owner."""
    if servers.chosen() == "embedded":
        provision(facts, database=name)
        return
    with psycopg.connect(facts.conninfo(database="postgres"), autocommit=True) as connection:
        for role in (database.OWNER, database.APP):
            connection.execute(f"CREATE ROLE {role} LOGIN")
        connection.execute(f'CREATE DATABASE "{name}" OWNER {database.OWNER}')


def _build_template(facts: ConnectionFacts, root: Path) -> None:
    done = root / "template"
    if done.exists():
        return
    _provision(facts, TEMPLATE)
    _use(facts, TEMPLATE, database.OWNER)
    call_command("migrate", verbosity=0, interactive=False)
    _use(facts, TEMPLATE, database.APP)
    build_world()
    connections["default"].close()
    done.touch()


def copy_template(facts: ConnectionFacts, name: str) -> None:
    """A database of its own with the migrated schema and the world."""
    pool = _facts(POOL)
    if pool is not None:
        servers.forget(pool, name)
    with psycopg.connect(facts.conninfo(database="postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE} OWNER {database.OWNER}')
    with psycopg.connect(facts.conninfo(database=name, user=database.OWNER)) as connection:
        prepare(connection, owner=database.OWNER, app=database.APP)


@pytest.fixture(scope="session")
def django_db_setup(
    postgres: ConnectionFacts, worker_id: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """This worker's own database, used by Django as the application role."""
    root = Path(os.environ[FOLDER])
    name = f"test_{worker_id}"
    with django_db_blocker.unblock(), (root / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        copy_template(postgres, name)
        _use(_reached(postgres), name, database.APP)
    yield
    with django_db_blocker.unblock():
        connections["default"].close()


@pytest.fixture
def committed_database(
    postgres: ConnectionFacts, django_db_setup: None, worker_id: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """A database of its own for a test that commits (threads, processes). Yields the URL of the application role."""
    name = f"committed_{worker_id}"
    with django_db_blocker.unblock():
        copy_template(postgres, name)
        _use(_reached(postgres), name, database.APP)
        yield database.url(_reached(postgres), database.APP, name)
        connections["default"].close()
        _use(_reached(postgres), f"test_{worker_id}", database.APP)


@pytest.fixture
def world(db: None) -> World:
    """The committed small world: organisations, accounts per role, units, positions, tasks."""
    return World.load()


@pytest.fixture
def now() -> datetime:
    """The clock of the tests."""
    return NOW


@pytest.fixture
def client() -> StrictClient:
    """A client that checks every page it receives."""
    return StrictClient()


@pytest.fixture
def client_as(world: World) -> Any:
    """``client_as("knowledge_manager")``: a client signed in as the account with that role in the first house."""

    def sign_in(name: str) -> StrictClient:
        client = StrictClient()
        client.force_login(world.accounts[name], backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    return sign_in


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """No test meets the failed attempts of another: they are counted in memory, which no rollback empties."""
    cache.clear()


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """No test is shown a page or a result that another has left: each database is a copy, with the same counters."""
    kept.store.clear()
    risks.kept.clear()


@pytest.fixture(autouse=True)
def fresh_sequences() -> None:
    """Each test counts its made rows from the start, whatever ran before it in the same process."""
    for made in (*SpineFactory.__subclasses__(), ServiceFactory):
        made.reset_sequence(0)


@pytest.fixture(autouse=True)
def no_session_state(request: pytest.FixtureRequest, worker_id: str) -> Iterator[None]:
    """Behind PgBouncer: after each test no session of the pool holds anything that outlived its transaction."""
    yield
    pool = _facts(POOL)
    if pool is None or "django_db_setup" not in request.fixturenames:
        return
    name = "committed" if "committed_database" in request.fixturenames else "test"
    assert servers.session_leftovers(pool, f"{name}_{worker_id}") == []


@pytest.fixture(autouse=True)
def closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only Unix sockets and this machine can be reached."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {
            "127.0.0.1",
            "::1",
            "localhost",
        }:
            raise RuntimeError(f"a test tried to reach {address}")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
