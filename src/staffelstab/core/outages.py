"""Which errors mean that the database or the disk is not there for now, rather than that something is wrong.

What failed for such a reason is all or nothing, and can be done again as it is: by people after the page says so,
by the worker by itself.
"""

from __future__ import annotations

import errno
import os
from enum import Enum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error
from django.db.utils import InterfaceError, InternalError, OperationalError


class Outage(Enum):
    """Why work is not possible for now."""

    UNREACHABLE = "unreachable"
    """No connection, the server is starting or stopping, or it may only read (fail-over)."""
    FULL = "full"
    """The disk of the database or of the files has no space left."""
    BUSY = "busy"
    """Another transaction held a lock for too long, or a statement took longer than allowed."""

    @property
    def retry_after(self) -> int:
        """Seconds after which it makes sense to try again."""
        return {Outage.UNREACHABLE: 10, Outage.FULL: 60, Outage.BUSY: 5}[self]

    @property
    def status(self) -> int:
        """HTTP: 507 Insufficient Storage, else 503 Service Unavailable."""
        return 507 if self is Outage.FULL else 503


_BY_STATE = {
    "53100": Outage.FULL,
    "53300": Outage.UNREACHABLE,  # too many connections
    "57P01": Outage.UNREACHABLE,  # the administrator stops the server
    "57P02": Outage.UNREACHABLE,  # a crash ended all sessions
    "57P03": Outage.UNREACHABLE,  # the server is starting
    "57P05": Outage.UNREACHABLE,  # idle session ended
    "25P03": Outage.UNREACHABLE,  # idle transaction ended
    "25006": Outage.UNREACHABLE,  # read only: a replica, until the pool has found the new primary
    "40001": Outage.BUSY,
    "40P01": Outage.BUSY,  # deadlock
    "55P03": Outage.BUSY,  # lock timeout
    "57014": Outage.BUSY,  # statement timeout
}
_FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT})


def outage(error: BaseException | None) -> Outage | None:
    """The outage behind an error of the database driver or of the file system; None when it is something else."""
    if isinstance(error, OSError) and error.errno in _FULL_DISK:
        return Outage.FULL
    if not isinstance(error, Error):
        return None
    state = _state(error)
    if state in _BY_STATE:
        return _BY_STATE[state]
    # A connection that breaks has no state of its own, nor has one on which a pool passed on the last words of a
    # session that was just ended (an internal error of the driver); class 08 is said by the server or the pool.
    kinds = OperationalError | InterfaceError | InternalError
    lost = isinstance(error, kinds) and (not state or state.startswith("08"))
    return Outage.UNREACHABLE if lost else None


def _state(error: BaseException) -> str:
    """SQLSTATE of the driver's error that Django wrapped; empty when there is none."""
    return str(getattr(error.__cause__, "sqlstate", None) or "")


def space_is_short() -> bool:
    """Whether the disk of data and files is so full that nothing new should be accepted. Asks the file system."""
    storage: Any = settings.STORAGES["default"]
    stored = storage.get("OPTIONS", {}).get("location", settings.DATA)
    return any(_short(Path(folder)) for folder in {str(settings.DATA), str(stored)})


def _short(folder: Path) -> bool:
    try:
        facts = os.statvfs(folder)
    except FileNotFoundError:
        return False  # made at the first upload
    return facts.f_bavail * facts.f_frsize < settings.SPARE_SPACE
