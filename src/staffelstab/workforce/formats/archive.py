"""Zip archives, opened with suspicion: XLSX and ODS are archives too."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from staffelstab.workforce.formats.limits import MEGABYTE, Limits, SourceRefused

ARCHIVE_ERRORS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    OverflowError,
)
"""What ``zipfile`` raises for damaged archives, found by reading it and by fuzzing."""

_ENCRYPTED: Final = 0x1
_CHUNK: Final = 1 << 20


def open_archive(file: IO[bytes] | Path, name: str, limits: Limits) -> zipfile.ZipFile:
    """Open an archive whose declared contents stay within the limits; raises ``SourceRefused``.

    ``zipfile`` never unpacks more than a member declares, so checking what is declared is enough.
    """
    try:
        archive = zipfile.ZipFile(file)
        members = archive.infolist()
    except ARCHIVE_ERRORS as error:
        raise SourceRefused("zip.damaged", name=name) from error
    if len(members) > limits.members:
        raise SourceRefused("zip.too_many_files", name=name, limit=limits.members)
    if sum(member.file_size for member in members) > limits.unpacked_bytes:
        raise SourceRefused("zip.unpacked_too_large", name=name, limit=limits.unpacked_bytes // MEGABYTE)
    for member in members:
        if member.flag_bits & _ENCRYPTED:
            raise SourceRefused("file.encrypted", name=name)
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise SourceRefused("zip.method", member=member.filename)
        packed = max(member.compress_size, 1)
        if member.file_size > limits.ratio_from and member.file_size / packed > limits.ratio:
            raise SourceRefused("zip.ratio", member=member.filename)
    return archive


def member_chunks(archive: zipfile.ZipFile, member: str | zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """The unpacked bytes of a member, its checksum verified at the end; raises ``SourceRefused``."""
    try:
        with archive.open(member) as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except ARCHIVE_ERRORS as error:
        raise SourceRefused("zip.damaged", name=name) from error


def read_member(archive: zipfile.ZipFile, member: str, name: str, limit: int) -> bytes:
    """A small member as a whole; longer than ``limit`` bytes counts as damaged."""
    content = b""
    for chunk in member_chunks(archive, member, name):
        content += chunk
        if len(content) > limit:
            raise SourceRefused("workbook.damaged", name=name)
    return content
