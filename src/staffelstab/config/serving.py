"""``staffelstab serve`` and ``staffelstab demo``: a small process that starts and watches the large ones.

It imports no Django: web server and worker are processes of their own, and so is what prepares them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import webbrowser

from staffelstab.config import answering, env
from staffelstab.config.children import Child, run
from staffelstab.core.database.embedded import EmbeddedPostgres
from staffelstab.core.database.errors import EmbeddedPostgresError

_PATIENCE = 60.0  # seconds until the server must answer
_PORT_PATIENCE = 5.0  # seconds for the web server of a killed program to leave the port
_DATABASE_PAUSE = 5.0  # seconds between attempts to start a database that does not start


_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
"""Names of all addresses of the machine, and one of them."""


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


def serve(command: str, arguments: list[str], *, embedded: EmbeddedPostgres | None = None) -> None:
    """Prepare, start, announce, keep running, until a signal arrives. Raises ServingError, KeyboardInterrupt.

    `embedded` is the database server that is kept running with the rest.
    """
    options = parser(command).parse_args(arguments)
    if not _port_becomes_free(options.host, options.port):
        raise ServingError(f"Another program listens on port {options.port}. Choose another one: --port N.")
    prepared = _prepare(demo=command == "demo")
    host, port = options.host, options.port
    address = f"http://{'localhost' if host in {*_ANY, *_ANY.values()} else _in_address(host)}:{port}/"
    figures = _counters_folder(options.processes)
    children: list[Child] = []
    try:
        children.append(Child("web server", web_server(options)))
        if not options.no_worker:
            children.append(Child("worker", _program("worker")))
        _wait_until_answering(f"http://{_in_address(_reach(host))}:{port}/gesundheit/", children[0].process)
        _announce(command, address, prepared, browser=command == "demo" and not options.no_browser)
        _keep_running(children, embedded)
    finally:
        for child in children:
            child.end()
        if figures:
            shutil.rmtree(figures, ignore_errors=True)


def _counters_folder(processes: int) -> str:
    """Where several web processes keep their counts of requests for monitoring; one process needs no folder."""
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
    if processes < 2:
        return ""
    folder = tempfile.mkdtemp(prefix="staffelstab-figures-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    return folder


def _keep_running(children: list[Child], embedded: EmbeddedPostgres | None) -> None:
    """Start again what ends, the database first; for ever."""
    retry, told = 0.0, ""
    while True:
        if embedded is not None and time.monotonic() >= retry and not embedded.is_running():
            try:
                embedded.start()
                told = ""
                sys.stderr.write("The database server had ended and was started again.\n")
            except EmbeddedPostgresError as error:
                retry = time.monotonic() + _DATABASE_PAUSE
                if str(error) != told:
                    told = str(error)
                    sys.stderr.write(f"{told}\n")
        for child in children:
            child.watch()
        time.sleep(0.5)


def _prepare(*, demo: bool) -> str:
    words = ["prepare", "--demo"] if demo else ["prepare"]
    done = run(_program(*words), stdout=subprocess.PIPE)
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


def web_server(options: argparse.Namespace) -> list[str]:
    """The command of the web server; its last word is the application."""
    # A thread works on one request at a time and has one database connection, which ends with it: --processes ×
    # --threads connections at most, and two of the worker. Four threads for one interpreter: while one waits for the
    # database another one draws; more would only take turns. The server ends idle threads after 30 seconds unless told
    # otherwise, and each would open its connection anew; ten minutes spare that in the pauses of a working day. Waiting
    # requests queue in the server (backlog), where they cost neither a thread nor a connection.
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"),
        *("--host", options.host, "--port", str(options.port), "--workers", str(options.processes)),
        *("--blocking-threads", str(options.threads), "--blocking-threads-idle-timeout", "600"),
        *("--backlog", "1024", "--log-level", "warning"),
        *("--respawn-failed-workers", "staffelstab.config.web:application"),
    ]


def _reach(host: str) -> str:
    """Where to ask for a server that listens there."""
    return _ANY.get(host, host)


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def ends_when_told() -> None:
    """Let SIGTERM end this process like Ctrl+C: with what it has started, from the first moment on."""
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _wait_until_answering(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise ServingError(f"The web server ended with status {server.returncode}. Is the port in use?")
        try:
            answering.ask(url)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise ServingError("The web server does not answer.")


def port_is_free(host: str, port: int) -> bool:
    """Whether nobody listens there yet: granian would share the port with another server without a word.

    Raises ServingError for a host that is none.
    """
    try:
        for family, kind, protocol, _name, address in socket.getaddrinfo(
            _reach(host), port, type=socket.SOCK_STREAM
        ):
            with socket.socket(family, kind, protocol) as probe:
                if probe.connect_ex(address) == 0:
                    return False
    except (OSError, OverflowError, UnicodeError) as error:
        raise ServingError(f"Nothing can listen on “{host}”, port {port}: {error}") from error
    return True


def _port_becomes_free(host: str, port: int) -> bool:
    deadline = time.monotonic() + _PORT_PATIENCE
    while not port_is_free(host, port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def environment_for_demo(data_folder: str) -> None:
    """The demo has a data folder of its own beside the ordinary one, and one-click personas."""
    if not env.text("STAFFELSTAB_DATA"):
        os.environ["STAFFELSTAB_DATA"] = data_folder
    os.environ["STAFFELSTAB_DEMO"] = "1"
