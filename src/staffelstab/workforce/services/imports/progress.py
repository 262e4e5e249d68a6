"""Progress that others see while the import's own transaction is still open.

It is written through a second connection in short transactions of its own; each sets its tenancy with
``SET LOCAL``, so it also works behind a pool in transaction mode. The import's transaction does not touch its
``Import`` row before the end, so the two never wait for each other.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections

from staffelstab.core.tenancy.context import TenancyContext
from staffelstab.workforce.services.imports.staging import Progress

_INTERVAL: Final = 0.5  # seconds between two writes
_SET: Final = """SELECT set_config('staffelstab.organisation', %s, true),
    set_config('staffelstab.account', %s, true), set_config('staffelstab.networks', %s, true)"""


def silent(step: str, done: int, total: int) -> None:
    """Progress nobody looks at."""


@contextmanager
def written_to(import_id: UUID, context: TenancyContext) -> Iterator[Progress]:
    """A progress function that writes to the import's row, at most twice a second."""
    second = connections.create_connection(DEFAULT_DB_ALIAS)
    last = 0.0

    def report(step: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _INTERVAL:
            return
        last = now
        with second.cursor() as cursor:
            # One statement batch is one transaction: the setting is local to it.
            cursor.execute("BEGIN")
            cursor.execute(_SET, context.parameters)
            cursor.execute(
                """UPDATE workforce_import SET progress_step = %s, progress_done = %s, progress_total = %s
                WHERE id = %s""",
                [step, done, total, import_id],
            )
            cursor.execute("COMMIT")

    try:
        yield report
    finally:
        second.close()
