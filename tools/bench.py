"""Measure: `./dev bench NAME …` runs `tools/benchmarks/NAME.py`; without a name it lists what there is."""

import ast
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "benchmarks"


def benchmarks(folder: Path) -> dict[str, str]:
    """Return every benchmark with the first line of its docstring."""
    found = {}
    for path in sorted(folder.glob("*.py")):
        if not path.name.startswith("_"):
            docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            found[path.stem] = docstring.partition("\n")[0]
    return found


def main(arguments: list[str]) -> int:
    """Run the benchmark that is named first, with the remaining arguments, and pass on its status."""
    known = benchmarks(FOLDER)
    if not arguments or arguments[0] not in known:
        if arguments:
            print(f"There is no benchmark {arguments[0]}.", file=sys.stderr)
        for name, text in known.items():
            print(f"{name:<16} {text}")
        return 2 if arguments else 0
    # A process of its own: memory and warm caches of this one would spoil the measurement.
    command = [sys.executable, "-m", f"tools.benchmarks.{arguments[0]}", *arguments[1:]]
    return subprocess.run(command, check=False, cwd=FOLDER.parent.parent).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
