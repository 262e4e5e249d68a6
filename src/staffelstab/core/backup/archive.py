"""The file of a backup: a gzipped tar that every system can open, and that this program trusts only as a whole.

Members, in this order: ``manifest.json``, ``database.dump`` (pg_dump's custom format), ``files/…``, ``checksums.json``
(member → size and SHA-256). Behind the tar stands a second gzip member with the SHA-256 of all bytes before it, built
by hand so that its own bytes are known: not one byte of the file can change unnoticed. Programs like tar and gzip read
the file as if that member was not there.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import struct
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from staffelstab.core.backup.errors import Damaged, FileUnreadable, NotABackup, TooNew

FORMAT: Final = 1
MANIFEST, DUMP, FILES, CHECKSUMS = "manifest.json", "database.dump", "files/", "checksums.json"
_BLOCK: Final = 1 << 20
_SEAL_HEAD: Final = b"staffelstab-backup sha256 "

type Progress = Callable[[str, int, int], None]
"""(step, bytes done, bytes in all; 0 where unknown)."""


def silent(_step: str, _done: int, _total: int) -> None:
    """Progress for callers that show none."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the backup holds and what it needs to be restored."""

    version: str
    created_at: str
    """ISO 8601, UTC."""
    server: str
    dumped_by: int
    """Major version of pg_dump: pg_restore must not be older."""
    migrations: dict[str, list[str]]
    tables: dict[str, int]
    """Table → rows in the dump."""
    secret: str
    """Fingerprint of the secret key, which is not in the backup."""
    files: int = 0
    file_bytes: int = 0
    missing_files: int = 0
    """Files that were deleted while the backup ran."""
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored file: its name in the storage, its size in bytes and where its bytes are."""

    name: str
    size: int
    path: Path


@dataclass(frozen=True, slots=True)
class Written:
    """The finished file: bytes and SHA-256 of all of it."""

    size: int
    sha256: str


class _Hashing(io.RawIOBase):
    """Passes bytes on and remembers their digest and number."""

    def __init__(self, target: IO[bytes]) -> None:
        self.target = target
        self.digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        """A sink."""
        return True

    def write(self, data: Any) -> int:
        """Write and remember."""
        self.digest.update(data)
        self.size += len(data)
        self.target.write(data)
        return len(data)


class _HashingReader:
    """Reads a member's source and remembers its digest."""

    def __init__(self, source: IO[bytes], note: Callable[[int], None]) -> None:
        self.source, self.note = source, note
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.digest.update(data)
        self.note(len(data))
        return data


def seal(digest: bytes) -> bytes:
    """The gzip member that closes the file: one stored block, the same bytes from every implementation of zlib."""
    text = _SEAL_HEAD + digest.hex().encode("ascii") + b"\n"
    length = struct.pack("<HH", len(text), len(text) ^ 0xFFFF)
    end = struct.pack("<II", zlib.crc32(text), len(text))
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x01" + length + text + end


SEAL_LENGTH: Final = len(seal(bytes(32)))


def write(
    target: IO[bytes],
    *,
    manifest: Manifest,
    dump: Path,
    entries: Iterable[Entry],
    total: int,
    progress: Progress = silent,
) -> Written:
    """Write the archive to an open file or a pipe. ``total``: bytes of dump and files. Raises OSError."""
    sink = _Hashing(target)
    sums: dict[str, list[Any]] = {}
    done = 0

    def note(count: int) -> None:
        nonlocal done
        done += count
        progress("archive", done, total)

    with (
        gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=1, mtime=0, filename="") as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        _add_text(tar, MANIFEST, asdict(manifest), sums)
        with dump.open("rb") as source:
            _add(tar, DUMP, dump.stat().st_size, source, sums=sums, note=note)
        for entry in entries:
            with entry.path.open("rb") as source:
                _add(tar, FILES + entry.name, entry.size, source, sums=sums, note=note)
        _add_text(tar, CHECKSUMS, sums, {})
    closing = seal(sink.digest.digest())
    sink.write(closing)
    return Written(sink.size, sink.digest.hexdigest())


def _add_text(tar: tarfile.TarFile, name: str, content: object, sums: dict[str, list[Any]]) -> None:
    data = json.dumps(content, ensure_ascii=False, indent=1).encode()
    _add(tar, name, len(data), io.BytesIO(data), sums=sums, note=lambda _count: None)


