"""Seconds from `./dev demo` until a page answers: with nothing but the environment prepared, and started again.

Each round has a data folder of its own: making the database, migrating it and loading the demonstration are part of
the time. Packages and the environment are there (``./dev`` prepares them once). The bar is 15 seconds. Beside them the
seconds of CPU the program has used, its end included: on a machine that does other things they say more.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
BAR: Final = 15.0
PATIENCE: Final = 180.0  # seconds until a start counts as failed
PAGE: Final = "/demo/"


def answers(port: int, path: str = PAGE) -> bool:
    """Whether the page is there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def cpu() -> float:
    """Seconds of CPU of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def start(data: Path, port: int) -> tuple[float, float]:
    """Run `./dev demo` until the page answers, then end it. Returns seconds and CPU seconds. Raises SystemExit."""
    if answers(port):
        raise SystemExit(f"another program answers on port {port}")
    with (data / "demo.log").open("ab") as log:
        began, before = time.perf_counter(), cpu()
        process = subprocess.Popen(
            [str(ROOT / "dev"), "demo", "--no-browser", "--port", str(port)],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            env=os.environ | {"STAFFELSTAB_DATA": str(data)},
            start_new_session=True,
        )
        try:
            while not answers(port):
                if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                    raise SystemExit(f"no page: {(data / 'demo.log').read_text(encoding='utf-8')[-2000:]}")
                time.sleep(0.02)
            taken = time.perf_counter() - began
        finally:
            end(process)
    return taken, cpu() - before


def end(process: subprocess.Popen[bytes]) -> None:
    """End the program with all it has started."""
    process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def measure(rounds: int, port: int) -> dict[str, list[tuple[float, float]]]:
    """Seconds and CPU seconds of each round, into an empty folder and again."""
    found: dict[str, list[tuple[float, float]]] = {"first": [], "again": []}
    for number in range(1, rounds + 1):
        data = Path(tempfile.mkdtemp(prefix="staffelstab-demo-", dir="/var/tmp"))
        data.chmod(0o711)
        try:
            for figures in found.values():
                figures.append(start(data, port))
        finally:
            shutil.rmtree(data, ignore_errors=True)
        words = (f"{kind} {each[-1][0]:.1f} s (CPU {each[-1][1]:.1f} s)" for kind, each in found.items())
        sys.stderr.write(f"{number:3} {', '.join(words)}\n")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Measure and print. The status is 1 when the median of the first starts misses the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--port", type=int, default=8196)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    found = measure(options.rounds, options.port)
    if options.json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        for kind, words in (("first", "empty folder"), ("again", "started again")):
            seconds, used = zip(*found[kind], strict=True)
            sys.stdout.write(
                f"{words}: {statistics.median(seconds):.1f} s (median), {max(seconds):.1f} s at most, "
                f"CPU {statistics.median(used):.1f} s\n"
            )
    return int(statistics.median(seconds for seconds, _used in found["first"]) > BAR)


if __name__ == "__main__":
    sys.exit(main())
