"""What a file may cost before it is refused, and the refusal itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds against accidents and attacks; sizes in bytes.

    ``ratio`` is the highest plausible packing ratio of an archive member above ``ratio_from`` bytes.
    ``workbook_cells`` bounds the area that an XLSX spans, ``held_cells`` the cells an ODS keeps in memory.
    """

    file_bytes: int = 512 * MEGABYTE
    unpacked_bytes: int = 1024 * MEGABYTE
    ratio: int = 250
    ratio_from: int = 4 * MEGABYTE
    members: int = 500
    rows: int = 5_000_000
    columns: int = 256
    workbook_cells: int = 12_000_000
    held_cells: int = 4_000_000
    cell_length: int = 131_072


DEFAULT_LIMITS: Final = Limits()


class SourceRefused(Exception):
    """A file that cannot be imported at all; ``code`` is a key of ``PROBLEMS``, ``data`` fills its placeholders."""

    def __init__(self, code: str, **data: object) -> None:
        self.code = code
        self.data = data
        super().__init__(f"{code} {data}")