def _add(
    tar: tarfile.TarFile,
    name: str,
    size: int,
    source: IO[bytes],
    *,
    sums: dict[str, list[Any]],
    note: Callable[[int], None],
) -> None:
    head = tarfile.TarInfo(name)
    head.size, head.mode = size, 0o600
    reader = _HashingReader(source, note)
    tar.addfile(head, reader)
    sums[name] = [size, reader.digest.hexdigest()]


def check_seal(path: Path, progress: Progress = silent) -> str:
    """Compare every byte with the closing digest and return the file's SHA-256.

    Raises FileUnreadable, NotABackup, Damaged.
    """
    digest = hashlib.sha256()
    try:
        total = path.stat().st_size
        with path.open("rb") as file:
            left = total - SEAL_LENGTH
            if left <= 0:
                raise NotABackup
            while left:
                block = file.read(min(_BLOCK, left))
                if not block:
                    raise Damaged
                digest.update(block)
                left -= len(block)
                progress("seal", total - left, total)
            closing = file.read()
    except OSError as error:
        raise FileUnreadable(name=path.name) from error
    if closing != seal(digest.digest()):
        raise Damaged if _SEAL_HEAD in closing or _looks_like_ours(path) else NotABackup
    digest.update(closing)
    return digest.hexdigest()


def _looks_like_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


@contextmanager
def _members(path: Path) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    def walk(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
        for head in tar:
            content = tar.extractfile(head) if head.isreg() else None
            parts = PurePosixPath(head.name).parts
            if content is None or ".." in parts or head.name.startswith("/"):
                raise NotABackup
            yield head.name, content

    try:
        with gzip.open(path, "rb") as unpacked, tarfile.open(fileobj=unpacked, mode="r|") as tar:
            yield walk(tar)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError, KeyError) as error:
        raise Damaged from error


def verify(path: Path, *, version: str, progress: Progress = silent) -> Manifest:
    """Read the whole file, compare all checksums, and return its manifest. Writes nothing.

    ``version`` is this program's. Raises FileUnreadable, NotABackup, Damaged, TooNew.
    """
    check_seal(path, progress)
    manifest: Manifest | None = None
    found: dict[str, list[Any]] = {}
    with _members(path) as members:
        for name, content in members:
            if name == CHECKSUMS:
                if json.load(content) != found or manifest is None or DUMP not in found:
                    raise Damaged
                return manifest
            data = content.read() if name == MANIFEST else None
            if data is not None:
                manifest = _manifest(json.loads(data), version)
                found[name] = [len(data), hashlib.sha256(data).hexdigest()]
            else:
                found[name] = _sum(content, progress)
    raise Damaged


def _sum(content: IO[bytes], progress: Progress) -> list[Any]:
    digest, size = hashlib.sha256(), 0
    while block := content.read(_BLOCK):
        digest.update(block)
        size += len(block)
        progress("contents", size, 0)
    return [size, digest.hexdigest()]


def _manifest(values: dict[str, Any], version: str) -> Manifest:
    theirs = str(values.get("version", "?"))
    if values.get("format", 0) > FORMAT or release(theirs) > release(version):
        raise TooNew(theirs=theirs, ours=version)
    known = {item.name for item in fields(Manifest)}
    return Manifest(**{name: value for name, value in values.items() if name in known})


def release(version: str) -> tuple[int, ...]:
    """The numbers of a version: "0.10.1" → (0, 10, 1). Anything behind the numbers does not count."""
    numbers = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers)


def extract(path: Path, *, dump: Path, files: Path, progress: Progress = silent) -> int:
    """Write the dump to ``dump`` and the stored files below ``files``; returns the number of files.

    Call ``verify`` first. Raises OSError where the disk is full.
    """
    count = done = 0
    with _members(path) as members:
        for name, content in members:
            if name == DUMP:
                target = dump
            elif name.startswith(FILES):
                target = files / name.removeprefix(FILES)
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                count += 1
            else:
                continue
            with target.open("wb") as file:
                while block := content.read(_BLOCK):
                    file.write(block)
                    done += len(block)
                    progress("extract", done, 0)
            target.chmod(0o600)
    return count
