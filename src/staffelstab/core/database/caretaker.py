"""Stops the server of a program that was killed and could not do so itself."""

import shutil
import subprocess
from pathlib import Path

from staffelstab.core.database.binaries import server_environment

# Run by the caretaker once nobody uses the server ($1: postmaster.pid, $2: process number): stop it, and hold the
# lock until it has ended, so that the next program starts a new one instead of attaching to the ending one.
_CARETAKING = """
runs() {
    [ "$(head -n 1 "$1" 2>/dev/null)" = "$2" ] && case $(cut -d " " -f 2,3 "/proc/$2/stat" 2>/dev/null) in
        "(postgres) "[!ZX]) true ;;
        *) false ;;
    esac
}
tries=0
while [ $tries -lt 600 ] && runs "$1" "$2"; do
    [ $tries -gt 0 ] || kill -INT "$2"
    tries=$((tries + 1))
    sleep 0.1
done
"""


def employ(users_lock: Path, pid_file: Path, pid: int) -> subprocess.Popen[bytes] | None:
    """Start the caretaker of server `pid`; None on systems without util-linux' `flock`."""
    flock = shutil.which("flock", path=server_environment()["PATH"])
    if flock is None:
        return None
    # A session of its own: what ends a terminal's programs must not end the caretaker with them.
    return subprocess.Popen(
        [flock, str(users_lock), "/bin/sh", "-c", _CARETAKING, "sh", str(pid_file), str(pid)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=server_environment(),
        start_new_session=True,
    )
