"""Recognise what was handed in by its content, never by its name, and open it as tables of text.

Any bytes end in a :class:`Source` or in ``SourceRefused``; reading a table's rows may refuse later.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Final, Self

from python_calamine import CalamineWorkbook

from staffelstab.workforce.domain.import_rules import find_sheet
from staffelstab.workforce.formats.archive import ARCHIVE_ERRORS, open_archive, read_member
from staffelstab.workforce.formats.csv_table import CsvTable
from staffelstab.workforce.formats.limits import DEFAULT_LIMITS, MEGABYTE, Limits, SourceRefused
from staffelstab.workforce.formats.ods import open_ods
from staffelstab.workforce.formats.tables import Table
from staffelstab.workforce.formats.xlsx import open_xlsx

_HEAD: Final = 4096
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER: Final = (
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"{\\rtf",
    b"SQLite format 3",
)
_IMAGES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"<svg")
_MARKUP: Final = (b"<html", b"<!doctype", b"<?xml", b"<table", b"<head")
_TEXT_SUFFIXES: Final = frozenset((".csv", ".tsv", ".txt"))
_ARCHIVE_SUFFIXES: Final = frozenset(
    (".zip", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".7z", ".rar", ".gz", ".tar", ".bz2", ".xz")
)


class SourceKind(StrEnum):
    """In which form the tables came."""

    XLSX = "xlsx"
    ODS = "ods"
    CSV = "csv"
    CSV_ZIP = "csv_zip"
    CSV_FOLDER = "csv_folder"


@dataclass(slots=True)
class Source:
    """Tables to read. ``skipped`` names files beside them that are no tables of the format. Close it after use."""

    name: str
    kind: SourceKind
    tables: tuple[Table, ...]
    skipped: tuple[str, ...] = ()
    archive: zipfile.ZipFile | None = None
    workbook: CalamineWorkbook | None = None

    def close(self) -> None:
        if self.workbook is not None:
            self.workbook.close()
            self.workbook = None
        if self.archive is not None:
            self.archive.close()
            self.archive = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_source(data: bytes | Path, name: str, *, limits: Limits = DEFAULT_LIMITS) -> Source:
    """Open a file's bytes, a file or a folder. ``name`` is what people call it; raises ``SourceRefused``."""
    try:
        if isinstance(data, Path):
            if data.is_dir():
                return _open_folder(data, name, limits)
            if not data.is_file():
                raise SourceRefused("file.not_regular" if data.exists() else "file.not_found", name=name)
            size = data.stat().st_size
            with data.open("rb") as file:
                head = file.read(_HEAD)
        else:
            size, head = len(data), data[:_HEAD]
        if size > limits.file_bytes:
            raise SourceRefused("file.too_large", name=name, limit=limits.file_bytes // MEGABYTE)
        return _open_file(data, head, name, limits)
    except OSError as error:
        raise SourceRefused("file.unreadable", name=name) from error


def _opener(data: bytes | Path) -> Callable[[], IO[bytes]]:
    if isinstance(data, Path):
        return lambda: data.open("rb")
    return lambda: io.BytesIO(data)


def _open_file(data: bytes | Path, head: bytes, name: str, limits: Limits) -> Source:
    if head.startswith(_ZIP):
        return _open_zip(data, name, limits)
    if not head.strip(b"\xef\xbb\xbf \t\r\n\x00;,"):
        raise SourceRefused("file.empty", name=name)
    if head.startswith(_COMPOUND):
        raise SourceRefused(_compound_code(data), name=name)
    if b"%PDF-" in head[:1024]:
        raise SourceRefused("file.pdf", name=name)
    if head.startswith(_IMAGES) or head[4:8] == b"ftyp" or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        raise SourceRefused("file.image", name=name)
    if head.startswith(_OTHER) or head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise SourceRefused("file.unknown_type", name=name)
    try:
        table = CsvTable(table_name(PurePosixPath(name).stem), _opener(data), limits)
    except SourceRefused as refused:
        if refused.code == "csv.binary":
            raise SourceRefused("file.unknown_type", name=name) from refused
        raise
    return Source(name, SourceKind.CSV, (table,))


def _compound_code(data: bytes | Path) -> str:
    """An OLE container: an encrypted workbook, an old Excel file, or an old document of another kind."""
    content = data.read_bytes() if isinstance(data, Path) else data
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "file.encrypted"
    if "WordDocument".encode("utf-16-le") in content or "PowerPoint".encode("utf-16-le") in content:
        return "file.other_document"
    return "file.legacy_xls"


# --- archives -----------------------------------------------------------------------------------------------


def _open_zip(data: bytes | Path, name: str, limits: Limits) -> Source:
    archive = open_archive(data if isinstance(data, Path) else io.BytesIO(data), name, limits)
    try:
        members = archive.namelist()
        code = _document_code(archive, members, name)
        if code:
            raise SourceRefused(code, name=name)
        if "[Content_Types].xml" in members or "xl/workbook.xml" in members:
            workbook, sheets = open_xlsx(data, archive, name, limits)
            return Source(name, SourceKind.XLSX, tuple(sheets), archive=archive, workbook=workbook)
        if "content.xml" in members or "mimetype" in members:
            return Source(name, SourceKind.ODS, tuple(open_ods(archive, name, limits)), archive=archive)
        return _open_csv_zip(archive, name, limits)
    except BaseException:
        archive.close()
        raise


def _document_code(archive: zipfile.ZipFile, members: list[str], name: str) -> str:
    """The refusal for an office document that is no workbook we read, else an empty string."""
    if any(member.startswith(("word/", "ppt/", "visio/")) for member in members):
        return "file.other_document"
    if "xl/workbook.bin" in members:
        return "file.binary_workbook"
    if "mimetype" in members:
        kind = read_member(archive, "mimetype", name, 1000).decode("ascii", "replace")
        if "opendocument" in kind and "spreadsheet" not in kind:
            return "file.other_document"
    return ""


def _open_csv_zip(archive: zipfile.ZipFile, name: str, limits: Limits) -> Source:
    tables: list[Table] = []
    skipped: list[str] = []
    for member in archive.infolist():
        path = _member_path(member)
        if member.is_dir() or _is_clutter(path):
            continue
        if path.suffix.lower() in _ARCHIVE_SUFFIXES:
            raise SourceRefused("zip.nested", member=str(path))
        if not _is_table_file(path):
            skipped.append(str(path))
            continue
        try:
            with archive.open(member) as file:
                if file.read(4).startswith(_ZIP):
                    raise SourceRefused("zip.nested", member=str(path))
            tables.append(CsvTable(table_name(path.stem), _member_opener(archive, member), limits))
        except ARCHIVE_ERRORS as error:
            raise SourceRefused("zip.damaged", name=name) from error
    if not tables:
        raise SourceRefused("zip.no_csv", name=name)
    return Source(name, SourceKind.CSV_ZIP, tuple(tables), tuple(skipped), archive=archive)


def _member_opener(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(member)


def _member_path(member: zipfile.ZipInfo) -> PurePosixPath:
    """The member's path, its name repaired when the archive does not say how it is encoded."""
    candidates = list(_decodings(member.filename.replace("\\", "/")))
    for candidate in candidates:
        if find_sheet(PurePosixPath(candidate).stem):
            return PurePosixPath(unicodedata.normalize("NFC", candidate))
    return PurePosixPath(unicodedata.normalize("NFC", candidates[0]))


def _decodings(name: str) -> Iterator[str]:
    yield name
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return
    for encoding in ("utf-8", "cp850", "cp1252", "mac_roman"):
        try:
            yield raw.decode(encoding)
        except UnicodeDecodeError:
            continue


def _is_clutter(path: PurePosixPath) -> bool:
    """What macOS and Windows leave beside the files."""
    hidden = any(part.startswith(".") for part in path.parts)
    return hidden or "__MACOSX" in path.parts or path.name.lower() in {"thumbs.db", "desktop.ini"}


def _is_table_file(path: PurePosixPath) -> bool:
    suffix = path.suffix.lower()
    return suffix in _TEXT_SUFFIXES and (suffix != ".txt" or find_sheet(path.stem) is not None)


def table_name(stem: str) -> str:
    return unicodedata.normalize("NFC", stem).strip()


# --- folders ------------------------------------------------------------------------------------------------


def _open_folder(folder: Path, name: str, limits: Limits) -> Source:
    tables: list[Table] = []
    skipped: list[str] = []
    size = 0
    for count, path in enumerate(sorted(folder.rglob("*")), start=1):
        if count > limits.members:
            raise SourceRefused("zip.too_many_files", name=name, limit=limits.members)
        relative = PurePosixPath(*path.relative_to(folder).parts)
        if _is_clutter(relative) or path.is_symlink() or not path.is_file():
            continue
        if not _is_table_file(relative):
            skipped.append(str(relative))
            continue
        size += path.stat().st_size
        if size > limits.unpacked_bytes:
            raise SourceRefused("zip.unpacked_too_large", name=name, limit=limits.unpacked_bytes // MEGABYTE)
        tables.append(CsvTable(table_name(relative.stem), _opener(path), limits))
    if not tables:
        raise SourceRefused("zip.no_csv", name=name)
    return Source(name, SourceKind.CSV_FOLDER, tuple(tables), tuple(skipped))
