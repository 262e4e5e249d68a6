"""The folder of stored files: what a backup takes from it and what a restore puts in its place."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from staffelstab.core.backup import stored_files
from staffelstab.core.backup.errors import FilesFixed


def put(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def found(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A folder inside which another file system is mounted. Skips where none may be mounted."""
    mounted = tmp_path / "files" / "charts"
    mounted.mkdir(parents=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(mounted)], check=False, capture_output=True)
    if done.returncode:
        pytest.skip("no file system can be mounted here")
    yield tmp_path / "files"
    subprocess.run(["umount", "-l", str(mounted)], check=True)


def test_replace_leaves_what_belongs_to_the_disk(tmp_path: Path) -> None:
    put(tmp_path, imports__old="old", **{"lost+found__17": "a fragment"})
    put(tmp_path / ".restoring" / "files", imports__new="new")
    (tmp_path / "lost+found").chmod(0o000)
    assert stored_files.names(tmp_path) == ["imports/old"]
    stored_files.prove_replaceable(tmp_path)
    stored_files.replace(tmp_path, tmp_path / ".restoring" / "files")
    (tmp_path / "lost+found").chmod(0o700)
    assert found(tmp_path) == {"imports/new": "new", "lost+found/17": "a fragment"}


def test_what_cannot_be_moved_is_found_before_anything_is_written(disk: Path) -> None:
    put(disk, charts__a="chart", imports__b="import")
    with pytest.raises(FilesFixed) as refused:
        stored_files.prove_replaceable(disk)
    assert refused.value.data["name"] == str(disk / "charts")
    assert found(disk) == {"charts/a": "chart", "imports/b": "import"}


def test_entry_that_a_killed_restore_had_moved_away_comes_back(tmp_path: Path) -> None:
    put(tmp_path, imports__new="new", **{".replaced__imports__old": "old", ".replaced__charts__a": "chart"})
    stored_files.prove_replaceable(tmp_path)
    assert found(tmp_path) == {"imports/new": "new", "charts/a": "chart"}
    assert not (tmp_path / ".replaced").exists()


def test_files_that_vanish_meanwhile_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, files__a="one")
    # The moment between the list and the copy: no test can delete a file in it.
    monkeypatch.setattr(stored_files, "names", lambda _folder: ["a", "gone"])
    entries, missing = stored_files.copied(tmp_path / "files", tmp_path / "copies")
    assert ([entry.name for entry in entries], missing) == (["a"], 1)
