"""Whether a job that has met an error is done again, and who hears of it when it is not.

The worker puts a job that met an outage back into the queue (record 20). What the job works on, a report or an import,
must say the same: under way as long as the job comes again, failed when it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from django.utils import translation

from staffelstab.core.errors import DomainError
from staffelstab.core.outages import Outage, outage

LIMIT: Final = 20
"""Attempts of one job that a full disk or a lock keeps from its end. A lost database is waited for without limit."""

_attempt: ContextVar[int | None] = ContextVar("staffelstab_attempt", default=None)


@contextmanager
def numbered(number: int) -> Iterator[None]:
    """The worker runs a job within the block, for the ``number``-th time, from 1."""
    token = _attempt.set(number)
    try:
        yield
    finally:
        _attempt.reset(token)


def comes_again(error: BaseException) -> bool:
    """Whether the job at hand is done again after this error.

    Outside of a worker nobody does it again; of a lost database nothing can be noted there either.
    """
    found = outage(error)
    number = _attempt.get()
    return found is Outage.UNREACHABLE or (found is not None and number is not None and number < LIMIT)


@contextmanager
def failure_noted(note: Callable[[str], object], *, otherwise: str) -> Iterator[None]:
    """Around the work of a job: an error that ends it leaves a sentence, after everything else was rolled back.

    ``note`` writes it, in a transaction of its own. A refusal (DomainError) is an answer and not a failure of the job:
    its sentence is noted, and that is all. Any other error is raised again, after ``otherwise`` was noted unless the
    job comes again. Sentences are in the source language and translated where they are shown.
    """
    try:
        yield
    except DomainError as refusal:
        with translation.override("en"):
            sentence = refusal.message
        note(sentence)
    except Exception as error:
        if not comes_again(error):
            note(otherwise)
        raise
