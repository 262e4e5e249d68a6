"""Branch coverage of rules and commands: `./dev coverage [PYTEST ARGUMENTS]`.

Runs the tests of the modules and measures what has to be reached without a gap: every `domain/`, `services/` and
`permissions.py`. The exit status is that of the tests, or 1 when a line or a branch there was not reached.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "staffelstab"
ROOMS = ("domain", "services", "permissions")
TESTS = ("core/test_permissions.py", "foresight", "identity", "portal", "vocabulary", "workforce")


def measured() -> list[str]:
    """Dotted names of the packages and modules without gaps."""
    return sorted(
        f"staffelstab.{module.name}.{room}"
        for module in SOURCE.iterdir()
        for room in ROOMS
        if (module / room).is_dir() or (module / f"{room}.py").is_file()
    )


def main() -> int:
    """Run the tests of the modules, or what the arguments say, and report."""
    chosen = sys.argv[1:] or [
        *(f"tests/{name}" for name in TESTS),
        *("-n", os.environ.get("STAFFELSTAB_TEST_PROCESSES", "2"), "--dist", "loadgroup"),
        *("-m", "not bench and not long and not browser"),
    ]
    command = [
        *(sys.executable, "-m", "pytest", *chosen, "--cov-branch", "--cov-config=tools/coverage.ini"),
        *("--cov-report=term-missing:skip-covered", "--cov-fail-under=100"),
        *(f"--cov={name}" for name in measured()),
    ]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
