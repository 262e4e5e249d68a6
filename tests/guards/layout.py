"""Where code stands and what it is called: names from address to test, modules, sizes."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from inspect import unwrap
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "staffelstab"
LONGEST_FILE, LONGEST_FUNCTION = 500, 60
JUNK = frozenset({"common", "helper", "helpers", "misc", "util", "utils"})
GENERATED = frozenset({"migrations", "vendor", "__pycache__"})


@dataclass(frozen=True)
class Screen:
    """A URL name of our own with the view behind it."""

    name: str
    view: Callable[..., Any]


def naming_findings(screens: Iterable[Screen], *, tests: Path = ROOT / "tests") -> list[str]:
    """Return screens whose view, template or test is not where `module:noun_verb` says."""
    findings: list[str] = []
    for screen in screens:
        module, _, name = screen.name.partition(":")
        noun, _, verb = name.rpartition("_")
        if not (module and noun and verb):
            findings.append(f"{screen.name}: is not module:noun_verb")
            continue
        view = unwrap(screen.view)
        place, home = f"{view.__module__}.{view.__name__}", f"staffelstab.{module}.web.views.{noun}"
        # A noun with many screens has a package of views.
        if not (place.startswith(f"{home}.") and view.__name__ == name):
            findings.append(f"{screen.name}: the view is {place}, not {home}.{name}")
        if not (tests / module / "web" / f"test_{noun}.py").exists():
            findings.append(f"{screen.name}: no tests/{module}/web/test_{noun}.py")
    return findings


def template_findings(package: Path = PACKAGE) -> list[str]:
    """Return views that render templates of their module none of which is called after a view.

    A view may show another view's page (a refused form shows it again), partials beside it, and partials that
    several nouns share: those lie in the module's own folder. What is printed to PDF is called `document`.
    """
    findings = []
    for path in sorted(package.glob("*/web/views/**/*.py")):
        place = path.relative_to(package)
        module, noun = place.parts[0], place.parts[3].removesuffix(".py")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [
            node
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and node.name.startswith(f"{noun}_")
        ]
        verbs = [view.name.removeprefix(f"{noun}_") for view in functions]
        expected = {f"{module}/{noun}/{verb}.html" for verb in (*verbs, "document")}
        for view in functions:
            rendered = {text.partition("#")[0] for text in _texts(view)}
            own = {
                text for text in rendered if text.startswith(f"{module}/{noun}/") and text.endswith(".html")
            }
            if own and not own & expected:
                findings.append(
                    f"{module}/web/views/{path.name}: {view.name} renders {', '.join(sorted(own))}"
                )
    return findings


def _texts(tree: ast.AST) -> set[str]:
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def module_findings(package: Path = PACKAGE, project: Path = ROOT / "pyproject.toml") -> list[str]:
    """Return differences between the folders of the package and the modules that the import contracts name."""
    contracts = {
        contract["id"]: contract
        for contract in tomllib.loads(project.read_text(encoding="utf-8"))["tool"]["importlinter"][
            "contracts"
        ]
    }
    present = {path.parent.name for path in package.glob("*/__init__.py")}
    layers = {
        name.strip()
        for layer in contracts["modules"]["layers"]
        for name in layer.split("|")
        if not name.strip().startswith("(")
    }
    business = {f"staffelstab.{name}" for name in present - {"config", "core"}}
    containers = set(contracts["inside"]["containers"])
    findings = [f"{name}: a module without a layer" for name in sorted(present - layers)]
    findings += [f"{name}: a layer without a module" for name in sorted(layers - present)]
    findings += [f"{name}: its rooms are under no contract" for name in sorted(business - containers)]
    findings += [f"{name}: under contract, but not there" for name in sorted(containers - business)]
    return findings


def size_findings(folder: Path, excepted: Mapping[str, str]) -> list[str]:
    """Return Python files and functions that are too long and not in `excepted` (place → reason), or no longer are."""
    long = dict(_too_long(folder))
    findings = [f"{place}: {lines} lines" for place, lines in long.items() if place not in excepted]
    return findings + [f"{place}: excepted, but not too long" for place in excepted if place not in long]


def _too_long(folder: Path) -> Iterator[tuple[str, int]]:
    for path in python_files(folder):
        place = path.relative_to(folder).as_posix()
        text = path.read_text(encoding="utf-8")
        if (lines := len(text.splitlines())) > LONGEST_FILE:
            yield place, lines
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    yield f"{place}:{node.name}", lines


def python_files(folder: Path) -> Iterator[Path]:
    """All Python files below the folder that people wrote."""
    for path in sorted(folder.rglob("*.py")):
        if GENERATED.isdisjoint(path.relative_to(folder).parts):
            yield path


def junk_findings(folder: Path) -> list[str]:
    """Return files and folders with names that mean anything and therefore nothing."""
    return [
        f"{path.relative_to(folder).as_posix()}: say what it holds"
        for path in sorted(folder.rglob("*"))
        if path.stem in JUNK and GENERATED.isdisjoint(path.relative_to(folder).parts)
    ]


def unwanted_words(folder: Path, words: Iterable[str]) -> list[str]:
    """Return the Python and template lines that name something the code must not know."""
    wanted = tuple(words)
    return [
        f"{path.relative_to(folder).as_posix()}:{number}: {word}"
        for path in sorted((*folder.rglob("*.py"), *folder.rglob("*.html")))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for word in wanted
        if word in line
    ]
