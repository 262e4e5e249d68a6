"""The uploaded files: listed for a backup, put back by a restore. They lie in a folder (``STAFFELSTAB_FILES``)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from staffelstab.core.backup.archive import Entry
from staffelstab.core.backup.errors import FilesFixed

FRESH: Final = ".restoring"
_REPLACED: Final = ".replaced"
_NOT_OURS: Final = frozenset({FRESH, _REPLACED, "lost+found"})
"""At the top of the folder: what a restore makes, and what the file system puts at the root of a disk."""


def names(folder: Path) -> list[str]:
    """Names of all regular files below the folder, relative to it, in a fixed order."""
    if not folder.is_dir():
        return []
    found = (
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and not path.is_symlink()
    )
    return sorted(path.as_posix() for path in found if path.parts[0] not in _NOT_OURS)


def copied(folder: Path, into: Path) -> tuple[list[Entry], int]:
    """The files of the folder as copies that no longer change, and how many vanished meanwhile.

    A copy is a link where both lie on one disk. What vanishes is the file of an import that has just finished.
    """
    entries, missing = [], 0
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
            missing += 1
            continue
        entries.append(Entry(name, target.stat().st_size, target))
    return entries, missing


def _entries(folder: Path) -> Iterator[Path]:
    """What ``replace`` moves away."""
    yield from [path for path in folder.iterdir() if path.name not in _NOT_OURS]


def prove_replaceable(folder: Path) -> None:
    """Move every entry away and back, so that ``replace`` finds no obstacle once the database is written.

    Mounted disks, foreign owners and locked files refuse only the attempt. Raises FilesFixed.
    """
    replaced = folder / _REPLACED
    path = replaced
    try:
        replaced.mkdir(exist_ok=True)
        for path in list(replaced.iterdir()):
            # Of a restore that was killed between away and back.
            if not (folder / path.name).exists():
                path.rename(folder / path.name)
        path = replaced
        shutil.rmtree(replaced)
        replaced.mkdir()
        for path in _entries(folder):
            path.rename(replaced / path.name).rename(path)
        path = replaced
        replaced.rmdir()
    except OSError as error:
        raise FilesFixed(name=str(path), reason=error.strerror or str(error)) from error


def replace(folder: Path, fresh: Path) -> None:
    """Put the files below ``fresh`` (inside the folder) in the place of all others, which are removed.

    Call ``prove_replaceable`` before. The folder itself stays: it may be the root of a disk. Should the program end in
    between, the former files are in ``.replaced`` and the new ones in ``.restoring``. Raises OSError.
    """
    replaced = folder / _REPLACED
    replaced.mkdir()
    for path in _entries(folder):
        path.rename(replaced / path.name)
    for path in list(fresh.iterdir()):
        path.rename(folder / path.name)
    shutil.rmtree(replaced)
