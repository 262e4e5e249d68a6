"""Every screen of the demo: statements, server time, bytes of a first visit, foreign hosts; beside a minimal page.

Addresses come from the URLconf and from the links the personas find, so that nothing is left out in silence: what is
no screen (a file, a redirect, a form that is only sent) is listed with the reason. Times are medians at the web server
of ``staffelstab serve``, over a connection that stays open, in turns with the minimal page; statements are counted in
a process with the same code. Of each screen the slowest addresses of a first round are measured, and the worst counts.
"""

from __future__ import annotations

import argparse
import http.client
import json
import logging
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from staffelstab.config import database
from tools.benchmarks import _screens_crawl as walk
from tools.benchmarks.requests import MINIMAL, Browser, minimal_browser, plain, server, signed_in

OURS: Final = 8194
ROUNDS, WARM, CPU_ROUNDS = 15, 3, 5
BARS: Final = {"statements": 12, "ms": 50.0, "first_visit": 120_000}
"""What a screen may take: statements, median milliseconds, bytes of a first visit without fonts."""

SENT: Final = "gzip, deflate, br, zstd"
"""The compressions browsers understand."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """The worst address of a screen. ``minimal_ms`` is the minimal page in the same seconds.

    ``ms`` is a median; the fastest request and the CPU time of Python alone say what it is made of on a busy machine.
    """

    name: str
    persona: str
    address: str
    statements: int
    drawn_statements: int
    ms: float
    fastest_ms: float
    cpu_ms: float
    minimal_ms: float
    html: int
    first_visit: int
    foreign: tuple[str, ...]

    @property
    def ratio(self) -> float:
        """Server time against that of the minimal page."""
        return self.ms / self.minimal_ms

    @property
    def missed(self) -> tuple[str, ...]:
        """The bars it misses."""
        found = [key for key, bar in BARS.items() if getattr(self, key) > bar]
        return (*found, *(["foreign"] if self.foreign else []))


class Visitor:
    """A browser that fetches what a page needs, compressed as the server sends it, and counts the bytes."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def size(self, address: str) -> tuple[int, int, str]:
        """Status, bytes with headers as they were sent, and the text unless it came in a form only browsers read."""
        connection = http.client.HTTPConnection(
            self.browser.connection.host, self.browser.connection.port, timeout=60
        )
        cookies = "; ".join(f"{key}={value}" for key, value in self.browser.cookies.items())
        connection.request(
            "GET", address, headers={"Cookie": cookies, "Host": walk.HOST, "Accept-Encoding": SENT}
        )
        response = connection.getresponse()
        content = response.read()
        heads = sum(len(key) + len(value) + 4 for key, value in response.getheaders())
        connection.close()
        readable = response.headers.get("Content-Encoding", "gzip") == "gzip"
        text = plain(content).decode(errors="replace") if readable else ""
        return response.status, heads + len(content), text

    def text(self, address: str) -> str:
        """A file as it is."""
        self.browser.connection.close()
        return plain(self.browser.request("GET", address)[1]).decode(errors="replace")


