"""How far a backup or restore is, on standard error where somebody looks at it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext
from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from staffelstab.core.backup.archive import Progress, silent


def _words(step: str) -> str:
    return {
        "count": gettext("counting rows"),
        "dump": gettext("reading the database"),
        "archive": gettext("writing the archive"),
        "seal": gettext("checking the archive"),
        "contents": gettext("checking the contents"),
        "extract": gettext("unpacking"),
        "load": gettext("writing the database"),
    }.get(step, step)


@contextmanager
def shown() -> Iterator[Progress]:
    """A progress bar, or nothing where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda step, done, total: bar.update(
            task, description=_words(step), completed=done, total=total or None
        )
