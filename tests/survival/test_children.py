"""What ``serve`` starts is kept running, and does not outlive it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from staffelstab.config.children import Child
from staffelstab.core.database import processes


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_child_is_started_again_with_growing_pauses(capfd: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    child = Child("helper", ["/bin/sh", "-c", "exit 3"], clock=clock)
    first = child.process
    pauses = []
    for _ in range(4):
        child.process.wait()
        before, ended = clock.now, child.process
        while child.process is ended:
            child.watch()
            clock.now += 0.25
        pauses.append(clock.now - before - 0.25)
    assert pauses == [0.5, 1.0, 2.0, 4.0]
    assert child.process is not first
    assert capfd.readouterr().err.splitlines() == 4 * ["The helper ended with status 3 and is started again."]
    child.end()


def test_child_that_lived_for_long_is_started_again_at_once() -> None:
    clock = Clock()
    child = Child("helper", ["/bin/sleep", "60"], clock=clock)
    first = child.process
    clock.now = 600.0
    child.watch()
    assert child.process is first
    first.kill()
    first.wait()
    child.watch()
    assert child.process is not first
    child.end()
    assert child.process.returncode == -signal.SIGTERM


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's end")
def test_children_end_with_a_killed_parent(tmp_path: Path) -> None:
    script = """
import subprocess, sys, time
from staffelstab.config.children import Child
child = Child("helper", ["/bin/sleep", "60"])
print(child.process.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while processes.is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert processes.is_alive(pid) is False
