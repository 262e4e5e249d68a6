"""The file of a backup: what was written comes back, and not one byte of it can change unnoticed."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffelstab.core.backup import archive
from staffelstab.core.backup.errors import Damaged, FileUnreadable, NotABackup, TooNew
from staffelstab.core.errors import DomainError

MANIFEST = archive.Manifest(
    version="0.1.0",
    created_at="2026-11-22T08:30:00+00:00",
    server="18.6",
    dumped_by=18,
    migrations={"core": ["0001_initial"]},
    tables={"core_revision": 2},
    secret="0123456789abcdef",
    files=2,
    file_bytes=9,
)
DUMP = bytes(range(256)) * 40


def make(folder: Path, manifest: archive.Manifest = MANIFEST) -> Path:
    """A small backup in the folder."""
    dump = folder / "source.dump"
    dump.write_bytes(DUMP)
    entries = []
    for name, content in (("imports/a/1", b"first"), ("charts/ü.svg", b"next")):
        path = folder / name.replace("/", "-")
        path.write_bytes(content)
        entries.append(archive.Entry(name, len(content), path))
    target = folder / "backup.tar.gz"
    with target.open("wb") as file:
        written = archive.write(file, manifest=manifest, dump=dump, entries=entries, total=len(DUMP) + 9)
    assert (written.size, written.sha256) == (target.stat().st_size, archive.check_seal(target))
    return target


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("backup"))


def test_backup_says_what_it_holds(backup: Path) -> None:
    assert archive.verify(backup, version="0.1.0") == MANIFEST


def test_backup_gives_back_what_it_took(backup: Path, tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    assert archive.extract(backup, dump=tmp_path / "dump", files=files) == 2
    assert (tmp_path / "dump").read_bytes() == DUMP
    found = {
        path.relative_to(files).as_posix(): path.read_bytes() for path in files.rglob("*") if path.is_file()
    }
    assert found == {"imports/a/1": b"first", "charts/ü.svg": b"next"}


def test_backup_is_the_same_file_for_the_same_content(backup: Path, tmp_path: Path) -> None:
    assert make(tmp_path).read_bytes() == backup.read_bytes()


def test_every_system_can_open_it(backup: Path) -> None:
    listed = subprocess.run(["tar", "tzf", str(backup)], check=True, capture_output=True, text=True)
    assert (listed.stdout.splitlines()[:2], listed.stderr) == (["manifest.json", "database.dump"], "")
    with tarfile.open(backup) as tar:
        found = json.load(tar.extractfile("checksums.json") or io.BytesIO())
    assert found["files/imports/a/1"] == [
        5,
        "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e",
    ]


def refusal(content: bytes, folder: Path) -> type[DomainError]:
    """Why a file with this content is refused."""
    path = folder / "changed.tar.gz"
    path.write_bytes(content)
    with pytest.raises(DomainError) as refused:
        archive.verify(path, version="0.1.0")
    return type(refused.value)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_noticed(
    backup: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(backup.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    assert refusal(bytes(content), tmp_path_factory.getbasetemp()) in {Damaged, NotABackup}


def test_each_byte_of_beginning_and_end_counts(backup: Path, tmp_path: Path) -> None:
    content = backup.read_bytes()
    for place in (*range(32), *range(len(content) - archive.SEAL_LENGTH - 16, len(content))):
        changed = bytearray(content)
        changed[place] ^= 0x01
        assert refusal(bytes(changed), tmp_path) in {Damaged, NotABackup}


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_missing_end_is_noticed(
    backup: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = backup.read_bytes()
    kept = data.draw(st.integers(0, len(content) - 1))
    assert refusal(content[:kept], tmp_path_factory.getbasetemp()) in {Damaged, NotABackup}


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=2000))
def test_any_other_file_is_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    assert refusal(content, tmp_path_factory.getbasetemp()) in {Damaged, NotABackup}


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable):
        archive.verify(tmp_path / "nothing.tar.gz", version="0.1.0")


def sealed(folder: Path, add: Callable[[tarfile.TarFile], None]) -> bytes:
    """A file with a true seal around other contents: written by a program with a mistake, or by somebody else."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        add(tar)
    sink = archive._Hashing(io.BytesIO())  # noqa: SLF001 - the digest of the seal
    sink.write(packed.getvalue())
    return packed.getvalue() + archive.seal(sink.digest.digest())


def test_true_seal_around_wrong_contents_is_refused(tmp_path: Path) -> None:
    def member(name: str, content: bytes) -> tuple[tarfile.TarInfo, io.BytesIO]:
        head = tarfile.TarInfo(name)
        head.size = len(content)
        return head, io.BytesIO(content)

    def without_sums(tar: tarfile.TarFile) -> None:
        tar.addfile(*member("database.dump", b"x"))

    def wrong_sums(tar: tarfile.TarFile) -> None:
        tar.addfile(*member("database.dump", b"x"))
        tar.addfile(*member("checksums.json", b'{"database.dump": [1, "0"]}'))

    def outside(tar: tarfile.TarFile) -> None:
        tar.addfile(*member("files/../../etc/passwd", b"x"))

    def link(tar: tarfile.TarFile) -> None:
        head = tarfile.TarInfo("files/link")
        head.type, head.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(head)

    found = [refusal(sealed(tmp_path, add), tmp_path) for add in (without_sums, wrong_sums, outside, link)]
    assert found == [Damaged, Damaged, NotABackup, NotABackup]


@pytest.mark.parametrize(
    ("theirs", "ours", "refused"),
    [
        ("0.1.0", "0.1.0", False),
        ("0.1.0", "0.2.0", False),
        ("0.9.0", "0.10.0", False),
        ("0.2.0", "0.1.9", True),
        ("1.0", "0.10.0", True),
        ("0.2.0.dev1", "0.2.0", False),
    ],
)
def test_backup_of_a_newer_program_is_refused(
    tmp_path: Path,
    theirs: str,
    ours: str,
    refused: bool,  # noqa: FBT001 - a column
) -> None:
    made = make(tmp_path, archive.Manifest(**{**_values(), "version": theirs}))
    if not refused:
        assert archive.verify(made, version=ours).version == theirs
        return
    with pytest.raises(TooNew) as found:
        archive.verify(made, version=ours)
    assert found.value.data == {"theirs": theirs, "ours": ours}


def test_backup_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TooNew):
        archive.verify(make(tmp_path, archive.Manifest(**{**_values(), "format": 2})), version="9.0")


def _values() -> dict[str, object]:
    return {name: getattr(MANIFEST, name) for name in MANIFEST.__slots__}
