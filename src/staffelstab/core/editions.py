"""What a form has seen: a short text that changes with the values, for entries without a time of change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from staffelstab.core.errors import Stale


def edition(values: Iterable[object]) -> str:
    """A short text for the values as the database has them; a form carries it. No secret, no key."""
    return hashlib.sha256(json.dumps([str(value) for value in values]).encode()).hexdigest()[:16]


def compare(current: str, seen: str | None) -> None:
    """Raise Stale when the edition is another than the one a form has shown. None or empty: no form was shown."""
    if seen and seen != current:
        raise Stale
