"""The database servers the tests can run on: the embedded one, a distribution's PostgreSQL 15, PgBouncer before it.

``STAFFELSTAB_TEST_SERVER`` names one of :data:`CHOICES`; ``./dev test --server NAME`` sets it. The external ones are
started here, in a throw-away folder, as an operating-system user without rights; whatever the distribution may
have set up is left alone.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from staffelstab.core.database.binaries import run_as, server_environment, server_user
from staffelstab.core.database.facts import ConnectionFacts

CHOICES = ("embedded", "postgresql15", "pgbouncer")
PROGRAMS = Path("/usr/lib/postgresql/15/bin")
POOL_SIZE = 5
"""Sessions of PgBouncer per role and database, used in turn: a job with its lock and its progress needs three."""

_PATIENCE = 30.0  # seconds until a server must answer
_PORT, _POOL_PORT = 5432, 6432  # only parts of socket names; no network port is opened unless asked for

_FLEETING = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "60",
    "timezone": "UTC",
}


def chosen() -> str:
    """The server this run is for. Raises ValueError for an unknown name."""
    name = os.environ.get("STAFFELSTAB_TEST_SERVER", "embedded")
    if name not in CHOICES:
        raise ValueError(f"STAFFELSTAB_TEST_SERVER is {name!r}, not one of {', '.join(CHOICES)}")
    return name


@dataclass(frozen=True)
class Running:
    """A program started here."""

    process: subprocess.Popen[bytes]
    log: Path

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it and wait for its end."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout=_PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()


class DebianPostgres:
    """A cluster of PostgreSQL 15 below ``folder``, which the server's user must be able to reach.

    Sorts by German rules of ICU, as a house's own server may: the program's order must not depend on it.
    """

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self.folder = folder
        self.cluster = folder / "cluster"
        self.network_port = port
        self.user = server_user(self.cluster)
        self.facts = ConnectionFacts(folder / "socket", _PORT, "postgres")
        self._running: Running | None = None

    def start(self) -> ConnectionFacts:
        """Make the cluster at the first call; return when it answers. Raises RuntimeError."""
        if not (PROGRAMS / "initdb").exists():
            raise RuntimeError(f"No PostgreSQL 15 in {PROGRAMS}: apt-get install postgresql-15")
        if not self.cluster.exists():
            _make_folder(self.folder, self.user)
            _make_folder(self.folder / "socket", self.user)
            options = ["-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync"]
            collation = ["--locale-provider=icu", "--icu-locale=de-DE"]
            made = run_as(
                self.user, [str(PROGRAMS / "initdb"), "-D", str(self.cluster), *options, *collation]
            )
            if made.returncode:
                raise RuntimeError(made.stderr)
        settings = _FLEETING | {"unix_socket_directories": str(self.facts.socket_folder), "port": str(_PORT)}
        if self.network_port:
            settings |= {"listen_addresses": "127.0.0.1", "port": str(self.network_port)}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [str(PROGRAMS / "postgres"), "-D", str(self.cluster), *words]
        self._running = _start(command, self.folder / "server.log", self.user)
        _wait(self._running, self.facts.conninfo(database="postgres"))
        return self.facts

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server; SIGINT disconnects its clients in an orderly way."""
        if self._running is not None:
            self._running.stop(how)


_PATH = "/usr/sbin:/usr/bin:/usr/local/bin"


def pool_is_installed() -> bool:
    """Whether tests of the pool can run; in continuous integration they must."""
    return "CI" in os.environ or shutil.which("pgbouncer", path=_PATH) is not None


