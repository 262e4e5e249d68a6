"""``serve`` before it serves: addresses it is told, and signals that arrive while it prepares."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from staffelstab.config import serving
from tests.ports import free_port


@pytest.fixture
def data() -> Iterator[Path]:
    # Not tmp_path: its parents are private, while the server of a root user must reach the folder.
    with tempfile.TemporaryDirectory(prefix="staffelstab-test-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_port_is_free_until_somebody_listens(family: socket.AddressFamily, host: str) -> None:
    try:
        listener = socket.create_server((host, 0), family=family)
    except OSError:
        pytest.skip("this machine has no such address")
    port = listener.getsockname()[1]
    everywhere = {"127.0.0.1": "0.0.0.0", "::1": "::"}[host]  # noqa: S104 - asked, not bound
    with listener:
        assert [serving.port_is_free(host, port), serving.port_is_free(everywhere, port)] == [False, False]
    assert serving.port_is_free(host, port) is True


@pytest.mark.parametrize("host", ["no such host", "256.0.0.1", "a" * 70])
def test_host_that_is_none_is_said_plainly(host: str) -> None:
    with pytest.raises(serving.ServingError, match="can listen on"):
        serving.port_is_free(host, 8000)


def words(process: psutil.Process) -> list[str]:
    """Its command line; empty when it has just ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.fixture
def interruptible() -> Iterator[None]:
    """What a shell starts in the background ignores SIGINT, and so would the program started by these tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.long  # makes a database, twice
@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_signal_while_preparing_ends_everything(data: Path, told: signal.Signals) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    command = [sys.executable, "-m", "staffelstab.config.program", "serve", "--port", str(free_port())]
    with subprocess.Popen(
        command,
        env=environment | {"STAFFELSTAB_DATA": str(data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        deadline = time.monotonic() + 60
        below: list[psutil.Process] = []
        while not any("migrate" in words(child) for child in below) and time.monotonic() < deadline:
            time.sleep(0.05)
            below = psutil.Process(program.pid).children(recursive=True)
        program.send_signal(told)
        try:
            _out, said = program.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            program.kill()
            raise
    _gone, left = psutil.wait_procs(below, timeout=10)
    assert (program.returncode, said, left) == (0, "", [])
