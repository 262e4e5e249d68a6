"""What the documentation has to name because the program has it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "docs" / "operator" / "settings.md"


def settings_findings(keys: Iterable[str], text: str) -> list[str]:
    """Return environment keys without a section in the operator's document, and sections without a key."""
    known, described = set(keys), set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE))
    findings = [f"{key}: not described" for key in sorted(known - described)]
    return findings + [f"{key}: described, but not read" for key in sorted(described - known)]
