"""Mutation testing: `./dev mutate [NAMES]`.

mutmut changes the rules and the arithmetic (`[tool.mutmut]` in pyproject.toml says which) in small ways and runs
the tests of the changed function: one of them has to fail. What survives must stand, with the reason, in
`tools/mutants.toml`; anything else there or here is a finding, and the exit status is 1.

It works in a copy, because mutmut writes into the folder it works in and keeps what it found there.
"""

import argparse
import ast
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXPLAINED = ROOT / "tools" / "mutants.toml"
COPIED = ("src", "tests", "tools", "docs", "dev", "hatch_build.py", "pyproject.toml", "README.md", "LICENSE")

KILLED = {
    1: "killed",
    3: "killed",
    -24: "timeout",
    24: "timeout",
    152: "timeout",
    36: "timeout",
    255: "timeout",
}
"""Exit statuses of a mutant's tests that mean it was noticed: a failure, or no end (SIGXCPU)."""

UNNOTICED = {0: "survived", 33: "without a test"}


@dataclass(frozen=True)
class Mutant:
    """One change. The name is without mutmut's number, which moves whenever the function does."""

    number: str
    function: str
    status: str
    diff: str

    @property
    def name(self) -> str:
        """Function and changed lines: ``workforce.domain.quarters.add: return a + b → return a - b``."""
        return f"{self.function}: {self.diff}"


def copy_to(folder: Path) -> None:
    """Copy what mutmut and the tests read, as it is in the working tree."""
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", "mutants")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy2(source, folder / name)


def undecorate(text: str) -> str:
    """Turn ``@predicate`` before a function into ``name = predicate(name)`` after it.

    mutmut leaves decorated functions alone, and these are the rules that matter most.
    """
    lines = text.splitlines(keepends=True)
    for node in reversed(ast.parse(text).body):
        if isinstance(node, ast.FunctionDef) and [ast.unparse(each) for each in node.decorator_list] == [
            "predicate"
        ]:
            lines.insert(node.end_lineno or 0, f"\n\n{node.name} = predicate({node.name})\n")
            del lines[node.decorator_list[0].lineno - 1]
    return "".join(lines)


def generated(path: Path) -> Mapping[str, str]:
    """Functions of a mutated file and their source, methods included."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            source = "\n".join(lines[node.lineno - 1 : node.end_lineno])
            found[node.name] = source.replace(node.name, "function", 1)
    return found


def difference(before: str, after: str) -> str:
    """The changed lines of a function: ``old → new``, several joined by `` / ``, blanks folded."""
    lines = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
    old = [re.sub(r"\s+", " ", line[2:]).strip() for line in lines if line[0] == "-"]
    new = [re.sub(r"\s+", " ", line[2:]).strip() for line in lines if line[0] == "+"]
    return f"{' / '.join(old)} → {' / '.join(new)}"


def results(folder: Path) -> Iterable[Mutant]:
    """What mutmut found out, from its files in the copy; mutants it did not run are left out."""
    for meta in sorted((folder / "mutants" / "src").rglob("*.meta")):
        statuses = {
            name: status
            for name, status in json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"].items()
            if status is not None
        }
        functions = generated(meta.with_suffix("")) if statuses else {}
        for name, status in statuses.items():
            module, _, mangled = name.rpartition(".")
            original = mangled.rpartition("__mutmut_")[0]
            shown = original.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
            yield Mutant(
                number=name,
                function=f"{module.removeprefix('staffelstab.')}.{shown}",
                status=KILLED.get(status) or UNNOTICED.get(status) or f"status {status}",
                diff=difference(functions[f"{original}__mutmut_orig"], functions[mangled]),
            )


def tests_of(module: str) -> list[str]:
    """The tests of a module's rules, or of all permissions, of those mutmut runs."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    chosen = settings["pytest_add_cli_args_test_selection"]
    if module.endswith(".permissions"):
        return [*settings["pytest_add_cli_args"], *(path for path in chosen if "permissions" in path)]
    domain = f"tests/{module.split('.')[1]}/domain"
    return [*settings["pytest_add_cli_args"], *(path for path in chosen if path == domain)]


def looked_at_again(folder: Path, mutant: Mutant) -> Mutant:
    """Run the tests of a mutant in a process of its own.

    mutmut forks where everything has been imported, so that changes of what runs at import (tables, combined
    predicates) come too late and survive there. One that was noticed is returned as it is.
    """
    if mutant.status not in UNNOTICED.values():
        return mutant
    changed = {"MUTANT_UNDER_TEST": mutant.number, "PYTHONPATH": str(folder / "mutants" / "src")}
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", *tests_of(mutant.number.rpartition(".")[0])],
        cwd=folder / "mutants",
        env=os.environ | changed,
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # 2 to 4: not even collected, because the module could not be imported.
    return replace(mutant, status="killed") if ended.returncode in {1, 2, 3, 4} else mutant


def explained() -> Mapping[str, str]:
    """Names of survivors that are known, and the reason of each."""
    groups = tomllib.loads(EXPLAINED.read_text(encoding="utf-8")).get("group", [])
    return {name: group["reason"] for group in groups for name in group["mutants"]}


def report(mutants: list[Mutant], *, known: Mapping[str, str], complete: bool) -> bool:
    """Print numbers, unexplained survivors and explanations that explain nothing; True when there are none."""
    counted = Counter(mutant.status for mutant in mutants)
    noticed = counted["killed"] + counted["timeout"]
    left = [mutant for mutant in mutants if mutant.status not in {"killed", "timeout"}]
    unexplained = [mutant for mutant in left if mutant.name not in known]
    idle = sorted(set(known) - {mutant.name for mutant in left}) if complete else []
    for mutant in unexplained:
        print(f"{mutant.status}: {mutant.name}\n    {mutant.number}")
    for name in idle:
        print(f"explained, but not there or noticed by now: {name}")
    print(
        f"{len(mutants)} mutants, {noticed} noticed ({counted['timeout']} by not ending), "
        f"{len(left) - len(unexplained)} explained, {len(unexplained)} unexplained"
    )
    return not unexplained and not idle


def main() -> int:
    """Mutate all, or the functions whose mutmut names match (``staffelstab.foresight.domain.risk.*``)."""
    parser = argparse.ArgumentParser(prog="./dev mutate", description="Do the tests notice changed rules?")
    parser.add_argument("names", nargs="*", help="of mutants, with *; default: all")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="work in this empty folder and leave it there")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="staffelstab-mutate-") as throw_away:
        folder = (chosen.keep or Path(throw_away)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        copy_to(folder)
        for rules in folder.glob("src/staffelstab/*/permissions.py"):
            rules.write_text(undecorate(rules.read_text(encoding="utf-8")), encoding="utf-8")
        program = Path(sys.executable).parent / "mutmut"
        command = [program, "run", "--max-children", str(chosen.processes), *chosen.names]
        ended = subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONUTF8": "1"}, check=False)
        if ended.returncode != 0:
            print("mutmut ended with an error (see above).")
            return 1
        with ThreadPoolExecutor(chosen.processes) as looking:
            found = list(looking.map(partial(looked_at_again, folder), results(folder)))
        well = report(found, known=explained(), complete=not chosen.names)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
