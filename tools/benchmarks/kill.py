"""SIGKILL at random moments, under load: what was accepted is there, nothing is half there, nobody repairs anything.

Runs the demo in a folder of its own; five people change tasks, many tasks at once, measures and imports over HTTP.
Each round kills one part (or everything), waits until the program answers again, and compares the database with
what the answers said.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tools.benchmarks._kill_checks import Register, findings, unfinished
from tools.benchmarks._kill_load import ACCEPTED, BULK_TASKS, UNKNOWN, Load, Operation

_PARTS = ("web server", "web process", "worker", "session", "postmaster", "database")
KINDS = (*_PARTS, "program", "everything")
# The program as a whole takes longest to come back, and is killed half as often as each of its parts.
_ORDER = (*_PARTS, "program", *_PARTS, "everything")
_PATIENCE = 120.0  # seconds until the program must answer again


@dataclass
class Totals:
    """What happened in all rounds."""

    kills: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    back_after: list[float] = field(default_factory=list)

    def note(self, ledger: list[Operation]) -> None:
        """Count the answers of a round."""
        self.outcomes.update((each.kind, each.outcome) for each in ledger)


class Program:
    """`staffelstab demo` in a folder of its own."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, or start it again; does not wait."""
        with (self.data / "program.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "staffelstab.config.program",
                    "demo",
                    "--no-browser",
                    "--port",
                    str(self.port),
                ],
                stdout=log,
                stderr=log,
                # Tests call this too, and their settings are not those of an installation.
                env=os.environ
                | {
                    "STAFFELSTAB_DATA": str(self.data),
                    "DJANGO_SETTINGS_MODULE": "staffelstab.config.settings.base",
                },
            )

    def parts(self) -> dict[str, list[psutil.Process]]:
        """The processes by part; a part that is just not there has none."""
        found: dict[str, list[psutil.Process]] = {kind: [] for kind in KINDS}
        if self.process is None or self.process.poll() is not None:
            return found
        program = psutil.Process(self.process.pid)
        found["program"] = [program]
        for child in program.children():
            words = " ".join(child.cmdline())
            if "granian" in words:
                found["web server"] = [child]
                found["web process"] = child.children()
            elif words.endswith("program worker"):
                found["worker"] = [child]
            elif child.name() == "postgres":
                found["postmaster"] = [child]
                found["database"] = [child, *child.children()]
                found["session"] = [
                    each for each in child.children() if "staffelstab_app" in " ".join(each.cmdline())
                ]
        found["everything"] = [
            each
            for kind in ("program", "database", "worker", "web process", "web server")
            for each in found[kind]
        ]
        return found

    def kill(self, kind: str, chance: random.Random) -> int:
        """SIGKILL to a part of the program. Returns how many processes that were."""
        try:
            victims = self.parts()[kind]
        except psutil.NoSuchProcess:
            return 0
        if kind == "session" and victims:
            victims = [chance.choice(victims)]
        for victim in victims:
            try:
                victim.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
        return len(victims)

    def wait(self) -> float:
        """Start it again where it was ended, and wait until it answers. Returns the seconds. Raises SystemExit."""
        beginning = time.monotonic()
        while time.monotonic() - beginning < _PATIENCE:
            if self.process is None or self.process.poll() is not None:
                self.start()
            if self._answers():
                return time.monotonic() - beginning
            time.sleep(0.1)
        raise SystemExit(f"the program did not come back; see {self.data / 'program.log'}")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/gesundheit/", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """End it in an orderly way."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)


