"""The table of security requirements names tests that exist, and all requirements of its levels."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.guards import asvs


def test_table_claims_only_what_tests_show() -> None:
    assert list(asvs.findings(asvs.TABLE.read_text(encoding="utf-8"))) == []


def test_table_holds_every_requirement() -> None:
    found = Counter(row.level for row in asvs.rows(asvs.TABLE.read_text(encoding="utf-8")))
    assert found == asvs.EXPECTED


def test_planted_claims_are_found(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").write_text("def test_there():\n    pass\n")
    planted = (
        "Now: 3 met, 0 not applicable, 0 open.\n"
        "| 1.1.1 | 1 | Well | met | `tests/test_x.py::test_there` |\n"
        "| 1.1.2 | 1 | Gone | met | `tests/test_x.py::test_gone` |\n"
        "| 1.1.2 | 2 | No file | open | `tests/test_y.py::test_there` |\n"
        "| 1.1.3 | 3 | No test | met | believe us |\n"
        "| 1.1.4 | 2 | Odd | nearly |  |\n"
        "| 1.1.5 | 2 | too few |\n"
    )
    assert list(asvs.findings(planted, tmp_path)) == [
        "1 rows have not five columns",
        "1.1.2: twice",
        "1.1.2: there is no tests/test_x.py::test_gone",
        "1.1.2: there is no tests/test_y.py::test_there",
        "1.1.3: no level 3",
        "1.1.3: met, but no test is named",
        "1.1.4: unknown state nearly",
        "1.1.4: says nothing",
        "the sums are [3, 0, 1]",
    ]
