"""Migrations: history stands on its own, runs in one line, and can be taken back."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "staffelstab"


MIXED = frozenset(
    {
        "identity/0003_account_sort_key", "identity/0008_membership_sort_key", "identity/0010_membership_address",
        "workforce/0005_task_unit_sort_key",
    }
)  # fmt: skip
"""Released with one column and the ``UPDATE`` that fills it; a released migration stays as it is."""
_DATA = ("UPDATE ", "INSERT ", "DELETE ", "MERGE ")


def findings(package: Path = PACKAGE) -> list[str]:
    """Return migrations that import the application, fork, cannot be reversed, or mix schema with data."""
    found: list[str] = []
    for folder in sorted(package.glob("*/migrations")):
        files = sorted(folder.glob("0*.py"))
        found += _line(folder.parent.name, files)
        for path in files:
            place = f"{folder.parent.name}/{path.stem}"
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found += [
                f"{place}: imports {name}" for name in _imports(tree) if name.split(".")[0] == "staffelstab"
            ]
            found += [f"{place}: {reason}" for reason in _irreversible(tree)]
            if place not in MIXED and _writes_rows(tree) and _changes_schema(tree):
                found.append(f"{place}: mixes schema with data")
    return found


def _line(module: str, files: list[Path]) -> Iterator[str]:
    previous = ""
    for number, path in enumerate(files, start=1):
        if path.stem[:4] != f"{number:04}":
            yield f"{module}/{path.stem}: number {number:04} is missing or given twice"
        tree = ast.parse(path.read_text(encoding="utf-8"))
        own = [name for app, name in _dependencies(tree) if app == module]
        if own != ([previous] if previous else []):
            yield f"{module}/{path.stem}: does not follow on {previous or 'nothing'} alone"
        previous = path.stem


def _dependencies(tree: ast.AST) -> list[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [
            "dependencies"
        ]:
            return [
                tuple(ast.literal_eval(item))
                for item in getattr(node.value, "elts", [])
                if isinstance(item, ast.Tuple)
            ]
    return []


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (item.name for item in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def _writes_rows(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.lstrip().upper().startswith(_DATA)
        for node in ast.walk(tree)
    ) or any(isinstance(node, ast.Attribute) and node.attr == "RunPython" for node in ast.walk(tree))


def _changes_schema(tree: ast.AST) -> bool:
    operations = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return any(
        name.startswith(("Add", "Alter", "Create", "Remove", "Delete", "Rename")) for name in operations
    )


def _irreversible(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            names = {keyword.arg for keyword in node.keywords}
            if node.func.attr == "RunSQL" and len(node.args) < 2 and "reverse_sql" not in names:
                yield "RunSQL without the way back"
            if node.func.attr == "RunPython" and len(node.args) < 2 and "reverse_code" not in names:
                yield "RunPython without the way back"
