"""From a backup to an installation: everything is checked first, the database changes in one transaction."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import psycopg
from psycopg import sql

from staffelstab.core.backup import archive, dump, stored_files
from staffelstab.core.backup.archive import Manifest, Progress, release, silent
from staffelstab.core.backup.errors import (
    FilesUnfinished,
    ForeignDatabase,
    InUse,
    NotEmpty,
    RowsMissing,
    TooNew,
)
from staffelstab.core.backup.programs import Programs, conninfo, fitting, last_line, run
from staffelstab.core.database.provisioning import EXTENSIONS

_LEFT_OUT: Final = (" POLICY ", " EXTENSION ", " SCHEMA ", " ACL ", " DEFAULT ACL ", " COMMENT ")
"""Entries of a dump that the target makes anew: policies and rights follow from the models (``migrate``)."""

_WIPE = """DO $wipe$
DECLARE statement text;
BEGIN
  FOREACH statement IN ARRAY (SELECT COALESCE(array_agg(s ORDER BY n), '{}') FROM (
    SELECT 1 AS n, format('DROP %s IF EXISTS public.%I CASCADE', CASE c.relkind WHEN 'v' THEN 'VIEW'
        WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relname) AS s
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid
                        AND (d.deptype = 'e' OR c.relkind = 'S' AND d.deptype IN ('a', 'i')))
    UNION ALL
    SELECT 2, format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure)
      FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
        AND p.proowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  ) AS things)
  LOOP
    EXECUTE statement;
  END LOOP;
END
$wipe$;
"""

_ADMIT_OWNER = """DO $admit$
DECLARE thing record;
BEGIN
  FOR thing IN SELECT c.oid::regclass AS name FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relrowsecurity
  LOOP
    EXECUTE format('CREATE POLICY maintenance ON %s TO CURRENT_USER USING (true) WITH CHECK (true)', thing.name);
  END LOOP;
END
$admit$;
"""

_LEAVING: Final = 2.0  # seconds: a connection that was closed is in the server's list for a moment more

_REQUEUE = """UPDATE public.django_tasks_database_dbtaskresult SET status = 'READY' WHERE status = 'RUNNING';
"""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a backup goes: the owner's description of the database and the folder of files."""

    configuration: Mapping[str, Any]
    files: Path


def check_migrations(manifest: Manifest, known: set[tuple[str, str]], *, version: str) -> None:
    """Refuse a backup with migrations this program does not know, unless it is older (its own were merged since)."""
    unknown = [
        f"{app}.{name}"
        for app, names in sorted(manifest.migrations.items())
        for name in names
        if (app, name) not in known
    ]
    if unknown and release(manifest.version) >= release(version):
        raise TooNew(theirs=f"{manifest.version} ({unknown[0]})", ours=version)


def restore(
    path: Path, manifest: Manifest, target: Target, *, force: bool, progress: Progress = silent
) -> None:
    """Put a verified backup in the place of what the target holds. Run ``migrate`` afterwards.

    Until the database commits nothing has changed; the files follow at once. Raises NotEmpty (without ``force``),
    InUse, ForeignDatabase, ProgramsMissing, FilesFixed, RowsMissing, Damaged, OSError; afterwards FilesUnfinished.
    """
    with psycopg.connect(**conninfo(target.configuration)) as connection:  # type: ignore[arg-type]
        server = connection.info.server_version // 10000
        _check_target(connection, target, force=force)
    fresh = target.files / stored_files.FRESH
    if fresh.exists():
        shutil.rmtree(fresh)
    (fresh / "files").mkdir(parents=True, mode=0o700)
    with _removed_on_error(fresh):
        stored_files.prove_replaceable(target.files)
        archive.extract(path, dump=fresh / archive.DUMP, files=fresh / "files", progress=progress)
        with fitting(
            target.configuration, at_least=max(manifest.dumped_by, server), server=server
        ) as programs:
            _load(programs, fresh / archive.DUMP, manifest, server=server, progress=progress)
    try:
        stored_files.replace(target.files, fresh / "files")
    except OSError as error:
        raise FilesUnfinished(fresh=str(fresh), reason=str(error)) from error
    shutil.rmtree(fresh)


