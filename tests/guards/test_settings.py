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


@pytest.mark.parametrize("given", ["14", "721", "zwei", "-5", "1.5"])
def test_number_beyond_its_limits_stops_the_start(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("STAFFELSTAB_IDLE_MINUTES", given)
    with pytest.raises(env.SettingError, match=f"from 15 to 720, not {given}"):
        env.number("STAFFELSTAB_IDLE_MINUTES", default=120, least=15, most=720)


def test_number_within_its_limits_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.number("STAFFELSTAB_IDLE_MINUTES", default=120, least=15, most=720) == 120
    monkeypatch.setenv("STAFFELSTAB_IDLE_MINUTES", "15")
    assert env.number("STAFFELSTAB_IDLE_MINUTES", default=120, least=15, most=720) == 15


def test_unknown_choice_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAFFELSTAB_HSTS", "all")
    with pytest.raises(env.SettingError, match="one of host, preload, not all"):
        env.choice("STAFFELSTAB_HSTS", "host", ("host", "preload"))
    monkeypatch.setenv("STAFFELSTAB_HSTS", "Preload")
    assert env.choice("STAFFELSTAB_HSTS", "host", ("host", "preload")) == "preload"
