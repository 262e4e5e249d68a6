"""``staffelstab serve``: web server and, for small houses, the worker beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

_PATIENCE = 60.0  # seconds until the server must answer
_GRACE = 20.0  # seconds a child gets to finish before it is killed


class Command(BaseCommand):
    """Serve until stopped."""

    help = "Run the web server, and the job worker beside it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Address and size."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--processes", type=int, default=1, help="web processes")
        parser.add_argument("--threads", type=int, default=4, help="requests at a time per process, one connection each")
        parser.add_argument("--no-worker", action="store_true", help="the worker runs elsewhere: staffelstab worker")

    def handle(self, *args: Any, **options: Any) -> None:
        """Start, announce, watch."""
        collect_static()
        self.run(options, on_ready=lambda address: self.stdout.write(f"Staffelstab answers at {address}"))

    def run(self, options: dict[str, Any], *, on_ready: Callable[[str], object]) -> None:
        """Run the children until the server ends or a signal arrives. Raises CommandError when it does not answer."""
        host, port = options["host"], options["port"]
        address = f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0'} else host}:{port}/"  # noqa: S104 - compared
        server = subprocess.Popen(_server(options))
        worker = None if options["no_worker"] else subprocess.Popen(_worker())
        try:
            signal.signal(signal.SIGTERM, _interrupt)
            _wait_until_answering(f"http://{_reach(host)}:{port}/gesundheit/", server)
            on_ready(address)
            while server.poll() is None:
                if worker is not None and worker.poll() is not None:
                    worker = subprocess.Popen(_worker())
                time.sleep(0.5)
            raise CommandError(f"the web server ended with status {server.returncode}")
        except KeyboardInterrupt:
            pass
        finally:
            for child in (server, worker):
                if child is not None:
                    _end(child)


def _reach(host: str) -> str:
    return "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - compared, not bound


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _server(options: dict[str, Any]) -> list[str]:
    # One request per thread and one database connection per thread: the number of connections is known.
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"),
        *("--host", options["host"], "--port", str(options["port"]), "--workers", str(options["processes"])),
        *("--blocking-threads", str(options["threads"]), "--backlog", "1024", "--log-level", "warning"),
        *("--respawn-failed-workers", "staffelstab.config.wsgi:application"),
    ]


def _worker() -> list[str]:
    return [sys.executable, "-m", "staffelstab.config.program", "worker"]


def _wait_until_answering(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    request = urllib.request.Request(url, headers={"Host": settings.ALLOWED_HOSTS[0].lstrip(".")})
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise CommandError(f"the web server ended with status {server.returncode}; is the port in use?")
        try:
            with urllib.request.urlopen(request, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise CommandError("the web server does not answer")


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(_GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def collect_static() -> None:
    """Hash and compress the static files into the data folder, when the package has changed since the last time."""
    package = Path(__file__).resolve().parents[3]
    files = [path for path in package.glob("*/static/**/*") if path.is_file()]
    current = f"{len(files)} {max(path.stat().st_mtime_ns for path in files)}"
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    if stamp.exists() and stamp.read_text() == current:
        return
    os.makedirs(settings.STATIC_ROOT, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(current)