class Resources:
    """The files pages need, each fetched once."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.known: dict[str, tuple[int, tuple[str, ...]]] = {}

    def of(self, addresses: list[str]) -> tuple[int, tuple[str, ...]]:
        """Bytes of files of the own host with the files their styles name, and the foreign addresses among them."""
        total, foreign, done = 0, set[str](), set[str]()
        waiting = list(addresses)
        while waiting:
            address = waiting.pop()
            if address in done:
                continue
            done.add(address)
            if walk.is_foreign(address):
                foreign.add(address)
                continue
            size, named = self._fetched(address)
            total += size
            waiting += named
        return total, tuple(sorted(foreign))

    def _fetched(self, address: str) -> tuple[int, tuple[str, ...]]:
        if address not in self.known:
            status, size, _text = self.visitor.size(address)
            if status != 200:
                raise SystemExit(f"{address}: status {status}")
            css = self.visitor.text(address) if ".css" in address else ""
            self.known[address] = size, tuple(walk.local(walk.style_addresses(css), address))
        return self.known[address]


def times(ours: Browser, address: str, theirs: Browser) -> tuple[float, float, float]:
    """Milliseconds: median and fastest of an address, median of the minimal page; asked in turns, both warm."""
    ours.connection.close()  # the server may have given up the idle ones
    theirs.connection.close()
    for _ in range(WARM):
        ours.request("GET", address)
        theirs.request("GET", "/minimal/")
    own: list[float] = []
    base: list[float] = []
    for _ in range(ROUNDS):
        for browser, path, taken in ((ours, address, own), (theirs, "/minimal/", base)):
            began = time.perf_counter()
            status, _content = browser.request("GET", path)
            taken.append(1000 * (time.perf_counter() - began))
            if status != 200:
                raise SystemExit(f"{path}: status {status}")
    return statistics.median(own), min(own), statistics.median(base)


def cpu_ms(client: Any, address: str) -> float:
    """CPU milliseconds of this process for a page seen before, median."""
    taken = []
    for _ in range(CPU_ROUNDS):
        began = time.process_time()
        client.get(address)
        taken.append(1000 * (time.process_time() - began))
    return statistics.median(taken)


def statements(client: Any, address: str) -> tuple[int, int]:
    """Statements of a page seen before, and of one drawn anew."""
    from staffelstab.core.ui import kept  # noqa: PLC0415 - after setup

    walk.ask(client, "", "", address)
    warm, _html = walk.ask(client, "", "", address)
    kept.store.clear()
    drawn, _html = walk.ask(client, "", "", address)
    return warm.statements, drawn.statements


def measure(found: dict[str, list[walk.Showing]], *, port: int) -> list[Figure]:
    """The worst address of each screen, slowest first."""
    names, _left_out = walk.summary(found)
    chosen = {name: walk.worst(found[name]) for name in names}
    personas = {showing.persona for showings in chosen.values() for showing in showings}
    browsers = {each: signed_in(port, each) if each else Browser(port) for each in personas}
    clients = {each: walk.client_of(each) for each in personas}
    minimal = minimal_browser(port + 1)
    resources = Resources(Visitor(Browser(port)))
    figures = []
    for name, showings in chosen.items():
        candidates = []
        for showing in showings:
            browser = browsers[showing.persona]
            ms, fastest, base = times(browser, showing.address, minimal)
            used = cpu_ms(clients[showing.persona], showing.address)
            warm, drawn = statements(clients[showing.persona], showing.address)
            _status, size, html = Visitor(browser).size(showing.address)
            needed = walk.Page.read(html or Visitor(browser).text(showing.address))
            extra, foreign = resources.of(needed.resources(showing.address))
            candidates.append(
                Figure(
                    name=name,
                    persona=showing.persona,
                    address=showing.address,
                    statements=warm,
                    drawn_statements=drawn,
                    ms=ms,
                    fastest_ms=fastest,
                    cpu_ms=used,
                    minimal_ms=base,
                    html=size,
                    first_visit=size + extra,
                    foreign=foreign,
                )
            )
        figures.append(combined(candidates))
        sys.stderr.write(f"{figures[-1].ms:7.1f} ms  {name}\n")
    return sorted(figures, key=lambda figure: -figure.ms)


def combined(figures: list[Figure]) -> Figure:
    """The slowest of several addresses of a screen, with the highest of each other figure."""
    slowest = max(figures, key=lambda figure: figure.ms)
    values = asdict(slowest)
    for key in ("statements", "drawn_statements", "fastest_ms", "cpu_ms", "html", "first_visit"):
        values[key] = max(getattr(figure, key) for figure in figures)
    values["foreign"] = tuple(sorted({each for figure in figures for each in figure.foreign}))
    return Figure(**values)


@contextmanager
def demo_folder(given: Path | None) -> Iterator[Path]:
    """The folder for the data: the given one, which stays, or a new one for this run."""
    folder = given or Path(tempfile.mkdtemp(prefix="staffelstab-bench-", dir="/var/tmp"))
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        if given is None:
            shutil.rmtree(folder, ignore_errors=True)


def main(arguments: list[str] | None = None) -> int:
    """Load the demo, find the screens, measure, print. The status is 1 when a screen misses a bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--data", type=Path, help="a data folder to use again; default: a new one")
    parser.add_argument("--port", type=int, default=OURS, help="the minimal page takes the next one")
    parser.add_argument("--only", default="", help="screens whose name contains this")
    parser.add_argument("--profile", metavar="NAME", help="say where the time of a screen goes, drawn anew")
    options = parser.parse_args(arguments)
    with demo_folder(options.data) as folder:
        os.environ.update(
            {"STAFFELSTAB_DATA": str(folder), "STAFFELSTAB_DEMO": "1", "STAFFELSTAB_SECRET_KEY": "bench"}
        )
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staffelstab.config.settings.base")
        with database.running():
            os.environ.pop("STAFFELSTAB_OWNER_DATABASE_URL", None)
            prepare = "import django; django.setup(); from tools.benchmarks import requests as r; r.prepare()"
            subprocess.run([sys.executable, "-c", prepare], check=True)
            found = search(options.only or options.profile or "")
            if options.profile:
                return profile(walk.worst(found[options.profile])[0])
            with (
                server("staffelstab.config.wsgi:application", options.port),
                server(f"{MINIMAL}:application", options.port + 1),
            ):
                figures = measure(found, port=options.port)
    _names, left_out = walk.summary(found)
    report(figures, {} if options.only else left_out, as_json=options.json)
    return int(any(figure.missed for figure in figures))


