"""When the last backup was made: a small file in the data folder, for ``check`` and the figures of monitoring.

Not a table: a restored database must not claim backups that the disk it lies on has never seen.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

_NAME: Final = "last-backup.json"


@dataclass(frozen=True, slots=True)
class LastBackup:
    """A finished backup: when it was made, its size in bytes and its SHA-256."""

    at: datetime
    size: int
    sha256: str


def write(folder: Path, backup: LastBackup) -> None:
    """Remember the backup. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{_NAME}-{os.getpid()}"
    fresh.write_text(json.dumps({**asdict(backup), "at": backup.at.isoformat()}), encoding="utf-8")
    # Read by the web server too, which may run as another user; it names no person.
    fresh.chmod(0o644)
    fresh.replace(folder / _NAME)


def read(folder: Path) -> LastBackup | None:
    """The last backup, or None when there is none or the note cannot be read."""
    try:
        values = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        return LastBackup(datetime.fromisoformat(values["at"]), int(values["size"]), str(values["sha256"]))
    except (OSError, ValueError, KeyError):
        return None