def run(
    *, rounds: int, port: int, seed: int, data: Path, say: bool, order: tuple[str, ...] = _ORDER
) -> Totals:
    """All rounds; stops at the first round that found something."""
    chance = random.Random(seed)  # noqa: S311 - the moment of a kill
    program, register, totals = Program(data, port), Register(data), Totals()
    try:
        program.start()
        program.wait()
        tasks = [
            row[0]
            for row in register.ask(
                """SELECT t.id::text FROM workforce_task t JOIN identity_organisation o ON o.id = t.organisation_id
                   WHERE o.slug = 'brueckenfeld' AND t.ended_on IS NULL ORDER BY t.key LIMIT %s""",
                11 + BULK_TASKS,
            )
        ]
        unit = register.one(
            "SELECT u.code FROM workforce_task t JOIN workforce_unit u ON u.id = t.unit_id WHERE t.id::text = %s",
            tasks[0],
        )
        load = Load(port, tasks, unit)
        load.sign_in()
        revision = _revision(register)
        for number in range(1, rounds + 1):
            kind = order[(number - 1) % len(order)]
            load.start()
            load.wait_until_busy()
            time.sleep(chance.uniform(0.0, 1.5))
            if program.kill(kind, chance):
                totals.kills[kind] += 1
            back = program.wait()
            ledger = load.stop()
            back = max(back, program.wait())
            totals.back_after.append(back)
            totals.note(ledger)
            found = findings(register, ledger, tasks)
            before, revision = revision, _revision(register)
            changes = sum(each.outcome == ACCEPTED and each.kind in {"edit", "bulk"} for each in ledger)
            if revision - before < changes:
                found.append(f"revision moved by {revision - before} for {changes} accepted changes")
            if number % 10 == 0 or number == rounds:
                found += unfinished(register, patience=90)
                found += findings(register, [], tasks)
            totals.problems += [f"round {number} ({kind}): {each}" for each in found]
            if say:
                counts = Counter(each.outcome for each in ledger)
                print(f"{number:4} {kind:12} back after {back:4.1f} s  {dict(counts)}", flush=True)
            if found:
                break
    finally:
        program.stop()
    return totals


def _revision(register: Register) -> int:
    return int(
        register.one(
            """SELECT r.value FROM core_revision r JOIN identity_organisation o ON o.id = r.organisation_id
               WHERE o.slug = 'brueckenfeld' AND r.topic = 'workforce'"""
        )
    )


def report(totals: Totals) -> str:
    """The table of the benchmarks page."""
    kinds = sorted({kind for kind, _outcome in totals.outcomes})
    accepted = sum(count for (_kind, outcome), count in totals.outcomes.items() if outcome == ACCEPTED)
    lines = [
        f"Rounds: {sum(totals.kills.values())}; kills: "
        + ", ".join(f"{kind} {totals.kills[kind]}" for kind in KINDS),
        "",
        "| change | accepted | outcome open | lost or half |",
        "|---|---|---|---|",
    ]
    words = {"edit": "task edited", "bulk": f"{BULK_TASKS} tasks at once", "measure": "measure recorded",
             "import": "import uploaded", "confirm": "import confirmed"}  # fmt: skip
    lines += [
        f"| {words[kind]} | {totals.outcomes[kind, ACCEPTED]} | {totals.outcomes[kind, UNKNOWN]} | "
        f"{'0' if not totals.problems else 'see below'} |"
        for kind in kinds
    ]
    lines += ["", f"Accepted changes: {accepted}; lost: {len(totals.problems)}."]
    if totals.back_after:
        worst, usual = max(totals.back_after), statistics.median(totals.back_after)
        lines.append(f"Answering again after {usual:.1f} s (median), {worst:.1f} s at most.")
    return "\n".join([*lines, *totals.problems])


def main(arguments: list[str] | None = None) -> int:
    """Run, print, keep the folder when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--port", type=int, default=8192)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))  # the program is stopped with it
    data = Path(tempfile.mkdtemp(prefix="staffelstab-kill-", dir="/var/tmp"))
    data.chmod(0o711)
    totals = run(rounds=options.rounds, port=options.port, seed=options.seed, data=data, say=not options.json)
    if options.json:
        shown = {"kills": totals.kills, "accepted": {k: n for (k, o), n in totals.outcomes.items() if o == ACCEPTED},
                 "problems": totals.problems, "seed": options.seed}  # fmt: skip
        print(json.dumps(shown, indent=2))
    else:
        print(report(totals))
    if totals.problems:
        print(f"Data and log are kept in {data}.", file=sys.stderr)
        return 1
    shutil.rmtree(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
