"""Start, share and stop the embedded PostgreSQL server.

Who owns the server: nobody in particular. Every program that uses it holds a shared file lock for as long as it
does; the program that leaves last stops the server, whichever program started it. So `staffelstab` commands run
beside a running `demo`, in any order of starting and ending.

When a program is killed, its lock ends with it. A caretaker (the system's `flock`, waiting to hold the lock alone)
then stops the server, so that a killed program leaves nothing behind. Where `flock` is missing, or was killed too,
the server lives on; the next program attaches to it and, leaving last, stops it.

What is tried after a crash: a live server is attached to; a half-dead one (postmaster killed, its children still
working) is waited for, then ended; a lock file that names no process of this folder is removed; PostgreSQL then
repeats its write-ahead log.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import psycopg

from staffelstab.core.database import caretaker, locks, processes
from staffelstab.core.database.binaries import (
    SystemUser,
    default_data_folder,
    installed_major_version,
    program_folder,
    reachable_folder,
    run_as,
    server_environment,
    server_user,
)
from staffelstab.core.database.errors import (
    DiskFullError,
    EmbeddedPostgresError,
    FolderAccessError,
    FolderVersionError,
    ServerStartError,
)
from staffelstab.core.database.facts import ConnectionFacts
from staffelstab.core.database.provisioning import provision

__all__ = ["ConnectionFacts", "EmbeddedPostgres", "EmbeddedPostgresError", "default_data_folder", "provision"]

SUPERUSER = "postgres"
PORT = 5432  # only part of the socket's file name; no network port is opened
LONGEST_SOCKET_PATH = 107  # bytes, sun_path of Linux without its closing zero

_START_PATIENCE = 600.0  # seconds; repeating a long write-ahead log takes its time
_STOP_PATIENCE = 60.0
_LEFTOVER_PATIENCE = 3.0
_LARGEST_LOG = 5_000_000  # bytes

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB",
    "io_method": "sync",  # no extra reader processes for a small house
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and the details of errors carry personal values: neither may reach the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
_DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
_FLEETING = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}

# Servers that this process started and others still use: their ends are collected when this process ends.
_LEFT_TO_OTHERS: list[subprocess.Popen[bytes]] = []


class EmbeddedPostgres:
    """The server of one data folder, as seen by one process.

    `data_folder` belongs to the server alone and is made on first use. `durable=False` trades every safety against
    sudden power loss for speed and is for tests; what root's server user could not reach is then not kept.
    Raises `EmbeddedPostgresError` and its kinds.
    """

    def __init__(self, data_folder: Path, *, durable: bool = True) -> None:
        self.data_folder = data_folder
        self.durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._caretaker: subprocess.Popen[bytes] | None = None
        self._membership: int | None = None
        self._home: Path | None = None

    def __enter__(self) -> ConnectionFacts:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> ConnectionFacts:
        """Attach to the server of the folder, starting it when none runs; safe to repeat, also after its death."""
        user = server_user(_existing_cluster(self.data_folder))
        home = reachable_folder(self.data_folder, user)
        cluster = home / "cluster"
        try:
            with locks.exclusive(home / "start.lock", patience=_START_PATIENCE):
                if self._membership is None:
                    self._membership = locks.share(home / "users.lock")
                try:
                    self._home = home
                    _check_version(cluster)
                    return self._attach(cluster) or self._launch(home, user)
                except BaseException:
                    self._leave()
                    raise
        except PermissionError as error:
            raise FolderAccessError(
                f"The database folder {home} belongs to another user ({error.filename}). Please start Staffelstab as "
                "the user who made it, or choose another folder with STAFFELSTAB_DATA."
            ) from error

    def stop(self) -> None:
        """Leave the server; whoever leaves last stops it. Does nothing when not started."""
        if self._home is None or self._membership is None:
            return
        cluster = self._home / "cluster"
        with locks.exclusive(self._home / "start.lock", patience=_START_PATIENCE):
            self._leave()
            with locks.last_one_out(self._home / "users.lock") as last:
                postmaster = processes.read_postmaster(cluster)
                if last and postmaster is not None and processes.works_in(postmaster.pid, cluster):
                    _shut_down(postmaster.pid)
            self._collect(ended=last)
            elsewhere = self.data_folder / "elsewhere"
            if last and not self.durable and elsewhere.is_symlink():
                # Nobody will look for a throw-away cluster in the place it had to be put.
                shutil.rmtree(self._home)
                elsewhere.unlink()

    def is_running(self) -> bool:
        """Say whether the server this object has started or attached to still runs; cheap, asked again and again."""
        if self._home is None or (self._process is not None and self._process.poll() is not None):
            return False
        cluster = self._home / "cluster"
        postmaster = processes.read_postmaster(cluster)
        return postmaster is not None and processes.works_in(postmaster.pid, cluster)

    def _leave(self) -> None:
        if self._membership is not None:
            os.close(self._membership)
            self._membership = None

    def _collect(self, *, ended: bool) -> None:
        """Take note of the end of our own children, so that they do not stay behind as ended processes."""
        for child in (self._process, self._caretaker):
            if child is not None and ended:
                child.wait(timeout=_STOP_PATIENCE)
            elif child is not None and child.poll() is None:
                _LEFT_TO_OTHERS.append(child)
        self._process = self._caretaker = None

    def _attach(self, cluster: Path) -> ConnectionFacts | None:
        """Return the facts of the live server, or None when there is none (any more)."""
        if self._process is not None and self._process.poll() is not None:
            self._process = None
        postmaster = processes.read_postmaster(cluster)
        if postmaster is None or not processes.works_in(postmaster.pid, cluster):
            return None
        facts = ConnectionFacts(postmaster.socket_folder, postmaster.port, SUPERUSER)
        beginning = time.monotonic()
        while processes.is_alive(postmaster.pid):
            if _answers(facts):
                return facts
            waited = time.monotonic() - beginning
            if waited > _LEFTOVER_PATIENCE and not (facts.socket_folder / f".s.PGSQL.{facts.port}").exists():
                # Somebody cleaned the folder of temporary files: the server runs, but nobody can reach it.
                _shut_down(postmaster.pid)
                return None
            if waited > _START_PATIENCE:
                raise ServerStartError(
                    f"The database server in {cluster} (process {postmaster.pid}) runs but does not answer."
                )
            time.sleep(0.02)
        return None

    def _launch(self, home: Path, user: SystemUser | None) -> ConnectionFacts:
        cluster = home / "cluster"
        programs = program_folder(user)
        if not (cluster / "PG_VERSION").exists():
            _initialise(programs, home, user, durable=self.durable)
        socket_folder = _socket_folder(home, user)
        _clear_leftovers(cluster, socket_folder)
        settings = _SETTINGS | (_DURABLE if self.durable else _FLEETING)
        settings["unix_socket_directories"] = str(socket_folder)
        command = [str(programs / "postgres"), "-D", str(cluster), "-p", str(PORT)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        log = home / "server.log"
        _rotate(log)
        with log.open("ab") as output:
            beginning = output.tell()
            # A session of its own: Ctrl+C in the terminal reaches the program, which then stops the server.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=server_environment(),
                start_new_session=True,
                user=user.uid if user else None,
                group=user.gid if user else None,
                extra_groups=[] if user else None,
                umask=0o077,
            )
        facts = ConnectionFacts(socket_folder, PORT, SUPERUSER)
        self._wait_until_ready(facts, cluster, log, beginning)
        if self._caretaker is not None:
            _LEFT_TO_OTHERS.append(self._caretaker)  # of a former server: finds nothing to do and ends
        self._caretaker = caretaker.employ(home / "users.lock", cluster / "postmaster.pid", self._process.pid)
        return facts

    def _wait_until_ready(self, facts: ConnectionFacts, cluster: Path, log: Path, beginning: int) -> None:
        process = self._process
        if process is None:
            raise ServerStartError("The database server was not started.")
        deadline = time.monotonic() + _START_PATIENCE
        while process.poll() is None:
            postmaster = processes.read_postmaster(cluster)
            if (
                postmaster is not None
                and postmaster.pid == process.pid
                and postmaster.ready
                and _answers(facts)
            ):
                return
            if time.monotonic() > deadline:
                _shut_down(process.pid)
                self._collect(ended=True)
                raise ServerStartError(
                    f"The database server in {cluster} did not answer within {_START_PATIENCE:.0f} seconds. "
                    f"Its messages are in {log}."
                )
            time.sleep(0.01)
        self._process = None
        with log.open("rb") as messages:
            messages.seek(beginning)
            _raise_failure(messages.read().decode(errors="replace"), cluster)


def _existing_cluster(data_folder: Path) -> Path:
    elsewhere = data_folder / "elsewhere"
    return (elsewhere if elsewhere.is_symlink() else data_folder) / "cluster"


def _answers(facts: ConnectionFacts) -> bool:
    try:
        with psycopg.connect(facts.conninfo(database="postgres"), connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False


def _check_version(cluster: Path) -> None:
    try:
        written_by = (cluster / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        return
    ours = installed_major_version()
    if written_by == str(ours):
        return
    newer = written_by.isdigit() and int(written_by) > ours
    advice = (
        "Please install the newer version of Staffelstab that wrote it"
        if newer
        else "Please start it with the older version of Staffelstab, make a backup there and restore it here"
    )
    raise FolderVersionError(
        f"The database folder {cluster} was written by PostgreSQL {written_by}; this version of Staffelstab brings "
        f"PostgreSQL {ours}. Nothing was changed. {advice}, or choose another folder with STAFFELSTAB_DATA."
    )


def _initialise(programs: Path, home: Path, user: SystemUser | None, *, durable: bool) -> None:
    """Make an empty cluster; what an interrupted attempt left behind is replaced."""
    fresh, cluster = home / "cluster.new", home / "cluster"
    if cluster.exists() and any(cluster.iterdir()):
        raise FolderAccessError(
            f"The folder {cluster} holds files but is no PostgreSQL cluster (PG_VERSION is missing). Please move it "
            "away or choose another folder with STAFFELSTAB_DATA."
        )
    if fresh.exists():
        shutil.rmtree(fresh)
    command = [
        str(programs / "initdb"),
        f"--pgdata={fresh}",
        f"--username={SUPERUSER}",
        "--encoding=UTF8",
        "--locale=C",
        # Letters beyond ASCII are letters (pg_trgm, full text), while sorting stays that of bytes on every machine.
        f"--lc-ctype={'UTF-8' if sys.platform == 'darwin' else 'C.UTF-8'}",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--auth-local=trust",  # the socket's folder is private
        "--auth-host=reject",
        "--no-instructions",
        "--set=log_timezone=UTC",
    ]
    if not durable:
        command.append("--no-sync")
    result = run_as(user, command)
    if result.returncode != 0:
        _raise_failure(result.stdout + result.stderr, home)
    if cluster.exists():
        cluster.rmdir()
    fresh.rename(cluster)


def _clear_leftovers(cluster: Path, socket_folder: Path) -> None:
    """Make way for a new server: no process of a former one, no lock file that names a stranger's process.

    PostgreSQL removes such files itself, but not when their process number is in use again, which is common in
    containers, or when the killed process was not yet collected.
    """
    leftovers = processes.server_processes(cluster)
    if leftovers and not processes.wait_until_ended(leftovers, patience=_LEFTOVER_PATIENCE):
        processes.end_processes(leftovers, patience=_LEFTOVER_PATIENCE)
    if not processes.server_processes(cluster):
        (cluster / "postmaster.pid").unlink(missing_ok=True)
        for path in socket_folder.glob(".s.PGSQL.*"):
            path.unlink(missing_ok=True)


def _socket_folder(home: Path, user: SystemUser | None) -> Path:
    """Return a private folder for the socket, short enough for its address."""
    folder = home / "socket"
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > LONGEST_SOCKET_PATH:
        digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
        folder = Path("/tmp") / f"staffelstab-{digest}"  # noqa: S108 - owner and mode are checked below
    uid, gid = (user.uid, user.gid) if user else (os.geteuid(), os.getegid())
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        facts = folder.lstat()
        if folder.is_symlink() or not folder.is_dir() or facts.st_uid != uid or facts.st_mode & 0o077:
            raise FolderAccessError(
                f"The folder {folder}, needed for the database's socket, exists but is not private to the user of the "
                "database. Please remove it."
            ) from None
    else:
        os.chown(folder, uid, gid)
    return folder


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))


def _shut_down(pid: int) -> None:
    """Stop a postmaster: clients are disconnected, all is written; at once when that takes too long."""
    processes.send(pid, signal.SIGINT)
    if not processes.wait_until_ended([pid], patience=_STOP_PATIENCE):
        processes.end_processes([pid], patience=_LEFTOVER_PATIENCE)


def _raise_failure(messages: str, folder: Path) -> None:
    """Raise the error that the messages of `initdb` or `postgres` tell of."""
    last = messages.strip().splitlines()[-3:]
    if re.search("No space left on device|Disk quota exceeded", messages):
        raise DiskFullError(
            f"The disk that holds the database folder {folder} is full. Nothing that was saved is lost; please free "
            "some space and start again."
        )
    if re.search("Permission denied|Read-only file system", messages):
        raise FolderAccessError(
            f"The database server may not write to {folder}. Please correct the folder's rights or choose another one "
            f"with STAFFELSTAB_DATA. The server said: {' / '.join(last)}"
        )
    raise ServerStartError(f"The database server in {folder} did not start. It said: {' / '.join(last)}")
