"""Every dependency has its reason in the documentation, and every reason its dependency."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REASONS = ROOT / "docs" / "developer" / "dependencies.md"


def required(text: str) -> dict[str, set[str]]:
    """Names of the packages a ``pyproject.toml`` asks for, at run time and for development."""
    project = tomllib.loads(text)
    wanted = {
        "At run time": project["project"]["dependencies"],
        "For development": project["dependency-groups"]["dev"],
    }
    return {
        part: {re.split(r"[^A-Za-z0-9_-]", item, maxsplit=1)[0] for item in items}
        for part, items in wanted.items()
    }


def reasoned(text: str) -> dict[str, set[str]]:
    """Names of the packages with a line of reason, by the heading they stand under."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    found = {
        heading: set(re.findall(r"^\| `([^`]+)` \| \S.{10,}\|$", body, re.MULTILINE))
        for heading, body in zip(parts[::2], parts[1::2], strict=True)
    }
    return {heading: names for heading, names in found.items() if names}


def test_every_dependency_has_a_reason() -> None:
    wanted = required((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert reasoned(REASONS.read_text(encoding="utf-8")) == wanted


def test_a_planted_dependency_is_found() -> None:
    project = (
        '[project]\ndependencies = ["django~=6.1", "left-pad[all]>=1"]\n[dependency-groups]\ndev = ["ruff"]\n'
    )
    document = (
        "## At run time\n\n| `django` | the web framework |\n\n"
        "## For development\n\n| `ruff` | formatter, linter |\n"
    )
    assert required(project) == {"At run time": {"django", "left-pad"}, "For development": {"ruff"}}
    assert reasoned(document) == {"At run time": {"django"}, "For development": {"ruff"}}
