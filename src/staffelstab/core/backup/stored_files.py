"""The uploaded files: listed for a backup, put back by a restore. They lie in a folder (``STAFFELSTAB_FILES``)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from staffelstab.core.backup.archive import Entry

FRESH: Final = ".restoring"
_REPLACED: Final = ".replaced"


def names(folder: Path) -> list[str]:
    """Names of all regular files below the folder, relative to it, in a fixed order."""
    if not folder.is_dir():
        return []
    found = (
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and not path.is_symlink()
    )
    return sorted(path.as_posix() for path in found if path.parts[0] not in {FRESH, _REPLACED})


def copied(folder: Path, into: Path) -> Iterator[Entry]:
    """Yield the files of the folder from copies that no longer change.

    A copy is a link where both lie on one disk. A file that vanished meanwhile (of a finished import) is left out.
    """
    for name in names(folder):
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            try:
                target.hardlink_to(folder / name)
            except FileNotFoundError:
                raise
            except OSError:
                shutil.copyfile(folder / name, target)
        except FileNotFoundError:
            continue
        yield Entry(name, target.stat().st_size, target)


def replace(folder: Path, fresh: Path) -> None:
    """Put the files below ``fresh`` (inside the folder) in the place of all others, which are removed.

    The folder itself stays: it may be the root of a disk. Should the program be killed in between, the former files
    are in ``.replaced`` and the new ones in ``.restoring``.
    """
    replaced = folder / _REPLACED
    if replaced.exists():
        shutil.rmtree(replaced)
    replaced.mkdir()
    for path in list(folder.iterdir()):
        if path.name not in {FRESH, _REPLACED}:
            path.rename(replaced / path.name)
    for path in list(fresh.iterdir()):
        path.rename(folder / path.name)
    shutil.rmtree(replaced)
