"""German sorting by a stored key, the same on every server (the embedded PostgreSQL has no ICU)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


@lru_cache(maxsize=65536)
def sort_key(text: str) -> str:
    """Key after DIN 5007-1 (dictionary order): case and accents do not count, ä sorts as a, ß as ss.

    Punctuation becomes a blank; ties are broken by the caller with the row's id.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    kept = (c if c.isalnum() else " " for c in decomposed if not unicodedata.combining(c))
    return " ".join("".join(kept).split())
