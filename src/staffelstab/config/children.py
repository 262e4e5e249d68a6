"""Processes of ``serve``: they end with it, however it ends, and are started again when they end by themselves."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
_GRACE = 20.0  # seconds a child gets to finish before it is killed
_SHORT_LIFE = 10.0  # seconds; a child that ends sooner has a reason that will not be gone at once
_LONGEST_PAUSE = 30.0


def end_with_parent(number: signal.Signals, parent: int | None = None) -> None:
    """Have the system send this process a signal when its parent ends. Linux only; elsewhere nothing happens.

    A killed parent cannot tell its children; they would go on holding the port, and serve a database that is gone.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number))
    if parent is not None and os.getppid() != parent:  # it ended before we asked
        os.kill(os.getpid(), number)


def _ending_with_us() -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        end_with_parent(signal.SIGTERM, parent)

    return prepare


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a program that is told to end (SIGTERM) when this one is killed."""
    return subprocess.Popen(command, preexec_fn=_ending_with_us())  # noqa: PLW1509, S603 - one thread, our own programs


def run(command: list[str], *, stdout: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; it ends with this one, whether that is interrupted or killed."""
    return subprocess.run(  # noqa: S603 - one thread, our own programs
        command, stdout=stdout, text=True, check=False, preexec_fn=_ending_with_us()
    )


class Child:
    """A program that is kept running: started again after its end, with growing pauses when it ends soon."""

    def __init__(self, name: str, command: list[str], *, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self.command = command
        self.clock = clock
        self.process = start(command)
        self._begun = clock()
        self._pause = 0.0
        self._due: float | None = None

    def watch(self) -> None:
        """Notice its end, and start it again when the pause is over. Asked about twice a second."""
        status = self.process.poll()
        if status is None:
            return
        now = self.clock()
        if self._due is None:
            short = now - self._begun < _SHORT_LIFE
            self._pause = min(max(self._pause * 2, 0.5), _LONGEST_PAUSE) if short else 0.0
            self._due = now + self._pause
            sys.stderr.write(f"The {self.name} ended with status {status} and is started again.\n")
        if now >= self._due:
            self.process = start(self.command)
            self._begun, self._due = now, None

    def end(self) -> None:
        """Ask it to finish, and kill it when it does not."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
