"""PostgreSQL's own programs: which of those on this machine fit the server, and how they are told where it is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from staffelstab.core.backup.errors import ProgramFailed, ProgramsMissing
from staffelstab.core.database.binaries import program_folder

NAMES: Final = ("pg_dump", "pg_restore", "psql")
_SERVICE: Final = "staffelstab"
# Options of Django's connection that are psycopg's or Django's own, not libpq's.
_NOT_LIBPQ: Final = frozenset(
    {"prepare_threshold", "pool", "server_side_binding", "isolation_level", "cursor_factory", "assume_role"}
)


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder with pg_dump, pg_restore and psql of one major version, and the environment that leads to the server."""

    folder: Path
    major: int
    environment: Mapping[str, str]

    def command(self, name: str, *arguments: str) -> list[str]:
        """The command line of one program; where the server is stands in the environment."""
        return [str(self.folder / name), *arguments]


def conninfo(configuration: Mapping[str, Any]) -> dict[str, str]:
    """Django's description of a database in libpq's words."""
    named = {
        "host": configuration.get("HOST"),
        "port": configuration.get("PORT"),
        "dbname": configuration.get("NAME"),
        "user": configuration.get("USER"),
        "password": configuration.get("PASSWORD"),
    }
    options = {
        key: value for key, value in (configuration.get("OPTIONS") or {}).items() if key not in _NOT_LIBPQ
    }
    return {key: str(value) for key, value in (named | options).items() if value not in {None, ""}}


def folders() -> Iterator[Path]:
    """Where the programs may be: those brought along, those on the path, Debian's by version."""
    yield program_folder(None)
    found = shutil.which("pg_dump")
    if found:
        yield Path(found).parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def major_of(folder: Path) -> int | None:
    """The major version of the programs in a folder; None when one is missing or does not run."""
    if any(not os.access(folder / name, os.X_OK) for name in NAMES):
        return None
    try:
        said = subprocess.run(
            [str(folder / "pg_dump"), "--version"], capture_output=True, text=True, check=False, timeout=30
        )
    except OSError:
        return None
    match = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    return int(match[1]) if match else None


@contextmanager
def fitting(configuration: Mapping[str, Any], *, at_least: int, server: int) -> Iterator[Programs]:
    """Yield programs of version ``at_least`` or newer that reach the server, best those of its own version.

    The address and the password stand in a file only this user can read, never in a command line. Raises
    ProgramsMissing.
    """
    with tempfile.TemporaryDirectory(prefix="staffelstab-") as name:
        service = Path(name) / "service"
        service.touch(mode=0o600)
        lines = [f"{key}={value}" for key, value in conninfo(configuration).items()]
        service.write_text("\n".join([f"[{_SERVICE}]", *lines, ""]), encoding="utf-8")
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        environment = kept | {
            "PGSERVICEFILE": str(service),
            "PGSERVICE": _SERVICE,
            "PGCONNECT_TIMEOUT": "15",
            "PGAPPNAME": "staffelstab backup",
            "LC_MESSAGES": "C",
        }
        known = {folder: major for folder in folders() if (major := major_of(folder)) is not None}
        usable = sorted(
            ((major, folder) for folder, major in known.items() if major >= at_least),
            key=lambda item: (item[0] != server, item[0]),
        )
        reason = f"PostgreSQL {server}"
        for major, folder in usable:
            programs = Programs(folder, major, environment)
            asked = subprocess.run(
                programs.command("psql", "--no-psqlrc", "-Atqc", "SELECT 1"),
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if asked.returncode == 0:
                yield programs
                return
            reason = last_line(asked.stderr)
        raise ProgramsMissing(version=at_least, reason=reason)


def run(programs: Programs, *arguments: str) -> str:
    """Run a program to its end and return what it printed. Raises ProgramFailed."""
    done = subprocess.run(
        programs.command(*arguments),
        env=dict(programs.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ProgramFailed(program=arguments[0], reason=last_line(done.stderr))
    return done.stdout


def last_line(messages: str) -> str:
    """The last line of a program's messages that says something: rows, which it may quote, stand in DETAIL lines."""
    lines = [line.strip() for line in messages.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()]
    return (telling or lines or ["?"])[-1]
