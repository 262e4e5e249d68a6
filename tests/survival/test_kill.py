"""A handful of rounds of `./dev bench kill`: SIGKILL to each part under load, nothing accepted is lost."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.ports import free_port
from tools.benchmarks import kill

pytestmark = pytest.mark.long  # starts the whole program several times


def test_killed_parts_lose_nothing_that_was_accepted() -> None:
    folder = Path(tempfile.mkdtemp(prefix="staffelstab-kill-", dir="/var/tmp"))
    folder.chmod(0o711)
    try:
        totals = kill.run(
            rounds=len(kill.KINDS),
            port=free_port(),
            seed=random.getrandbits(32),
            data=folder,
            say=False,
            order=kill.KINDS,
        )
    finally:
        shutil.rmtree(folder)
    assert totals.problems == []
    assert set(totals.kills) == set(kill.KINDS)
    assert totals.outcomes["edit", "accepted"] > 0
