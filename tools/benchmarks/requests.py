"""CPU per request (server + PostgreSQL) and p95 at 16 clients of the main screens, against a minimal Django page.

Both run under the server command of ``staffelstab serve``, on the same demo database, in turns; figures are ratios of
medians. *Cold* is the first view after a change: the counters that every change moves are moved before each request.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import os
import re
import shutil
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
import psycopg

from staffelstab.config import database, serving

SCREENS = {"start": "/", "board": "/ausblick/wissensrisiko/", "tasks": "/aufgaben/", "task": ""}
PERSONA = "kaya"
ROUNDS, REQUESTS, CLIENTS, COLD = 5, 60, 16, 20
OURS, THEIRS = 8190, 8191
MINIMAL = "tools.benchmarks._minimal.site"
TOPICS = ("workforce", "foresight", "vocabulary", "identity", "imports")


def plain(content: bytes) -> bytes:
    """An answer as it was before it was compressed for its way."""
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


class Browser:
    """A keep-alive connection with cookies, which takes compressed answers as every browser does."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def request(self, method: str, path: str, body: str = "") -> tuple[int, bytes]:
        """One request: status and the answer as it was sent (`plain`); follows no redirect."""
        headers = {
            "Accept-Encoding": "gzip, deflate, br",
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            "Host": "localhost",
        }
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body or None, headers)
        response = self.connection.getresponse()
        content = response.read()
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, content


def signed_in(port: int, persona: str = PERSONA) -> Browser:
    """A browser signed in as a persona of the demo, the knowledge manager unless told otherwise."""
    browser = Browser(port)
    _status, page = browser.request("GET", "/demo/")
    token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', plain(page))
    if token is None:
        raise SystemExit("the demo page has no form")
    body = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1].decode()})
    status, _ = browser.request("POST", f"/demo/anmelden/{persona}/", body)
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
    """The web server as ``serve`` starts it, with another application where asked for."""
    options = serving.parser("serve").parse_args(["--port", str(port)])
    command = [*serving.web_server(options)[:-1], application]
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
    parser.add_argument("--data", type=Path, help="a data folder to use again; default: a new one")
    parser.add_argument("--port", type=int, default=OURS, help="the minimal page takes the next one")
    options = parser.parse_args(arguments)
    folder = options.data or Path(tempfile.mkdtemp(prefix="staffelstab-bench-", dir="/var/tmp"))
    folder.mkdir(exist_ok=True)
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
            server("staffelstab.config.wsgi:application", options.port) as ours,
            server(f"{MINIMAL}:application", options.port + 1) as theirs,
        ):
            report(compare(ours, theirs, folder, port=options.port), as_json=options.json)
    if options.data is None:
        shutil.rmtree(folder, ignore_errors=True)


def prepare() -> None:
    """Fill the database of this process with the demo."""
    from django.utils import timezone  # noqa: PLC0415 - after setup

    from staffelstab.portal.management.commands.prepare import collect_static  # noqa: PLC0415
    from staffelstab.portal.services import demo  # noqa: PLC0415

    collect_static()
    if not demo.is_loaded():
        demo.load_demo(today=timezone.localdate(), now=timezone.now(), say=lambda _text: None)


def minimal_browser(port: int) -> Browser:
    """A browser with a session of the minimal page."""
    key = subprocess.run(
        [sys.executable, "-m", MINIMAL, demo_email()], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    browser = Browser(port)
    browser.cookies["sessionid"] = key
    return browser


def demo_email() -> str:
    """The address of the persona's account."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT email FROM identity_account WHERE email LIKE %s", [f"%{PERSONA}%"]
        ).fetchone()
    if row is None:
        raise SystemExit("the demo has no such account")
    return str(row[0])


def cold(browser: Browser, path: str, server: psutil.Process, folder: Path) -> float:
    """CPU milliseconds of the first view after a change, mean of several; the change itself is made by us."""
    used = 0.0
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        for _ in range(COLD):
            with connection.transaction():
                for (organisation,) in connection.execute("SELECT identity_organisation_ids()").fetchall():
                    connection.execute(
                        "SELECT set_config('staffelstab.organisation', %s, true)", [str(organisation)]
                    )
                    connection.execute(
                        "UPDATE core_revision SET value = value + 1 WHERE topic = ANY (%s)", [list(TOPICS)]
                    )
            before = cpu(server, folder)
            status, _content = browser.request("GET", path)
            used += cpu(server, folder) - before
            if status != 200:
                raise SystemExit(f"{path}: status {status}")
    return 1000 * used / COLD


def compare(
    ours: psutil.Process, theirs: psutil.Process, folder: Path, *, port: int
) -> dict[str, dict[str, float]]:
    """Figures per screen: CPU ms warm and cold, ratio to the minimal page, p95 ms, its ratio, bytes of the page."""
    minimal = minimal_browser(port + 1)
    browser = signed_in(port)
    _status, listing = browser.request("GET", "/aufgaben/")
    task = re.search(rb'href="(/aufgaben/[0-9a-f-]{36}/)"', plain(listing))
    screens = {**SCREENS, "task": task[1].decode() if task else "/aufgaben/"}
    base_crowd = [minimal_browser(port + 1) for _ in range(CLIENTS)]
    crowd = [signed_in(port) for _ in range(CLIENTS)]
    found: dict[str, dict[str, float]] = {}
    for name, path in screens.items():
        base = measure(minimal, "/minimal/", theirs, folder)
        own = measure(browser, path, ours, folder)
        base_p95 = p95(base_crowd, "/minimal/")
        slow = p95(crowd, path)
        _status, page = browser.request("GET", path)
        found[name] = {
            "cpu_ms": own,
            "minimal_ms": base,
            "cpu_ratio": own / base,
            "cold_ms": cold(browser, path, ours, folder),
            "p95_ms": slow,
            "minimal_p95_ms": base_p95,
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