@contextmanager
def _removed_on_error(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        shutil.rmtree(folder)
        raise


def _check_target(connection: psycopg.Connection[Any], target: Target, *, force: bool) -> None:
    found = dump.tables(connection)
    if found and "identity_organisation" not in found:
        raise ForeignDatabase(names=", ".join(found[:5]))
    dump.check_sees_all(connection)
    counts = {
        "organisations": _rows(connection, "identity_organisation") if found else 0,
        "accounts": _rows(connection, "identity_account") if found else 0,
        "files": len(stored_files.names(target.files)),
    }
    if any(counts.values()) and not force:
        raise NotEmpty(**counts)
    others, deadline = _others(connection), time.monotonic() + _LEAVING
    while others and time.monotonic() < deadline:
        time.sleep(0.05)
        others = _others(connection)
    if others:
        raise InUse(count=others)


def _others(connection: psycopg.Connection[Any]) -> int:
    connection.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the same list again
    [count] = connection.execute(
        """SELECT count(*) FROM pg_stat_activity
           WHERE datname = current_database() AND usesysid IS NOT NULL AND pid <> pg_backend_pid()"""
    ).fetchone() or [0]
    return int(count)


def _rows(connection: psycopg.Connection[Any], table: str) -> int:
    query = sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table))
    [count] = connection.execute(query).fetchone() or [0]
    return int(count)


def _load(programs: Programs, source: Path, manifest: Manifest, *, server: int, progress: Progress) -> None:
    """Replay the dump through one psql in one transaction that only commits when every table has its rows."""
    listing = source.with_name("contents")
    entries = run(programs, "pg_restore", "--list", str(source)).splitlines(keepends=True)
    listing.write_text("".join(line for line in entries if not any(kind in line for kind in _LEFT_OUT)))
    total = sum(manifest.tables.values())

    def part(section: str, note: Callable[[int], None] = lambda _count: None) -> Iterator[bytes]:
        return _section(programs, source, listing, section, server=server, note=note)

    with tempfile.TemporaryFile("w+") as messages:
        child = subprocess.Popen(
            programs.command("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"),
            env=dict(programs.environment) | {"PGOPTIONS": "-c client_min_messages=warning"},
            stdin=subprocess.PIPE,
            stderr=messages,
        )
        pipe = child.stdin
        if pipe is None:  # asked for above
            raise RowsMissing(reason="psql")
        script = itertools.chain(
            [b"BEGIN;\nSET LOCAL lock_timeout = '15s';\n", _WIPE.encode(), _extensions()],
            part("pre-data"),
            part("data", lambda rows: progress("load", min(rows, total), total)),
            [_count_check(manifest.tables).encode(), _REQUEUE.encode()],
            part("post-data"),
            [_ADMIT_OWNER.encode(), b"COMMIT;\n"],
        )
        try:
            finished = _feed(pipe, script)
        finally:
            status = child.wait()
        if status or not finished:
            messages.seek(0)
            raise RowsMissing(reason=last_line(messages.read()))


def _extensions() -> bytes:
    return "".join(f"CREATE EXTENSION IF NOT EXISTS {name} SCHEMA public;\n" for name in EXTENSIONS).encode()


def _feed(pipe: IO[bytes], script: Iterable[bytes]) -> bool:
    """Whether psql took the whole script; it ends early at an error, and rolls back without the COMMIT."""
    try:
        with pipe:
            for line in script:
                pipe.write(line)
    except BrokenPipeError:
        return False
    return True


def _section(
    programs: Programs, source: Path, listing: Path, section: str, *, server: int, note: Callable[[int], None]
) -> Iterator[bytes]:
    command = programs.command(
        "pg_restore",
        *(f"--section={section}", f"--use-list={listing}", "--no-owner", "--no-privileges", "--file=-"),
        str(source),
    )
    with tempfile.TemporaryFile("w+") as messages:
        child = subprocess.Popen(
            command, env=dict(programs.environment), stdout=subprocess.PIPE, stderr=messages
        )
        try:
            for number, line in enumerate(child.stdout or ()):
                # Servers before 17 do not know this setting, which newer programs write at the top.
                if server < 17 and number < 40 and line == b"SET transaction_timeout = 0;\n":
                    continue
                if number % 5000 == 0:
                    note(number)
                yield line
            if child.wait():
                messages.seek(0)
                raise RowsMissing(reason=last_line(messages.read()))
        finally:
            if child.stdout:
                child.stdout.close()
            if child.poll() is None:
                child.kill()
            child.wait()


def _count_check(tables: Mapping[str, int]) -> str:
    checks = "".join(
        f"  IF (SELECT count(*) FROM public.{_quoted(name)}) <> {rows:d} "  # noqa: S608 - quoted
        f"THEN RAISE EXCEPTION 'table % lacks rows', {_literal(name)}; END IF;\n"
        for name, rows in tables.items()
    )
    return f"DO $count$ BEGIN\n{checks}END $count$;\n"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
