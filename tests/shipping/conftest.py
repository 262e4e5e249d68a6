"""What is delivered, as operators get it: the wheel in an environment of its own, far from the repository."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 180.0  # seconds until a program answers; other tests run beside it


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker installs the wheel once."""
    for item in items:
        if "tests/shipping/" in item.path.as_posix() and item.get_closest_marker("long"):
            item.add_marker(pytest.mark.xdist_group("shipping"))


def uv() -> str:
    """The uv that ``./dev`` uses."""
    found = shutil.which("uv") or str(ROOT / ".dev" / "uv" / "bin" / "uv")
    if not Path(found).exists():
        pytest.fail("uv is missing: run ./dev once")
    return found


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel; ``home`` is an empty folder that everybody may enter."""

    programs: Path
    home: Path

    def environment(self, **more: str) -> dict[str, str]:
        """Nothing of the tests' own environment: no settings, no path into the repository."""
        return {
            "PATH": f"{self.programs}:/usr/bin:/bin",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "STAFFELSTAB_DATA": str(self.home / "data"),
            **more,
        }

    def run(self, *words: str, status: int = 0, **more: str) -> str:
        """Run ``staffelstab`` to its end; returns what it printed on both channels."""
        done = subprocess.run(
            [str(self.programs / "staffelstab"), *words],
            cwd=self.home,
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == status, done.stdout
        return done.stdout


@pytest.fixture(scope="session")
def installed_programs() -> Iterator[Path]:
    """The folder of programs of a fresh environment: locked dependencies, and the wheel built from this checkout."""
    # Not pytest's folder: the database server of a root user runs as somebody else, who has to reach it.
    with tempfile.TemporaryDirectory(prefix="staffelstab-wheel-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        python = folder / "venv" / "bin" / "python"
        wheels = folder / "wheels"
        for command in (
            ["build", "--wheel", "--python", sys.executable, "--out-dir", str(wheels)],
            ["venv", "--python", sys.executable, str(folder / "venv")],
            ["export", "--locked", "--no-dev", "--no-emit-project", "--python", sys.executable,
             "--output-file", str(folder / "requirements.txt")],
            ["pip", "install", "--python", str(python), "--require-hashes", "-r", str(folder / "requirements.txt")],
        ):  # fmt: skip
            _quietly([uv(), *command])
        [wheel] = wheels.glob("staffelstab-*.whl")
        install = ["pip", "install", "--python", str(python), "--offline", "--no-deps", str(wheel)]
        _quietly([uv(), *install])
        yield python.parent


def _quietly(command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def installed(installed_programs: Path) -> Iterator[Installed]:
    """The installed program with an empty home of its own."""
    with tempfile.TemporaryDirectory(prefix="staffelstab-home-") as name:
        home = Path(name)
        home.chmod(0o711)
        yield Installed(installed_programs, home)


class Browser:
    """A visitor with cookies, who sends the token of the last form."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str) -> str:
        """The page behind an address. Raises urllib.error.HTTPError."""
        with self.opener.open(self.address + path, timeout=60) as answer:
            return str(answer.read().decode())

    def post(self, path: str, fields: Mapping[str, str]) -> str:
        """The page after a form."""
        token = next((cookie.value for cookie in self.cookies if cookie.name.endswith("csrftoken")), "") or ""
        data = urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        with self.opener.open(self.address + path, data=data, timeout=60) as answer:
            return str(answer.read().decode())


@contextmanager
def running(installed: Installed, *words: str, port: int, **more: str) -> Iterator[Browser]:
    """Run a serving command until the block ends; it has to answer, and to end by itself at a signal."""
    log = installed.home / "server.log"
    with log.open("w") as output:
        child = subprocess.Popen(
            [str(installed.programs / "staffelstab"), *words],
            cwd=installed.home,
            env=installed.environment(**more),
            stdout=output,
            stderr=output,
        )
        try:
            _wait(f"http://127.0.0.1:{port}/gesundheit/", child, log)
            yield Browser(f"http://127.0.0.1:{port}")
        except OSError as error:
            raise AssertionError(log.read_text()[-3000:]) from error
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                status = child.wait(60)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                raise
    assert status == 0, log.read_text()[-2000:]


def _wait(address: str, child: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise AssertionError(log.read_text()[-2000:])
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - http of this machine
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"no answer: {log.read_text()[-2000:]}")


@pytest.fixture
def port() -> int:
    """A free port."""
    return free_port()


def processes_of(folder: Path) -> list[str]:
    """Command lines of running processes that name the folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in words and str(os.getpid()) != path.parent.name:
            found.append(words)
    return found
