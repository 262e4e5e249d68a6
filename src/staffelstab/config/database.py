"""From the environment to a running, migrated database: external when DATABASE_URL is set, embedded otherwise."""

from __future__ import annotations

import fcntl
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

from staffelstab.config import env
from staffelstab.config.children import run
from staffelstab.core.database.binaries import default_data_folder
from staffelstab.core.database.embedded import EmbeddedPostgres
from staffelstab.core.database.facts import ConnectionFacts
from staffelstab.core.database.provisioning import provision

PACKAGE = Path(__file__).resolve().parents[1]
DATABASE = "staffelstab"
OWNER, APP = "staffelstab_owner", "staffelstab_app"
FOREIGN = ("Django", "django-allauth", "django-tasks-db")
"""Distributions whose applications bring tables of their own."""
ABOVE_MODELS = frozenset({"web", "services", "selectors", "management"})
"""Rooms of a module that its models and migrations do not import (the import contracts), so that no schema follows
from them: a changed screen needs no migration. ``core`` counts as a whole."""


def data_folder() -> Path:
    """The folder of this installation's data."""
    return Path(env.text("STAFFELSTAB_DATA") or default_data_folder()).absolute()


def url(facts: ConnectionFacts, role: str, database: str = DATABASE) -> str:
    """The URL of a database on an embedded server."""
    return (
        f"postgresql://{role}@/{database}?host={quote(str(facts.socket_folder), safe='')}&port={facts.port}"
    )


def fingerprint(package: Path = PACKAGE, release: Callable[[str], str] = version) -> str:
    """Changes whenever what the schema follows from may have changed: our sources, packages with migrations.

    Reads files and names of folders only (about 30 ms): every command asks for it. `release` tells the version of a
    distribution.
    """
    digest = hashlib.sha256()
    for name in FOREIGN:
        digest.update(f"{name} {release(name)}\n".encode())
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package)
        if inside.parts[0] == "core" or ABOVE_MODELS.isdisjoint(inside.parts):
            digest.update(inside.as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


@contextmanager
def running(*, migrated: bool = True) -> Iterator[EmbeddedPostgres | None]:
    """Make the database reachable for this process and its children through the environment.

    ``migrated=False`` leaves an embedded database as it is, or makes an empty one: for ``restore``. Yields the
    embedded server, or None for an external one. Raises EmbeddedPostgresError with a plain sentence.
    """
    if env.text("DATABASE_URL"):
        yield None
        return
    folder = data_folder()
    os.environ["STAFFELSTAB_DATA"] = str(folder)
    server = EmbeddedPostgres(folder / "postgres")
    with server as facts:
        os.environ["DATABASE_URL"] = url(facts, APP)
        os.environ["STAFFELSTAB_OWNER_DATABASE_URL"] = url(facts, OWNER)
        with _one_at_a_time(folder):
            stamp = folder / "schema"
            current = fingerprint()
            if not migrated:
                stamp.unlink(missing_ok=True)
                provision(facts, database=DATABASE, owner=OWNER, app=APP)
            elif not stamp.exists() or stamp.read_text(encoding="ascii") != current:
                provision(facts, database=DATABASE, owner=OWNER, app=APP)
                _migrate()
                stamp.write_text(current, encoding="ascii")
        try:
            yield server
        finally:
            for key in ("DATABASE_URL", "STAFFELSTAB_OWNER_DATABASE_URL"):
                os.environ.pop(key, None)


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "schema.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _migrate() -> None:
    # A process of its own: the one that serves or runs a command need not carry Django's migrations in memory.
    run([sys.executable, "-m", "staffelstab.config.program", "migrate", "-v", "0"]).check_returncode()
