"""File locks that end with their process, however it ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from staffelstab.core.database.errors import ServerStartError


@contextmanager
def exclusive(path: Path, *, patience: float) -> Iterator[None]:
    """Hold `path` alone; wait for it at most `patience` seconds, then raise ServerStartError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + patience
        while not _try_lock(descriptor, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise ServerStartError(
                    f"Another program has been starting or stopping the database in {path.parent} for more than "
                    f"{patience:.0f} seconds. Please try again when it has finished."
                )
            time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)


def share(path: Path) -> int:
    """Hold `path` together with others until the returned descriptor is closed (or this process ends)."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


@contextmanager
def last_one_out(path: Path) -> Iterator[bool]:
    """Hold `path` alone when nobody shares it any more; yields False when somebody does.

    Whoever holds it alone at this moment is stopping the server: then waited for, and True.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if _try_lock(descriptor, fcntl.LOCK_EX):
            yield True
        elif _try_lock(descriptor, fcntl.LOCK_SH):
            yield False
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield True
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
