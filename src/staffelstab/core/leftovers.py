"""Stored files nothing refers to: a program that ends between file and commit cannot take them along.

Files are written before the row that names them is committed, and removed after the deletion of the row is. What is
left in between may hold personal data that nobody sees and no rule of retention reaches.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.core.files.storage import default_storage

logger = logging.getLogger("staffelstab.leftovers")

AGE: Final = timedelta(days=1)
"""Younger files may belong to a transaction that is still open."""


def sweep(folder: str, *, known: Iterable[str], now: datetime) -> int:
    """Delete the files directly in a folder of the storage that are older than AGE and not ``known`` (whole names).

    Returns how many. Safe to repeat, and to run while files come and go.
    """
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return 0  # nothing was ever stored
    kept = set(known)
    count = 0
    for name in sorted(f"{folder}/{each}" for each in names):
        if name in kept:
            continue
        try:
            stored_at = default_storage.get_modified_time(name)
        except FileNotFoundError:
            continue  # removed meanwhile
        if stored_at < now - AGE:
            default_storage.delete(name)
            count += 1
    if count:
        logger.info("removed %d files nothing refers to", count, extra={"folder": folder.partition("/")[0]})
    return count
