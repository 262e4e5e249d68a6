"""Marks in a page that is kept (``core.ui.kept``) for what belongs to one showing only."""

from __future__ import annotations

import re
import secrets
from typing import Final

from django.utils.safestring import SafeString, mark_safe

_MARK: Final = secrets.token_hex(16)
"""Nobody can guess it, so nobody can write a gap into a title or an address. It never leaves the process."""

GAP: Final = re.compile(rf"{_MARK}-([a-z_]+)-")


def gap(name: str) -> SafeString:
    """The mark that stands for something filled at each showing."""
    return mark_safe(f"{_MARK}-{name}-")  # noqa: S308 - letters and digits


def is_keeping(request: object) -> bool:
    """Whether what is drawn for this request now will be kept, and needs gaps."""
    return bool(getattr(request, "keeping", False))
