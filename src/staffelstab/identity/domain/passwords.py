"""Words that everybody who attacks a town hall tries first."""

from __future__ import annotations

import re
from typing import Final

CONTEXT: Final = (
    "staffelstab",
    "rathaus",
    "stadtverwaltung",
    "gemeinde",
    "kommune",
    "landkreis",
    "landratsamt",
    "verwaltung",
    "buergermeister",
    "behoerde",
)
"""Also listed in docs/security/sign-in.md."""

ENOUGH: Final = 6
"""Letters a password needs besides these words."""

_SPELLINGS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "@": "a", "0": "o", "1": "i", "4": "a", "3": "e", "$": "s"}
)


def is_mere_context(password: str) -> bool:
    """Whether a password is made of these words and little else; digits that stand for letters do not hide them."""
    found = False
    rest = password.casefold().translate(_SPELLINGS)
    for word in CONTEXT:
        found = found or word in rest
        rest = rest.replace(word, " ")
    return found and len(re.findall(r"[^\W\d_]", rest)) < ENOUGH
