"""Progress of a job that others see while the job's own transaction is still open.

It is written through a second connection in short transactions of its own; each sets its tenancy with ``SET LOCAL``, so
it also works behind a pool in transaction mode. The job's transaction must not touch the row before its end, so that
the two never wait for each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, models

from staffelstab.core.tenancy.context import TenancyContext

type Progress = Callable[[str, int, int], None]
"""Called with the name of the step, how much is done, and of how much (0: not known yet)."""

_SET = """SELECT set_config('staffelstab.organisation', %s, true),
    set_config('staffelstab.account', %s, true), set_config('staffelstab.networks', %s, true)"""


def silent(step: str, done: int, total: int) -> None:
    """Progress nobody looks at."""


@contextmanager
def written_to(row: models.Model, context: TenancyContext, *, interval: float = 0) -> Iterator[Progress]:
    """A progress function that writes to the row's ``progress_step``, ``progress_done`` and ``progress_total``.

    Of the row only the key is used. ``interval``: at least so many seconds between two writes; what comes sooner is
    left out.
    """
    second = connections.create_connection(DEFAULT_DB_ALIAS)
    table = second.ops.quote_name(row._meta.db_table)

    last: float | None = None

    def report(step: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if last is not None and now - last < interval:
            return
        last = now
        with second.cursor() as cursor:
            # The connection commits each statement by itself; the settings need one transaction with the update.
            cursor.execute("BEGIN")
            cursor.execute(_SET, context.parameters)
            cursor.execute(
                f"UPDATE {table} SET progress_step = %s, progress_done = %s, progress_total = %s WHERE id = %s",  # noqa: S608 - the name of a table of ours
                [step, done, total, row.pk],
            )
            cursor.execute("COMMIT")

    try:
        yield report
    finally:
        second.close()
