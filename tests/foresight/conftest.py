"""What tests of reports share."""

from __future__ import annotations

import pytest

from staffelstab.foresight.selectors import report_files


@pytest.fixture
def quick_pdf(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The PDF is not drawn: it takes seconds, and has tests of its own. Holds the digests asked for."""
    drawn: list[str] = []

    def draw(_document: object, *, digest: str) -> bytes:
        drawn.append(digest)
        return b"%PDF-1.7 probe"

    monkeypatch.setattr(report_files, "pdf_of", draw)
    return drawn
