"""``staffelstab serve`` and ``staffelstab demo``: a small process that starts and watches the large ones.

It imports no Django: web server and worker are processes of their own, and so is what prepares them.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser

from staffelstab.config import env

_PATIENCE = 60.0  # seconds until the server must answer
_GRACE = 20.0  # seconds a child gets to finish before it is killed


class ServingError(Exception):
    """The server could not be started or ended; the message is for the administrator."""


def parser(command: str) -> argparse.ArgumentParser:
    """The options of ``serve`` and ``demo``."""
    found = argparse.ArgumentParser(prog=f"staffelstab {command}")
    found.add_argument("--host", default="127.0.0.1")
    found.add_argument("--port", type=int, default=8000)
    found.add_argument("--processes", type=int, default=1, help="web processes")
    found.add_argument(
        "--threads", type=int, default=4, help="requests at a time per process, one connection each"
    )
    found.add_argument(
        "--no-worker", action="store_true", help="the worker runs elsewhere: staffelstab worker"
    )
    if command == "demo":
        found.add_argument("--no-browser", action="store_true")
    return found


def serve(command: str, arguments: list[str]) -> None:
    """Prepare, start, announce, watch, until a signal arrives. Raises ServingError."""
    options = parser(command).parse_args(arguments)
    if not port_is_free(options.host, options.port):
        raise ServingError(f"Another program listens on port {options.port}. Choose another one: --port N.")
    prepared = _prepare(demo=command == "demo")
    host, port = options.host, options.port
    address = f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0'} else host}:{port}/"  # noqa: S104 - compared
    server = subprocess.Popen(_server(options))
    worker = None if options.no_worker else subprocess.Popen(_program("worker"))
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        _wait_until_answering(f"http://{_reach(host)}:{port}/gesundheit/", server)
        _announce(command, address, prepared, browser=command == "demo" and not options.no_browser)
        while server.poll() is None:
            if worker is not None and worker.poll() is not None:
                worker = subprocess.Popen(_program("worker"))
            time.sleep(0.5)
        raise ServingError(f"The web server ended with status {server.returncode}.")
    except KeyboardInterrupt:
        return
    finally:
        for child in (server, worker):
            if child is not None:
                _end(child)


def _prepare(*, demo: bool) -> str:
    words = ["prepare", "--demo"] if demo else ["prepare"]
    done = subprocess.run(_program(*words), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise ServingError("The program could not be prepared (see above).")
    return done.stdout


def _announce(command: str, address: str, prepared: str, *, browser: bool) -> None:
    start = f"{address}demo/" if command == "demo" else address
    sys.stdout.write(f"Staffelstab answers at {start}\n{prepared}Stop with Ctrl+C.\n")
    sys.stdout.flush()
    if browser:
        webbrowser.open(start)


def _program(*words: str) -> list[str]:
    return [sys.executable, "-m", "staffelstab.config.program", *words]


def _server(options: argparse.Namespace) -> list[str]:
    # One request per thread and one database connection per thread: the number of connections is known.
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"),
        *("--host", options.host, "--port", str(options.port), "--workers", str(options.processes)),
        *("--blocking-threads", str(options.threads), "--backlog", "1024", "--log-level", "warning"),
        *("--respawn-failed-workers", "staffelstab.config.wsgi:application"),
    ]


def _reach(host: str) -> str:
    return "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - compared, not bound


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _wait_until_answering(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    known = env.words("STAFFELSTAB_HOSTS", "localhost")[0].lstrip(".")
    request = urllib.request.Request(url, headers={"Host": known})
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise ServingError(f"The web server ended with status {server.returncode}. Is the port in use?")
        try:
            with urllib.request.urlopen(request, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise ServingError("The web server does not answer.")


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(_GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def port_is_free(host: str, port: int) -> bool:
    """Whether nobody listens there yet: granian would share the port with another server without a word."""
    with socket.socket() as probe:
        return probe.connect_ex((_reach(host), port)) != 0


def environment_for_demo(data_folder: str) -> None:
    """The demo has a data folder of its own beside the ordinary one, and one-click personas."""
    if not env.text("STAFFELSTAB_DATA"):
        os.environ["STAFFELSTAB_DATA"] = data_folder
    os.environ["STAFFELSTAB_DEMO"] = "1"