class PgBouncer:
    """PgBouncer in transaction mode before a server; sessions change with every transaction, nothing resets them."""

    def __init__(self, folder: Path, server: ConnectionFacts, *, port: int = 0) -> None:
        self.folder = folder
        self.server = server
        self.network_port = port
        self.user = server_user(folder / "none")
        self.facts = ConnectionFacts(folder, port or _POOL_PORT, "postgres")
        self._running: Running | None = None

    def start(self) -> ConnectionFacts:
        """Start it and return how to reach it. Raises RuntimeError when it does not answer."""
        program = shutil.which("pgbouncer", path=_PATH)
        if program is None:
            raise RuntimeError("No PgBouncer: apt-get install pgbouncer")
        _make_folder(self.folder, self.user)
        users = self.folder / "users.txt"
        users.write_text("".join(f'"{name}" ""\n' for name in ("staffelstab_app", "postgres")))
        settings = self.folder / "pgbouncer.ini"
        settings.write_text(
            f"""[databases]
* = host={self.server.socket_folder} port={self.server.port}
[pgbouncer]
listen_addr = {"127.0.0.1" if self.network_port else ""}
listen_port = {self.facts.port}
unix_socket_dir = {self.folder}
auth_type = trust
auth_file = {users}
admin_users = postgres
pool_mode = transaction
default_pool_size = {POOL_SIZE}
server_round_robin = 1
server_reset_query =
server_check_query =
query_wait_timeout = 15
server_connect_timeout = 5
server_login_retry = 1
max_client_conn = 200
ignore_startup_parameters = extra_float_digits
"""
        )
        for path in (users, settings):
            path.chmod(0o644)
        self._running = _start([program, str(settings)], self.folder / "pgbouncer.log", self.user)
        _wait(self._running, self.facts.conninfo(database="pgbouncer"))
        return self.facts

    def stop(self) -> None:
        """End it at once."""
        if self._running is not None:
            self._running.stop()

    def forget(self, database: str) -> None:
        """Close the sessions of a database that is about to be dropped or copied."""
        forget(self.facts, database)


def forget(pool: ConnectionFacts, database: str) -> None:
    """Have PgBouncer close its sessions of ``database``."""
    with psycopg.connect(pool.conninfo(database="pgbouncer"), autocommit=True) as console:
        # The console understands the simple protocol only: no parameters.
        known = {row[0] for row in console.execute("SHOW DATABASES").fetchall()}
        if database in known:
            for command in ("KILL", "RESUME"):
                console.execute(sql.SQL("{} {}").format(sql.SQL(command), sql.Identifier(database)))


def fill(pool: ConnectionFacts, database: str) -> None:
    """Open all sessions of the pool: transactions that follow go through them in turn."""
    conninfo = pool.conninfo(database=database, user="staffelstab_app")
    with ExitStack() as stack:
        for _ in range(POOL_SIZE):
            connection = stack.enter_context(psycopg.connect(conninfo, prepare_threshold=None))
            connection.execute("SELECT 1")


def session_leftovers(pool: ConnectionFacts, database: str) -> list[str]:
    """What any session of the pool holds beyond its transactions: settings, temporary tables, locks, statements."""
    found = []
    with psycopg.connect(
        pool.conninfo(database=database, user="staffelstab_app"), autocommit=True, prepare_threshold=None
    ) as connection:
        for _ in range(2 * POOL_SIZE):
            found += [row[0] for row in connection.execute(_LEFTOVERS).fetchall()]
    return sorted(set(found))


_LEFTOVERS = """
SELECT name || ' = ' || value FROM (VALUES
    ('staffelstab.organisation', current_setting('staffelstab.organisation', true)),
    ('staffelstab.account', current_setting('staffelstab.account', true)),
    ('staffelstab.networks', current_setting('staffelstab.networks', true))) AS ours (name, value)
WHERE value <> ''
UNION ALL
SELECT name || ' = ' || setting FROM pg_settings WHERE source = 'session' AND name NOT IN (
    'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings', 'application_name', 'search_path')
UNION ALL SELECT 'prepared statement ' || name FROM pg_prepared_statements
UNION ALL SELECT 'cursor ' || name FROM pg_cursors WHERE name <> ''
UNION ALL SELECT 'listening to ' || channel FROM pg_listening_channels() AS channel
UNION ALL SELECT 'temporary table ' || relname FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'
UNION ALL SELECT 'advisory lock' FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
"""


def _make_folder(folder: Path, user: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    if user is not None:
        os.chown(folder, user.uid, user.gid)  # type: ignore[attr-defined]


def _start(command: list[str], log: Path, user: object) -> Running:
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=server_environment(),
            start_new_session=True,
            user=user.uid if user is not None else None,  # type: ignore[attr-defined]
            group=user.gid if user is not None else None,  # type: ignore[attr-defined]
            extra_groups=[] if user is not None else None,
        )
    return Running(process, log)


def _wait(running: Running, conninfo: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            psycopg.connect(conninfo, connect_timeout=2, autocommit=True).close()
        except psycopg.OperationalError as error:
            if running.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(running.log.read_text(errors="replace")[-2000:]) from error
            time.sleep(0.02)
        else:
            return
