"""Everything a change must pass besides the tests: `./dev check [STEP …]`.

To add a step, add a line to `STEPS`. Every step runs, also after one has failed.
"""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Step:
    """A command that ends with 0 when all is well; programs of the environment need no path."""

    name: str
    command: tuple[str, ...]


STEPS = (
    Step("format", ("ruff", "format", "--check", "--output-format", "concise", ".")),
    Step("lint", ("ruff", "check", "--quiet", "--output-format", "concise", ".")),
    Step("imports", ("lint-imports", "--no-logo")),
    Step("types", ("mypy",)),
    Step("migrations", ("staffelstab", "makemigrations", "--check", "--dry-run")),
    Step("messages", ("python", "-m", "tools.messages", "--lint")),
    Step("templates", ("djlint", "src", "--lint", "--quiet")),
    Step("policies", ("python", "-m", "tools.check_pgrls")),
    Step("docs", ("mkdocs", "build", "--strict", "--quiet", "--site-dir", ".dev/site")),
)


@dataclass(frozen=True)
class Outcome:
    """How a step went: seconds, exit status (0 is well), what it printed."""

    step: Step
    seconds: float
    status: int
    output: str


def run_step(step: Step) -> Outcome:
    """Run one step in the root of the project with the environment's programs first."""
    programs = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": programs + os.pathsep + os.environ.get("PATH", os.defpath)}
    beginning = time.monotonic()
    try:
        result = subprocess.run(
            step.command,
            cwd=ROOT,
            env=environment,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except FileNotFoundError as error:
        return Outcome(step, time.monotonic() - beginning, 127, f"{error.filename} is not installed")
    return Outcome(step, time.monotonic() - beginning, result.returncode, result.stdout)


def run_steps(steps: tuple[Step, ...]) -> bool:
    """Run steps one after the other, printing how each went; True when all are well."""
    failed = []
    for step in steps:
        print(f"{step.name:<12}", end="", flush=True)
        outcome = run_step(step)
        print(f"{outcome.seconds:6.1f} s  {'ok' if outcome.status == 0 else 'FAILED'}", flush=True)
        if outcome.status != 0:
            failed.append(step.name)
            print(f"  {' '.join(step.command)} (status {outcome.status})")
            print("".join(f"  | {line}\n" for line in outcome.output.splitlines()), end="", flush=True)
    print(f"failed: {', '.join(failed)}" if failed else f"all {len(steps)} steps ok")
    return not failed


def main() -> int:
    """Run the named steps, or all."""
    parser = argparse.ArgumentParser(prog="./dev check", description="Everything a change must pass.")
    names = [step.name for step in STEPS]
    parser.add_argument("steps", nargs="*", metavar="STEP", help=f"any of: {', '.join(names)} (default: all)")
    chosen = parser.parse_args().steps or names
    if unknown := [name for name in chosen if name not in names]:
        parser.error(f"there is no step {', '.join(unknown)}; there are {', '.join(names)}")
    return 0 if run_steps(tuple(step for step in STEPS if step.name in chosen)) else 1


if __name__ == "__main__":
    sys.exit(main())
