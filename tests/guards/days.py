"""Days of instants: counted in one place, because around midnight ``now.date()`` is the day of another time zone."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "staffelstab"


def _is_typed(node: ast.expr) -> bool:
    """Whether it is the time in a text, which has no zone."""
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "strptime"
    )


def findings(package: Path, excepted: Mapping[str, str]) -> list[str]:
    """Return calls of ``….date()`` in files that `excepted` (path → why) does not name, and exceptions without one."""
    found, met = [], set()
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr != "date" or node.args or node.keywords or _is_typed(node.func.value):
                continue
            if place in excepted:
                met.add(place)
            else:
                found.append(f"{place}:{node.lineno}: {ast.unparse(node)} instead of core.days.day_of")
    return found + [
        f"{place}: excepted, and asks no instant for its day" for place in sorted({*excepted} - met)
    ]
