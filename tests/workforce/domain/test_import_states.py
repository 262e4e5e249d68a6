"""The table of an import's states."""

from __future__ import annotations

import pytest

from staffelstab.workforce.domain.import_states import RUNNING, STEPS, may_follow
from staffelstab.workforce.enums import ImportState


def test_steps_name_every_state() -> None:
    assert set(STEPS) == set(ImportState)


@pytest.mark.parametrize(
    ("state", "wanted", "expected"),
    [
        ("uploaded", "checking", True),
        ("uploaded", "applying", False),
        ("checking", "ready", True),
        ("ready", "applying", True),
        ("rejected", "applying", False),
        ("applying", "applied", True),
        ("applying", "discarded", False),
        ("applied", "undoing", True),
        ("applied", "undone", False),
        ("undoing", "undone", True),
        ("undoing", "applied", True),
        ("undoing", "applying", False),
        ("applied", "applying", False),
        ("undone", "applying", False),
        ("discarded", "checking", False),
    ],
)
def test_may_follow_obeys_the_table(state: str, wanted: str, *, expected: bool) -> None:
    assert may_follow(state, wanted) is expected


def test_final_states_lead_nowhere() -> None:
    assert {state for state, following in STEPS.items() if not following} == {"undone", "discarded"}
    assert {"uploaded", "checking", "applying", "undoing"} == RUNNING
