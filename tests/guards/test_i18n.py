"""Every text has its German, with the same placeholders, once."""

from __future__ import annotations

from tools.messages import PACKAGE, lint


def test_german_is_complete() -> None:
    assert [str(finding) for finding in lint(PACKAGE)] == []