def search(only: str) -> dict[str, list[walk.Showing]]:
    """Every address with what the personas of the demo were shown there, and a report made for it to be seen."""
    import django  # noqa: PLC0415 - the settings are in the environment by now

    django.setup()
    from staffelstab.portal.domain.demo.personas import PERSONAS  # noqa: PLC0415 - after setup

    for name in ("django.request", "staffelstab.request"):
        logging.getLogger(name).setLevel(logging.ERROR)  # refused addresses belong to the search
    make_report()
    found = walk.all_showings([persona.slug for persona in PERSONAS])
    return {name: showings for name, showings in found.items() if only in name}


def make_report() -> None:
    """The demo comes without a report, and one on the whole house is the largest page there is."""
    from django.utils import timezone  # noqa: PLC0415 - after setup

    from staffelstab.core.actors import system_actor  # noqa: PLC0415 - after setup
    from staffelstab.core.tenancy.context import TenancyContext, activate  # noqa: PLC0415 - after setup
    from staffelstab.foresight.models import Report  # noqa: PLC0415 - after setup
    from staffelstab.foresight.selectors import reports as selectors  # noqa: PLC0415 - after setup
    from staffelstab.foresight.services import reports  # noqa: PLC0415 - after setup
    from staffelstab.identity.selectors.actors import organisation_id_by_slug  # noqa: PLC0415 - after setup

    house = organisation_id_by_slug("brueckenfeld")
    assert house is not None  # noqa: S101 - the demo is loaded
    now = timezone.now()
    with activate(TenancyContext(house)):
        if Report.objects.exists():
            return
        actor = system_actor(organisation_id=house, reason="benchmark")
        report = reports.request_report(
            subject=selectors.organisation_subject(actor=actor),
            as_of=timezone.localdate(now),
            language="de",
            actor=actor,
            now=now,
        )
    reports.make(organisation_id=house, report_id=report.pk, now=now)


def profile(showing: walk.Showing) -> int:
    """Print statements with their times, and the functions that take longest, of a page drawn anew."""
    import cProfile  # noqa: PLC0415 - only here
    import pstats  # noqa: PLC0415 - only here

    from django.db import connection  # noqa: PLC0415 - after setup
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - after setup

    from staffelstab.core.ui import kept  # noqa: PLC0415 - after setup

    client = walk.client_of(showing.persona)
    print(f"{showing.persona} {showing.address}")
    statements(client, showing.address)
    kept.store.clear()
    with CaptureQueriesContext(connection) as captured:
        client.get(showing.address)
    for each in captured:
        print(f"{float(each['time']) * 1000:7.0f} ms  {each['sql'][:400]}")
    profiler = cProfile.Profile()
    for _ in range(5):
        kept.store.clear()
        profiler.runcall(client.get, showing.address)
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(70)
    return 0


def report(figures: list[Figure], left_out: dict[str, str], *, as_json: bool) -> None:
    """Print the table, what misses a bar, and what was left out with the reason."""
    if as_json:
        rows = [asdict(figure) | {"ratio": figure.ratio, "missed": figure.missed} for figure in figures]
        sys.stdout.write(json.dumps({"screens": rows, "left_out": left_out}, indent=2) + "\n")
        return
    sys.stdout.write(
        f"{'screen':40} {'ms':>7} {'fastest':>7} {'CPU':>6} {'ratio':>6} {'SQL':>4} {'drawn':>5} "
        f"{'HTML kB':>8} {'first kB':>8}  misses\n"
    )
    for figure in figures:
        sys.stdout.write(
            f"{figure.name:40} {figure.ms:7.1f} {figure.fastest_ms:7.1f} {figure.cpu_ms:6.1f} "
            f"{figure.ratio:6.1f} {figure.statements:4} "
            f"{figure.drawn_statements:5} {figure.html / 1000:8.1f} {figure.first_visit / 1000:8.1f}  "
            f"{', '.join(figure.missed)}\n"
        )
    missed = [figure for figure in figures if figure.missed]
    sys.stdout.write(
        f"{len(figures)} screens; {len(missed)} miss a bar; median of all "
        f"{statistics.median(figure.ms for figure in figures):.1f} ms, minimal page "
        f"{statistics.median(figure.minimal_ms for figure in figures):.1f} ms\n"
    )
    for figure in missed:
        sys.stdout.write(f"  {figure.name} ({figure.persona}): {figure.address} {' '.join(figure.foreign)}\n")
    for name, reason in left_out.items():
        sys.stdout.write(f"left out: {name}: {reason}\n")


if __name__ == "__main__":
    sys.exit(main())
