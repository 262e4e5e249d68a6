"""When the embedded database is brought up to date: whenever what its schema follows from has changed."""

from __future__ import annotations

import ast
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from django.conf import settings

from staffelstab.config import database


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small program with the rooms of a real one."""
    for name in (
        "core/searching.py",
        "identity/models/functions.py",
        "identity/web/views.py",
        "identity/enums.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("SQL = 1\n")
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "expected"),
    [("core/searching.py", True), ("identity/models/functions.py", True), ("identity/enums.py", True),
     ("identity/web/views.py", False)],
)  # fmt: skip
def test_fingerprint_follows_the_sources_a_schema_comes_from(
    package: Path,
    changed: str,
    expected: bool,  # noqa: FBT001
) -> None:
    before = database.fingerprint(package)
    (package / changed).write_text("SQL = 2\n")
    assert (database.fingerprint(package) != before) is expected


@pytest.mark.parametrize("upgraded", database.FOREIGN)
def test_fingerprint_follows_the_versions_of_packages_with_tables(package: Path, upgraded: str) -> None:
    before = database.fingerprint(package, lambda _name: "1.0")
    after = database.fingerprint(package, lambda name: "1.1" if name == upgraded else "1.0")
    assert before != after


def test_packages_with_tables_are_those_of_the_settings() -> None:
    known = packages_distributions()
    foreign = {name.partition(".")[0] for name in settings.INSTALLED_APPS} - {"staffelstab"}
    assert sorted({known[name][0].lower() for name in foreign}) == [name.lower() for name in database.FOREIGN]


def test_models_and_migrations_import_nothing_the_fingerprint_leaves_out() -> None:
    found = []
    for path in sorted(database.PACKAGE.rglob("*.py")):
        inside = path.relative_to(database.PACKAGE)
        if {"models", "models.py", "migrations"}.isdisjoint(inside.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            if not module.startswith("staffelstab.core.") and database.ABOVE_MODELS & {*module.split(".")}:
                found.append(f"{inside}: {module}")
    assert found == []
