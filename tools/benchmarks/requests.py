"""CPU per request (server + PostgreSQL) and p95 at 16 clients of the main screens, against a minimal Django page.

Both run under the same server program, on the same demo database, in turns; figures are ratios of medians.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from staffelstab.config import database

SCREENS = {"start": "/", "board": "/ausblick/wissensrisiko/", "tasks": "/aufgaben/", "task": ""}
PERSONA = "kaya"
ROUNDS, REQUESTS, CLIENTS = 5, 60, 16


class Browser:
    """A keep-alive connection with cookies."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def request(self, method: str, path: str, body: str = "") -> tuple[int, bytes]:
        """One request; follows no redirect."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Host": "localhost"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body or None, headers)
        response = self.connection.getresponse()
        content = response.read()
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, content


def signed_in(port: int) -> Browser:
    """A browser signed in as the knowledge manager of the demo."""
    browser = Browser(port)
    _status, page = browser.request("GET", "/demo/")
    token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    if token is None:
        raise SystemExit("the demo page has no form")
    body = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1].decode()})
    status, _ = browser.request("POST", f"/demo/anmelden/{PERSONA}/", body)
    if status != 302:
        raise SystemExit(f"sign-in failed with status {status}")
    return browser


def cpu(server: psutil.Process, folder: Path) -> float:
    """User and system seconds of the web server's processes and of the whole database server so far."""
    processes = [server, *server.children(recursive=True)]
    for process in psutil.process_iter(["name", "cmdline"]):
        words = " ".join(process.info["cmdline"] or [])
        if (process.info["name"] or "").startswith("postgres") and str(folder) in words:
            processes += [process, *process.children(recursive=True)]
    return sum(sum(process.cpu_times()[:2]) for process in set(processes) if process.is_running())


def measure(browser: Browser, path: str, server: psutil.Process, folder: Path) -> float:
    """CPU milliseconds per request, median of several rounds."""
    browser.connection.close()
    for _ in range(10):
        status, _content = browser.request("GET", path)
        if status != 200:
            raise SystemExit(f"{path}: status {status}")
    rounds = []
    for _ in range(ROUNDS):
        before = cpu(server, folder)
        for _ in range(REQUESTS):
            browser.request("GET", path)
        rounds.append(1000 * (cpu(server, folder) - before) / REQUESTS)
    return statistics.median(rounds)


def p95(make: list[Browser], path: str) -> float:
    """95th percentile of the response time in milliseconds with all browsers at once."""
    times: list[float] = []
    lock = threading.Lock()

    def run(browser: Browser) -> None:
        own = []
        browser.connection.close()  # the server may have given up the idle one; the next request opens another
        for _ in range(25):
            start = time.perf_counter()
            browser.request("GET", path)
            own.append(1000 * (time.perf_counter() - start))
        with lock:
            times.extend(own)

    threads = [threading.Thread(target=run, args=(browser,)) for browser in make]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statistics.quantiles(times, n=20)[-1]


@contextmanager
def server(application: str, port: int) -> Iterator[psutil.Process]:
    """A granian like the one ``serve`` starts."""
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--http",
        "1",
        "--no-ws",
        "--port",
        str(port),
    ]
    command += [
        "--workers",
        "1",
        "--blocking-threads",
        "4",
        "--backlog",
        "1024",
        "--log-level",
        "error",
        application,
    ]
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                Browser(port).request("GET", "/gesundheit/")
                break
            except OSError:
                time.sleep(0.2)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def memory(process: psutil.Process, folder: Path) -> float:
    """Proportional memory of web server and database in MiB."""
    found = {process, *process.children(recursive=True)}
    for other in psutil.process_iter(["name", "cmdline"]):
        if (other.info["name"] or "").startswith("postgres") and str(folder) in " ".join(
            other.info["cmdline"] or []
        ):
            found |= {other, *other.children(recursive=True)}
    sizes: list[int] = [each.memory_full_info().pss for each in found if each.is_running()]
    return sum(sizes) / 2**20


def main(arguments: list[str] | None = None) -> None:
    """Load the demo into a throw-away folder, run both servers, print a table (``--json`` for machines)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="staffelstab-bench-", dir="/var/tmp"))
    folder.chmod(0o711)
    os.environ.update(
        {"STAFFELSTAB_DATA": str(folder), "STAFFELSTAB_DEMO": "1", "STAFFELSTAB_SECRET_KEY": "bench"}
    )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staffelstab.config.settings.base")
    with database.running():
        os.environ.pop("STAFFELSTAB_OWNER_DATABASE_URL", None)
        prepare = "import django; django.setup(); from tools.benchmarks import requests as r; r.prepare()"
        subprocess.run([sys.executable, "-c", prepare], check=True)
        with (
            server("staffelstab.config.wsgi:application", 8190) as ours,
            server("tools.benchmarks._minimal_page:application", 8191) as theirs,
        ):
            report(compare(ours, theirs, folder), as_json=options.json)


def prepare() -> None:
    """Fill the database of this process with the demo."""
    from django.utils import timezone  # noqa: PLC0415 - after setup

    from staffelstab.portal.management.commands.prepare import collect_static  # noqa: PLC0415
    from staffelstab.portal.services import demo  # noqa: PLC0415

    collect_static()
    if not demo.is_loaded():
        demo.load_demo(today=timezone.localdate(), now=timezone.now(), say=lambda _text: None)


def compare(ours: psutil.Process, theirs: psutil.Process, folder: Path) -> dict[str, dict[str, float]]:
    """Figures per screen: CPU ms, ratio to the minimal page, p95 ms, its ratio, bytes of the page."""
    minimal = Browser(8191)
    browser = signed_in(8190)
    _status, listing = browser.request("GET", "/aufgaben/")
    task = re.search(rb'href="(/aufgaben/[0-9a-f-]{36}/)"', listing)
    screens = {**SCREENS, "task": task[1].decode() if task else "/aufgaben/"}
    base_p95 = p95([Browser(8191) for _ in range(CLIENTS)], "/minimal/")
    crowd = [signed_in(8190) for _ in range(CLIENTS)]
    found: dict[str, dict[str, float]] = {}
    for name, path in screens.items():
        base = measure(minimal, "/minimal/", theirs, folder)
        own = measure(browser, path, ours, folder)
        slow = p95(crowd, path)
        _status, page = browser.request("GET", path)
        found[name] = {
            "cpu_ms": own,
            "minimal_ms": base,
            "cpu_ratio": own / base,
            "p95_ms": slow,
            "p95_ratio": slow / base_p95,
            "bytes": len(page),
        }
    found["memory"] = {"mib": memory(ours, folder)}
    return found


def report(found: dict[str, dict[str, float]], *, as_json: bool) -> None:
    """Print the figures."""
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    for name, figures in found.items():
        sys.stdout.write(
            f"{name:8}" + "  ".join(f"{key} {value:.2f}" for key, value in figures.items()) + "\n"
        )


if __name__ == "__main__":
    main()
