"""Keys of rows."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7

__all__ = ["new_id"]


def new_id() -> UUID:
    """A UUIDv7: time-ordered, so that B-trees grow at their right edge; made here, so that PostgreSQL 15 serves."""
    return uuid7()
