"""What the table of security requirements claims, and whether the tests it names are there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "security" / "asvs.md"
STATES = frozenset({"met", "not applicable", "open"})
EXPECTED = {"1": 70, "2": 183}
"""Number of requirements of each level in ASVS 5.0.0."""

_ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]*) \|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@dataclass(frozen=True)
class Row:
    """A requirement: number, level, our wording, state, and what stands in the last column."""

    number: str
    level: str
    wording: str
    state: str
    proof: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        """File and function of each test named."""
        return _TEST.findall(self.proof)


def rows(text: str) -> list[Row]:
    """All rows of the page in their order."""
    return [Row(*match) for match in _ROW.findall(text)]


@cache
def functions(path: Path) -> frozenset[str]:
    """Names of the functions of a file; empty when there is no such file."""
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def findings(text: str, root: Path = ROOT) -> Iterator[str]:
    """What is wrong with the page, row by row."""
    found = rows(text)
    lines = len(re.findall(r"^\| \d", text, re.MULTILINE))
    if lines != len(found):
        yield f"{lines - len(found)} rows have not five columns"
    yield from (f"{number}: twice" for number, n in Counter(row.number for row in found).items() if n > 1)
    for row in found:
        if row.level not in EXPECTED:
            yield f"{row.number}: no level {row.level}"
        if row.state not in STATES:
            yield f"{row.number}: unknown state {row.state}"
        if not row.proof.strip():
            yield f"{row.number}: says nothing"
        if row.state == "met" and not row.tests:
            yield f"{row.number}: met, but no test is named"
        for file, name in row.tests:
            if name not in functions(root / file):
                yield f"{row.number}: there is no {file}::{name}"
    if (
        named := re.search(r"^Now: (\d+) met, (\d+) not applicable, (\d+) open\.$", text, re.MULTILINE)
    ) is None:
        yield "the sums are missing"
    else:
        sums = [sum(row.state == state for row in found) for state in ("met", "not applicable", "open")]
        if sums != [int(each) for each in named.groups()]:
            yield f"the sums are {sums}"
