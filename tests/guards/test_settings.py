"""Every key of the environment is described for operators, and read in one place."""

from __future__ import annotations

import re

import pytest

from staffelstab.config import env
from tests.guards import documents, layout


def test_every_setting_is_described() -> None:
    assert documents.settings_findings(env.KEYS, documents.SETTINGS.read_text(encoding="utf-8")) == []


def test_unknown_setting_is_an_error() -> None:
    with pytest.raises(KeyError, match="STAFFELSTAB_ANYTHING"):
        env.text("STAFFELSTAB_ANYTHING")


def test_no_key_is_used_that_is_not_described() -> None:
    used = {
        key
        for path in layout.python_files(layout.PACKAGE)
        for key in re.findall(
            r"""["'](STAFFELSTAB_[A-Z_]+|DATABASE_URL)["']""", path.read_text(encoding="utf-8")
        )
    }
    assert used - set(env.KEYS) == set()
