"""The states of an import and the steps between them: the one table the commands obey."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from staffelstab.workforce.enums import ImportState

STEPS: Final[Mapping[ImportState, frozenset[ImportState]]] = {
    ImportState.UPLOADED: frozenset({ImportState.CHECKING, ImportState.DISCARDED}),
    # A check whose worker was killed is run again: the state stays.
    ImportState.CHECKING: frozenset(
        {
            ImportState.CHECKING,
            ImportState.READY,
            ImportState.REJECTED,
            ImportState.FAILED,
            ImportState.DISCARDED,
        }
    ),
    ImportState.READY: frozenset({ImportState.APPLYING, ImportState.DISCARDED}),
    ImportState.REJECTED: frozenset({ImportState.DISCARDED}),
    ImportState.APPLYING: frozenset(
        {ImportState.APPLYING, ImportState.APPLIED, ImportState.REJECTED, ImportState.FAILED}
    ),
    ImportState.APPLIED: frozenset({ImportState.UNDOING}),
    # Undoing succeeds, or leaves the import as it was applied; a killed worker's work is run again.
    ImportState.UNDOING: frozenset({ImportState.UNDOING, ImportState.UNDONE, ImportState.APPLIED}),
    ImportState.UNDONE: frozenset(),
    ImportState.DISCARDED: frozenset(),
    ImportState.FAILED: frozenset({ImportState.DISCARDED}),
}
"""State → states that may follow."""

RUNNING: Final = frozenset(
    {ImportState.UPLOADED, ImportState.CHECKING, ImportState.APPLYING, ImportState.UNDOING}
)
"""A job is at work or about to be."""


def may_follow(state: str, wanted: str) -> bool:
    """Whether an import in ``state`` may go to ``wanted``."""
    return ImportState(wanted) in STEPS[ImportState(state)]
