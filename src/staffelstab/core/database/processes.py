"""Which server processes belong to a cluster: read from `postmaster.pid` and, on Linux, from /proc."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_PID_LINE, _PORT_LINE, _SOCKET_LINE, _STATUS_LINE = 0, 3, 4, 7


@dataclass(frozen=True)
class Postmaster:
    """The lines of `postmaster.pid`: a server that runs in a cluster, or once did."""

    pid: int
    port: int
    socket_folder: Path
    ready: bool


def read_postmaster(cluster: Path) -> Postmaster | None:
    """Return what `postmaster.pid` says, or None when it is absent or not yet completely written."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if len(lines) <= _STATUS_LINE:
        return None
    return Postmaster(
        pid=int(lines[_PID_LINE]),
        port=int(lines[_PORT_LINE]),
        socket_folder=Path(lines[_SOCKET_LINE]),
        ready=lines[_STATUS_LINE].strip() == "ready",
    )


def is_alive(pid: int) -> bool:
    """Say whether process `pid` runs; one that has ended but was not yet collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        # Without /proc there is no such state to read; with it, the process ended this moment.
        return not _PROC.joinpath("self").exists()
    return state not in "ZX"


def works_in(pid: int, cluster: Path) -> bool:
    """Say whether `pid` is a server process of `cluster`: numbers are reused, above all in containers."""
    if not _PROC.joinpath("self").exists():
        return is_alive(pid)
    try:
        folder = (_PROC / str(pid) / "cwd").readlink()
        name = (_PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return False
    return folder == cluster and name == "postgres" and is_alive(pid)


def server_processes(cluster: Path) -> list[int]:
    """Return every server process of `cluster`, its postmaster included; empty where /proc is missing."""
    numbers = (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()) if _PROC.is_dir() else ()
    return [pid for pid in numbers if works_in(pid, cluster)]


def end_processes(pids: list[int], *, patience: float) -> None:
    """Ask server processes to end at once, and kill those that have not within `patience` seconds."""
    for number in (signal.SIGQUIT, signal.SIGKILL):
        for pid in pids:
            send(pid, number)
        if wait_until_ended(pids, patience=patience):
            return


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that may have ended meanwhile."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def wait_until_ended(pids: list[int], *, patience: float) -> bool:
    """Wait until none of `pids` runs; False when some still do after `patience` seconds."""
    deadline = time.monotonic() + patience
    while any(is_alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
