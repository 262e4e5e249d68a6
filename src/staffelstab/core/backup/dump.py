"""From a running installation to a backup: one snapshot of the database, the files, one archive, read once more."""

from __future__ import annotations

import errno
import hashlib
import hmac
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

import psycopg
from psycopg import sql

from staffelstab.core.backup import archive, stored_files
from staffelstab.core.backup.archive import Manifest, Progress, Written, silent
from staffelstab.core.backup.errors import (
    FilesUnread,
    FolderMissing,
    NoRoom,
    ProgramFailed,
    RowsHidden,
    TargetExists,
)
from staffelstab.core.backup.programs import Programs, conninfo, fitting, last_line

EMPTIED: Final = ("staffelstab_cache", "django_session", "usersessions_usersession")
"""Tables whose rows stay behind: what can be computed again, and keys that would open somebody's session."""

Connection = psycopg.Connection[Any]

_OURS = """FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"""

_HIDDEN = f"""SELECT c.relname {_OURS} AND c.relrowsecurity
  AND NOT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)
  AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd IN ('*', 'r')
    AND pg_get_expr(p.polqual, p.polrelid) = 'true'
    AND (SELECT oid FROM pg_roles WHERE rolname = current_user) = ANY (p.polroles))
  ORDER BY 1 LIMIT 1"""  # noqa: S608 - no input


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up: the owner's description of the database, the folder of files, program and secret."""

    configuration: Mapping[str, Any]
    files: Path
    version: str
    secret_key: str


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup."""

    manifest: Manifest
    written: Written


def fingerprint(secret_key: str) -> str:
    """Tells one secret from another without telling it."""
    return hmac.new(secret_key.encode(), b"staffelstab backup", hashlib.sha256).hexdigest()[:16]


def to_file(source: Source, target: Path, *, now: datetime, progress: Progress = silent) -> Backup:
    """Write a backup to a new file, read it again and compare. On any error no file remains.

    Raises TargetExists, FolderMissing, NoRoom, FilesUnread, RowsHidden, ProgramsMissing, ProgramFailed, Damaged.
    """
    if target.exists():
        raise TargetExists(name=str(target))
    unfinished = target.with_name(f".{target.name}.unfinished-{os.getpid()}")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise FolderMissing(name=str(target.parent), reason=error.strerror or str(error)) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            made = to_stream(source, file, now=now, workspace=target.parent, progress=progress)
            file.flush()
            os.fsync(file.fileno())
        archive.verify(unfinished, version=source.version, progress=progress)
        _publish(unfinished, target)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise NoRoom(name=str(target.parent)) from error
        raise FilesUnread(name=error.filename or str(target), reason=error.strerror or str(error)) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return made


def _publish(unfinished: Path, target: Path) -> None:
    """Give the finished file its name, durably, unless somebody else took the name meanwhile."""
    try:
        try:
            os.link(unfinished, target)
        except FileExistsError:
            raise
        except OSError:  # a disk without links
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            unfinished.replace(target)
    except FileExistsError as error:
        raise TargetExists(name=str(target)) from error
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def to_stream(
    source: Source, file: IO[bytes], *, now: datetime, workspace: Path, progress: Progress = silent
) -> Backup:
    """Write a backup to an open file or pipe. ``workspace``: a folder with room for the dump and copies of files."""
    with tempfile.TemporaryDirectory(prefix=".staffelstab-backup-", dir=workspace) as name:
        dump, copies = Path(name) / archive.DUMP, Path(name) / "files"
        manifest = _dump(source, dump, now=now, progress=progress)
        # After the snapshot: a file its rows name was there before them.
        entries, missing = stored_files.copied(source.files, copies)
        size = sum(entry.size for entry in entries)
        manifest = replace(manifest, files=len(entries), file_bytes=size, missing_files=missing)
        written = archive.write(
            file,
            manifest=manifest,
            dump=dump,
            entries=entries,
            total=dump.stat().st_size + size,
            progress=progress,
        )
    return Backup(manifest, written)


def _dump(source: Source, target: Path, *, now: datetime, progress: Progress) -> Manifest:
    with _snapshot(source.configuration) as (connection, snapshot):
        check_sees_all(connection)
        server = connection.info.server_version // 10000
        tables = _count(connection, progress)
        with fitting(source.configuration, at_least=server, server=server) as programs:
            _run_dump(programs, snapshot, target, expected=_size(connection), progress=progress)
            return Manifest(
                version=source.version,
                created_at=now.isoformat(timespec="seconds"),
                server=str(connection.info.parameter_status("server_version")),
                dumped_by=programs.major,
                migrations=migrations(connection),
                tables=tables,
                secret=fingerprint(source.secret_key),
            )


@contextmanager
def _snapshot(configuration: Mapping[str, Any]) -> Any:
    with psycopg.connect(**conninfo(configuration)) as connection:  # type: ignore[arg-type]
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        [name] = connection.execute("SELECT pg_export_snapshot()").fetchone() or [""]
        yield connection, name


def check_sees_all(connection: Connection) -> None:
    """Raise RowsHidden where row-level security would hide rows from this role: the dump would lack them."""
    hidden = connection.execute(_HIDDEN).fetchone()
    if hidden:
        raise RowsHidden(role=connection.info.user, table=hidden[0])


def tables(connection: Connection) -> list[str]:
    """Names of the tables in our schema that no extension brought."""
    rows = connection.execute(f"SELECT c.relname {_OURS} ORDER BY 1")
    return [name for (name,) in rows.fetchall()]


def _count(connection: Connection, progress: Progress) -> dict[str, int]:
    counted: dict[str, int] = {}
    names = [name for name in tables(connection) if name not in EMPTIED]
    for number, name in enumerate(names):
        progress("count", number, len(names))
        query = sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(name))
        [counted[name]] = connection.execute(query).fetchone() or [0]
    return counted


def migrations(connection: Connection) -> dict[str, list[str]]:
    """Application → names of its applied migrations, in their order."""
    found: dict[str, list[str]] = {}
    for app, name in connection.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall():
        found.setdefault(app, []).append(name)
    return found


def _size(connection: Connection) -> int:
    query = f"SELECT COALESCE(sum(pg_table_size(c.oid)), 0)::bigint {_OURS}"
    [size] = connection.execute(query).fetchone() or [0]
    return int(size)


def _run_dump(programs: Programs, snapshot: str, target: Path, *, expected: int, progress: Progress) -> None:
    command = programs.command(
        "pg_dump",
        *("--format=custom", "--compress=6", f"--file={target}", f"--snapshot={snapshot}"),
        # The owner's policy shows it every row (check_sees_all); without this option pg_dump stops at the first policy.
        *("--enable-row-security", "--schema=public", "--no-owner", "--no-privileges"),
        *("--no-comments", "--no-security-labels", "--lock-wait-timeout=60s"),
        *(f"--exclude-table-data=public.{name}" for name in EMPTIED),
    )
    with tempfile.TemporaryFile("w+") as messages:
        child = subprocess.Popen(command, env=dict(programs.environment), stderr=messages)
        try:
            while child.poll() is None:
                time.sleep(0.02)
                progress("dump", min(target.stat().st_size if target.exists() else 0, expected), expected)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        if child.returncode:
            messages.seek(0)
            raise ProgramFailed(program="pg_dump", reason=last_line(messages.read()))
